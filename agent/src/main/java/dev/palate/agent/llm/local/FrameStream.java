package dev.palate.agent.llm.local;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// Frames over a byte stream: `int32 length`, then `length` bytes: `int8 kind` and the fields in order, then the
/// CRC-32C of those bytes as `int32`; numbers big-endian, texts as `int32 byte count` and UTF-8. A length outside
/// 1..[#MAX_BYTES] or another checksum means that the stream is broken: what was garbled on the way is never taken
/// for words, and the process is replaced. One thread may read while others write; writes are whole and flushed.
final class FrameStream {
    /// Largest frame.
    static final int MAX_BYTES = 1 << 20;
    /// Most elements of a list.
    static final int MAX_ELEMENTS = 4_096;

    private final DataInputStream in;
    private final OutputStream out;
    private final Object writeLock = new Object();

    FrameStream(InputStream in, OutputStream out) {
        this.in = new DataInputStream(new BufferedInputStream(in));
        this.out = out;
    }

    /// @throws IOException when the other side is gone
    /// @throws IllegalArgumentException for a frame over [#MAX_BYTES]
    void write(Frame frame) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var data = new DataOutputStream(bytes);
        data.writeInt(0);
        encode(frame, data);
        int length = bytes.size() - Integer.BYTES;
        if (length > MAX_BYTES) {
            throw new IllegalArgumentException("a frame must have at most " + MAX_BYTES + " bytes, had " + length);
        }
        data.writeInt(0);
        ByteBuffer whole = ByteBuffer.wrap(bytes.toByteArray());
        whole.putInt(0, length);
        whole.putInt(Integer.BYTES + length, checksum(whole.array(), Integer.BYTES, length));
        synchronized (writeLock) {
            out.write(whole.array());
            out.flush();
        }
    }

    /// Waits for the next frame.
    ///
    /// @throws EOFException when the other side has closed the stream
    /// @throws IOException for a broken stream
    Frame read() throws IOException {
        int length = in.readInt();
        if (length < 1 || length > MAX_BYTES) {
            throw new IOException("broken stream: a frame of " + length + " bytes; allowed are 1 to " + MAX_BYTES);
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the stream ended inside a frame");
        }
        if (in.readInt() != checksum(body, 0, length)) {
            throw new IOException("broken stream: a frame of " + length + " bytes whose checksum is another");
        }
        try (var data = new DataInputStream(new ByteArrayInputStream(body))) {
            Frame frame = decode(data);
            if (data.available() > 0) {
                throw new IOException("broken stream: " + data.available() + " bytes left over in a frame");
            }
            return frame;
        }
    }

    static int checksum(byte[] bytes, int from, int length) {
        var sum = new CRC32C();
        sum.update(bytes, from, length);
        return (int) sum.getValue();
    }

    private static void encode(Frame frame, DataOutputStream data) throws IOException {
        switch (frame) {
            case Frame.Weigh weigh -> {
                head(data, 1, weigh.id());
                data.writeLong(weigh.millis());
                text(data, weigh.system());
                text(data, weigh.user());
                data.writeInt(weigh.options().size());
                for (String option : weigh.options()) {
                    text(data, option);
                }
            }
            case Frame.Write write -> {
                head(data, 2, write.id());
                data.writeLong(write.millis());
                text(data, write.system());
                text(data, write.user());
                text(data, write.grammar());
                data.writeInt(write.maxTokens());
            }
            case Frame.Cancel cancel -> head(data, 3, cancel.id());
            case Frame.Loaded loaded -> head(data, 4, loaded.millis());
            case Frame.Beat _ -> data.writeByte(5);
            case Frame.Piece piece -> {
                head(data, 6, piece.id());
                text(data, piece.text());
            }
            case Frame.Weighed weighed -> {
                head(data, 7, weighed.id());
                data.writeInt(weighed.logLikelihoods().size());
                for (double value : weighed.logLikelihoods()) {
                    data.writeDouble(value);
                }
                work(data, weighed.work());
            }
            case Frame.Written written -> {
                head(data, 8, written.id());
                data.writeByte(written.ending().ordinal());
                work(data, written.work());
            }
            case Frame.Refused refused -> {
                head(data, 9, refused.id());
                data.writeByte(refused.reason().ordinal());
                text(data, refused.message());
            }
            case Frame.Forget forget -> head(data, 10, forget.id());
            case Frame.Forgotten forgotten -> {
                head(data, 11, forgotten.id());
                data.writeInt(forgotten.tokens());
                data.writeInt(forgotten.prefixes());
                data.writeInt(forgotten.left());
            }
        }
    }

    private static Frame decode(DataInputStream data) throws IOException {
        int kind = data.readByte();
        return switch (kind) {
            case 1 -> new Frame.Weigh(data.readLong(), data.readLong(), text(data), text(data), texts(data));
            case 2 ->
                new Frame.Write(data.readLong(), data.readLong(), text(data), text(data), text(data), data.readInt());
            case 3 -> new Frame.Cancel(data.readLong());
            case 4 -> new Frame.Loaded(data.readLong());
            case 5 -> new Frame.Beat();
            case 6 -> new Frame.Piece(data.readLong(), text(data));
            case 7 -> new Frame.Weighed(data.readLong(), numbers(data), work(data));
            case 8 -> new Frame.Written(data.readLong(), member(Frame.Ending.values(), data.readByte()), work(data));
            case 9 -> new Frame.Refused(data.readLong(), member(Frame.Reason.values(), data.readByte()), text(data));
            case 10 -> new Frame.Forget(data.readLong());
            case 11 -> new Frame.Forgotten(data.readLong(), data.readInt(), data.readInt(), data.readInt());
            default -> throw new IOException("broken stream: a frame of kind " + kind + "; known are 1 to 11");
        };
    }

    private static void head(DataOutputStream data, int kind, long first) throws IOException {
        data.writeByte(kind);
        data.writeLong(first);
    }

    private static void text(DataOutputStream data, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        data.writeInt(bytes.length);
        data.write(bytes);
    }

    private static String text(DataInputStream data) throws IOException {
        int length = data.readInt();
        if (length < 0 || length > data.available()) {
            throw new IOException(
                    "broken stream: a text of " + length + " bytes in a frame that has " + data.available() + " left");
        }
        return new String(data.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static List<String> texts(DataInputStream data) throws IOException {
        var result = new ArrayList<String>();
        for (int i = count(data); i > 0; i--) {
            result.add(text(data));
        }
        return List.copyOf(result);
    }

    private static List<Double> numbers(DataInputStream data) throws IOException {
        var result = new ArrayList<Double>();
        for (int i = count(data); i > 0; i--) {
            result.add(data.readDouble());
        }
        return List.copyOf(result);
    }

    private static int count(DataInputStream data) throws IOException {
        int count = data.readInt();
        if (count < 0 || count > MAX_ELEMENTS) {
            throw new IOException("broken stream: a list of " + count + "; allowed are 0 to " + MAX_ELEMENTS);
        }
        return count;
    }

    private static void work(DataOutputStream data, Frame.Work work) throws IOException {
        data.writeInt(work.promptTokens());
        data.writeInt(work.cachedTokens());
        data.writeInt(work.completionTokens());
        data.writeLong(work.readNanos());
        data.writeLong(work.writeNanos());
    }

    private static Frame.Work work(DataInputStream data) throws IOException {
        return new Frame.Work(data.readInt(), data.readInt(), data.readInt(), data.readLong(), data.readLong());
    }

    private static <E> E member(E[] values, int ordinal) throws IOException {
        if (ordinal < 0 || ordinal >= values.length) {
            throw new IOException("broken stream: name number " + ordinal + "; known are 0 to " + (values.length - 1));
        }
        return values[ordinal];
    }
}
