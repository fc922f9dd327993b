package dev.palate.memory.index;

import dev.palate.memory.text.TextEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/// Which field of the indexes holds the vectors that are searched, and which those of the encoder in force. The two
/// differ while another encoder takes over. Thread-safe; both change as one.
final class VectorFields {
    /// The field of indexes made before fields were named after their encoder.
    static final String FIRST = "vector";

    private volatile State state;

    /// A field and the length of its vectors.
    record Field(String name, int dimension) {
        /// The field for vectors of the encoder.
        static Field of(TextEncoder encoder) {
            CRC32C crc = new CRC32C();
            crc.update(encoder.version().getBytes(StandardCharsets.UTF_8));
            return new Field(FIRST + '-' + HexFormat.of().toHexDigits((int) crc.getValue()), encoder.dimension());
        }
    }

    private record State(Field searched, Field filled) {}

    VectorFields(Field searched, Field filled) {
        state = new State(searched, filled);
    }

    /// One field for both, of vectors of the length given.
    static VectorFields of(int dimension) {
        Field field = new Field(FIRST, dimension);
        return new VectorFields(field, field);
    }

    Field searched() {
        return state.searched;
    }

    Field filled() {
        return state.filled;
    }

    boolean differ() {
        return !state.searched.equals(state.filled);
    }

    /// From now on what was filled is searched.
    void switchOver() {
        state = new State(state.filled, state.filled);
    }

    /// True for a field that holds vectors and is neither searched nor filled.
    boolean retired(String field) {
        State now = state;
        return field.startsWith(FIRST) && !field.equals(now.searched.name) && !field.equals(now.filled.name);
    }
}
