package dev.palate.retrieval.embedding;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/// Named arrays in one checksummed file. All numbers are little-endian.
///
/// Layout of version 1:
///
/// | field | type |
/// |---|---|
/// | magic `PALATEMD` | 8 bytes |
/// | format version | int32 |
/// | number of sections | int32, at most 1,000 |
/// | file size in bytes | int64 |
/// | per section: length of the name | int32, at most 200 |
/// | &nbsp;&nbsp;name | UTF-8 |
/// | &nbsp;&nbsp;kind: 0 bytes, 1 int32, 2 float32 | int32 |
/// | &nbsp;&nbsp;number of elements | int64, at most 2³¹ − 1 |
/// | the elements of each section, in the order of the table | |
/// | CRC-32C of everything before | int32 |
///
/// A file is written beside its place, forced to disk and renamed, so a reader never sees a part of one.
/// Instances are immutable as long as nobody writes to the arrays.
public final class ModelFile {
    /// The version that this build writes, and the newest it reads.
    public static final int FORMAT_VERSION = 1;

    static final String PART_SUFFIX = ".part";

    static final byte[] MAGIC = "PALATEMD".getBytes(StandardCharsets.US_ASCII);
    static final int FIXED_HEADER = MAGIC.length + 2 * Integer.BYTES + Long.BYTES;
    static final int MAXIMUM_SECTIONS = 1_000;
    static final int MAXIMUM_NAME = 200;
    private static final int CHUNK = 1 << 20;

    private final Path origin;
    private final Map<String, Section> sections;

    /// One array.
    public sealed interface Section {
        /// Raw bytes.
        record Bytes(byte[] values) implements Section {}

        /// 32-bit integers.
        record Ints(int[] values) implements Section {}

        /// 32-bit floats.
        record Floats(float[] values) implements Section {}
    }

    /// @param origin where it is read from or is to be written
    /// @param sections in the order of the file
    public ModelFile(Path origin, Map<String, Section> sections) {
        this.origin = origin;
        this.sections = Collections.unmodifiableMap(new LinkedHashMap<>(sections));
    }

    /// True when there is a section of this name.
    public boolean has(String name) {
        return sections.containsKey(name);
    }

    /// The names of all sections, in the order of the file.
    public Set<String> names() {
        return sections.keySet();
    }

    /// The bytes of a section.
    public byte[] bytes(String name) {
        return section(name) instanceof Section.Bytes(byte[] values) ? values : wrongKind(name);
    }

    /// The integers of a section.
    public int[] ints(String name) {
        return section(name) instanceof Section.Ints(int[] values) ? values : wrongKind(name);
    }

    /// The floats of a section.
    public float[] floats(String name) {
        return section(name) instanceof Section.Floats(float[] values) ? values : wrongKind(name);
    }

    private Section section(String name) {
        Section section = sections.get(name);
        if (section == null) {
            throw damaged(origin, "it has no section {" + name + "}");
        }
        return section;
    }

    private <T> T wrongKind(String name) {
        throw damaged(origin, "section {" + name + "} holds another kind of values");
    }

    /// Writes the sections to a temporary neighbour of the file's place, forces them to disk and renames. On
    /// failure nothing is
    /// left behind.
    ///
    /// @throws RetrievalException with code STORAGE when the disk refuses
    public void write() {
        Path target = origin;
        Path part = target.resolveSibling(target.getFileName() + PART_SUFFIX);
        try {
            try (FileChannel channel = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                Writer writer = new Writer(channel);
                writer.writeHeader(sections);
                for (Section section : sections.values()) {
                    writer.writeElements(section);
                }
                writer.finish();
                channel.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceDirectory(target);
        } catch (IOException e) {
            deleteQuietly(part);
            throw new RetrievalException(
                    Code.STORAGE, "cannot write the model file " + target + ": " + e.getMessage(), e);
        }
    }

    /// Makes a rename in the folder of `file` durable.
    static void forceDirectory(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void deleteQuietly(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            // The first failure is the one to report; a leftover part is removed when the registry opens.
            return;
        }
    }

    /// Reads and checks a file.
    ///
    /// @throws RetrievalException with code NOT_FOUND when there is none, BAD_FILE when it is damaged,
    ///     truncated or newer than this build
    public static ModelFile read(Path file) {
        return ModelFileReader.read(file);
    }

    /// Reads some sections only, without a look at the checksum: what the file says of itself.
    ///
    /// @throws RetrievalException as [#read(Path)]
    static ModelFile read(Path file, Set<String> names) {
        return ModelFileReader.read(file, Optional.of(names));
    }

    /// What is thrown for a file that cannot be used.
    public static RetrievalException damaged(Path file, String why) {
        return new RetrievalException(
                Code.BAD_FILE, "model file " + file + " is damaged: " + why + "; roll back, or train again");
    }

    private static int kind(Section section) {
        return switch (section) {
            case Section.Bytes ignored -> 0;
            case Section.Ints ignored -> 1;
            case Section.Floats ignored -> 2;
        };
    }

    private static int count(Section section) {
        return switch (section) {
            case Section.Bytes(byte[] values) -> values.length;
            case Section.Ints(int[] values) -> values.length;
            case Section.Floats(float[] values) -> values.length;
        };
    }

    static int elementBytes(int kind) {
        return kind == 0 ? 1 : 4;
    }

    /// Buffers, checksums and writes. Not thread-safe.
    private static final class Writer {
        private final FileChannel channel;
        private final CRC32C checksum = new CRC32C();
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);

        Writer(FileChannel channel) {
            this.channel = channel;
        }

        void writeHeader(Map<String, Section> sections) throws IOException {
            if (sections.size() > MAXIMUM_SECTIONS) {
                throw new IllegalArgumentException(
                        "at most " + MAXIMUM_SECTIONS + " sections fit, were " + sections.size());
            }
            long size = (long) FIXED_HEADER + Integer.BYTES;
            for (Map.Entry<String, Section> entry : sections.entrySet()) {
                size += 2 * Integer.BYTES + Long.BYTES + nameBytes(entry.getKey()).length;
                size += (long) count(entry.getValue()) * elementBytes(kind(entry.getValue()));
            }
            buffer.put(MAGIC).putInt(FORMAT_VERSION).putInt(sections.size()).putLong(size);
            for (Map.Entry<String, Section> entry : sections.entrySet()) {
                byte[] name = nameBytes(entry.getKey());
                if (buffer.remaining() < 2 * Integer.BYTES + Long.BYTES + name.length) {
                    flush();
                }
                buffer.putInt(name.length).put(name);
                buffer.putInt(kind(entry.getValue())).putLong(count(entry.getValue()));
            }
        }

        private static byte[] nameBytes(String name) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > MAXIMUM_NAME) {
                throw new IllegalArgumentException("section names have at most " + MAXIMUM_NAME + " bytes: " + name);
            }
            return bytes;
        }

        void writeElements(Section section) throws IOException {
            int count = count(section);
            int width = elementBytes(kind(section));
            for (int from = 0; from < count; ) {
                if (buffer.remaining() < width) {
                    flush();
                }
                int many = Math.min(count - from, buffer.remaining() / width);
                switch (section) {
                    case Section.Bytes(byte[] values) -> buffer.duplicate().put(values, from, many);
                    case Section.Ints(int[] values) -> view().asIntBuffer().put(values, from, many);
                    case Section.Floats(float[] values) ->
                        view().asFloatBuffer().put(values, from, many);
                }
                buffer.position(buffer.position() + many * width);
                from += many;
            }
        }

        /// The rest of the buffer; a duplicate forgets the byte order.
        private ByteBuffer view() {
            return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }

        void finish() throws IOException {
            flush();
            buffer.putInt((int) checksum.getValue());
            flush();
        }

        private void flush() throws IOException {
            buffer.flip();
            checksum.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        }
    }
}
