package dev.palate.retrieval.embedding;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/// Checks and parses a mapped model file from front to back. Not thread-safe.
final class ModelFileReader {
    private static final ValueLayout.OfInt INT32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong INT64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long CHECKSUM_CHUNK = 1L << 28;

    private final Path file;
    private final MemorySegment bytes;
    private long position = ModelFile.MAGIC.length;

    private record Entry(String name, int kind, int count) {}

    private ModelFileReader(Path file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    static ModelFile read(Path file) {
        return read(file, Optional.empty());
    }

    /// @param wanted only these sections, and no look at the checksum; all when empty
    static ModelFile read(Path file, Optional<Set<String>> wanted) {
        if (!Files.isRegularFile(file)) {
            throw new RetrievalException(
                    Code.NOT_FOUND, "no model file at " + file + ": train one with ./palate train");
        }
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < ModelFile.FIXED_HEADER + Integer.BYTES) {
                throw ModelFile.damaged(file, "it has only " + size + " bytes");
            }
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            return new ModelFileReader(file, bytes).parse(wanted);
        } catch (IOException e) {
            throw new RetrievalException(
                    Code.BAD_FILE, "cannot read the model file " + file + ": " + e.getMessage(), e);
        }
    }

    private ModelFile parse(Optional<Set<String>> wanted) {
        byte[] magic = bytes.asSlice(0, ModelFile.MAGIC.length).toArray(ValueLayout.JAVA_BYTE);
        if (!Arrays.equals(magic, ModelFile.MAGIC)) {
            throw new RetrievalException(Code.BAD_FILE, file + " is not a model file: it does not start with PALATEMD");
        }
        int version = int32();
        if (version < 1 || version > ModelFile.FORMAT_VERSION) {
            throw new RetrievalException(
                    Code.BAD_FILE,
                    "model file " + file + " has format version " + version + ", this build reads 1 to "
                            + ModelFile.FORMAT_VERSION + ": use a newer Palate, or train again");
        }
        int count = int32();
        long size = int64();
        if (size != bytes.byteSize()) {
            throw ModelFile.damaged(file, "it has " + bytes.byteSize() + " bytes and should have " + size);
        }
        if (wanted.isEmpty()) {
            checkChecksum();
        }
        Entry[] table = readTable(count);
        Map<String, ModelFile.Section> sections = new LinkedHashMap<>();
        for (Entry entry : table) {
            if (wanted.isPresent() && !wanted.get().contains(entry.name)) {
                MemorySegment ignored = take((long) entry.count * ModelFile.elementBytes(entry.kind));
                continue;
            }
            sections.put(entry.name, readElements(entry));
        }
        return new ModelFile(file, sections);
    }

    private void checkChecksum() {
        long end = bytes.byteSize() - Integer.BYTES;
        CRC32C checksum = new CRC32C();
        for (long from = 0; from < end; from += CHECKSUM_CHUNK) {
            checksum.update(
                    bytes.asSlice(from, Math.min(CHECKSUM_CHUNK, end - from)).asByteBuffer());
        }
        if ((int) checksum.getValue() != bytes.get(INT32, end)) {
            throw ModelFile.damaged(file, "its checksum does not match");
        }
    }

    private Entry[] readTable(int count) {
        if (count < 0 || count > ModelFile.MAXIMUM_SECTIONS) {
            throw ModelFile.damaged(file, "it claims " + count + " sections");
        }
        Entry[] table = new Entry[count];
        for (int i = 0; i < count; i++) {
            int length = int32();
            if (length < 0 || length > ModelFile.MAXIMUM_NAME) {
                throw ModelFile.damaged(file, "a section name claims " + length + " bytes");
            }
            byte[] name = take(length).toArray(ValueLayout.JAVA_BYTE);
            int kind = int32();
            long elements = int64();
            if (kind < 0 || kind > 2 || elements < 0 || elements > bytes.byteSize()) {
                throw ModelFile.damaged(file, "a section claims kind " + kind + " and " + elements + " elements");
            }
            table[i] = new Entry(new String(name, StandardCharsets.UTF_8), kind, (int) elements);
        }
        return table;
    }

    private ModelFile.Section readElements(Entry entry) {
        MemorySegment source = take((long) entry.count * ModelFile.elementBytes(entry.kind));
        return switch (entry.kind) {
            case 0 -> new ModelFile.Section.Bytes(source.toArray(ValueLayout.JAVA_BYTE));
            case 1 -> {
                int[] values = new int[entry.count];
                MemorySegment.copy(source, INT32, 0, values, 0, entry.count);
                yield new ModelFile.Section.Ints(values);
            }
            default -> {
                float[] values = new float[entry.count];
                MemorySegment.copy(source, FLOAT32, 0, values, 0, entry.count);
                yield new ModelFile.Section.Floats(values);
            }
        };
    }

    private int int32() {
        return take(Integer.BYTES).get(INT32, 0);
    }

    private long int64() {
        return take(Long.BYTES).get(INT64, 0);
    }

    private MemorySegment take(long count) {
        if (count > bytes.byteSize() - position) {
            throw ModelFile.damaged(file, "its parts are longer than the file");
        }
        MemorySegment taken = bytes.asSlice(position, count);
        position += count;
        return taken;
    }
}
