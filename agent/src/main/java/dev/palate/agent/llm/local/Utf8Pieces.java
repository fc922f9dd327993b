package dev.palate.agent.llm.local;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Turns the bytes of tokens, which may end inside a character, into whole characters. Bytes that are no UTF-8
/// become
/// U+FFFD. Not thread-safe.
final class Utf8Pieces {
    private static final int LONGEST_CHARACTER_BYTES = 4;

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] held = new byte[0];

    /// The characters that are complete with these bytes; may be empty.
    String add(byte[] bytes) {
        return decode(bytes, false);
    }

    /// What is left when nothing more comes.
    String end() {
        return decode(new byte[0], true);
    }

    private String decode(byte[] bytes, boolean end) {
        var in = ByteBuffer.allocate(held.length + bytes.length)
                .put(held)
                .put(bytes)
                .flip();
        var out = CharBuffer.allocate(in.remaining() + LONGEST_CHARACTER_BYTES);
        decoder.reset();
        decoder.decode(in, out, end);
        held = new byte[in.remaining()];
        in.get(held);
        return out.flip().toString();
    }
}
