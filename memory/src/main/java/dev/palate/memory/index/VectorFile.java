package dev.palate.memory.index;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Require;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/// Raw vectors of item texts in a file, so that a rebuilt index needs no encoding. A cache: a damaged end is cut off,
/// a file of another encoder is begun anew, and so is one of a million vectors. Thread-safe; one process.
///
/// File, little-endian: magic `PLVC` [int32] · format 1 [int32] · CRC-32C of the encoder's version [int32] · dimension
/// [int32], then records: key [int64 × 2] · numbers [float32 × dimension] · CRC-32C of the record before it [int32].
final class VectorFile implements AutoCloseable {
    private static final int MAGIC = 0x43564c50;
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 16;
    private static final int MAX_VECTORS = 1_000_000;

    private final FileChannel channel;
    private final int encoder;
    private final int dimension;
    private final int recordBytes;
    private final Map<VectorKey, Long> places = new ConcurrentHashMap<>();
    private long end;

    private VectorFile(FileChannel channel, String encoder, int dimension) {
        this.channel = channel;
        CRC32C crc = new CRC32C();
        crc.update(encoder.getBytes(StandardCharsets.UTF_8));
        this.encoder = (int) crc.getValue();
        this.dimension = dimension;
        recordBytes = 16 + 4 * dimension + 4;
    }

    /// Opens or makes the file; reads it once.
    ///
    /// @throws MemoryException `STORAGE` when the disk refuses
    static VectorFile open(Path path, String encoder, int dimension) {
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failed("opened", e);
        }
        VectorFile file = new VectorFile(channel, encoder, dimension);
        try {
            file.load();
            return file;
        } catch (IOException e) {
            file.close();
            throw failed("read", e);
        }
    }

    /// The raw vector of the text of the key, absent when it must be encoded; zero for a text without words.
    Optional<float[]> find(VectorKey key) {
        Long place = places.get(key);
        if (place == null) {
            return Optional.empty();
        }
        try {
            ByteBuffer bytes = record();
            readFully(bytes, place);
            if (!sound(bytes) || bytes.getLong(0) != key.high() || bytes.getLong(8) != key.low()) {
                places.remove(key);
                return Optional.empty();
            }
            float[] vector = new float[dimension];
            bytes.position(16)
                    .slice()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(vector);
            return Optional.of(vector);
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    /// Keeps the raw vector.
    synchronized void keep(VectorKey key, float[] raw) {
        Require.range("length of the vector", raw.length, dimension, dimension);
        if (places.containsKey(key)) {
            return;
        }
        try {
            if (places.size() >= MAX_VECTORS) {
                begin();
            }
            ByteBuffer bytes = record().putLong(key.high()).putLong(key.low());
            for (float value : raw) {
                bytes.putFloat(value);
            }
            bytes.putInt(checksum(bytes)).flip();
            writeFully(bytes, end);
            places.put(key, end);
            end += recordBytes;
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    /// How many vectors it holds.
    int size() {
        return places.size();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed("closed", e);
        }
    }

    private void load() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (channel.size() < HEADER_BYTES) {
            begin();
            return;
        }
        readFully(header, 0);
        if (header.getInt(0) != MAGIC
                || header.getInt(4) != FORMAT
                || header.getInt(8) != encoder
                || header.getInt(12) != dimension) {
            begin();
            return;
        }
        end = HEADER_BYTES;
        ByteBuffer bytes = record();
        while (end + recordBytes <= channel.size()) {
            readFully(bytes.clear(), end);
            if (!sound(bytes)) {
                break;
            }
            places.put(new VectorKey(bytes.getLong(0), bytes.getLong(8)), end);
            end += recordBytes;
        }
        channel.truncate(end);
    }

    private void begin() throws IOException {
        places.clear();
        channel.truncate(0);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(MAGIC).putInt(FORMAT).putInt(encoder).putInt(dimension).flip();
        writeFully(header, 0);
        end = HEADER_BYTES;
    }

    private ByteBuffer record() {
        return ByteBuffer.allocate(recordBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private boolean sound(ByteBuffer bytes) {
        return bytes.getInt(recordBytes - 4) == checksum(bytes);
    }

    private int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, recordBytes - 4);
        return (int) crc.getValue();
    }

    private void readFully(ByteBuffer bytes, long place) throws IOException {
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes, place + bytes.position());
            if (read < 0) {
                throw new IOException(
                        "the file ends at " + channel.size() + ", expected " + bytes.capacity() + " bytes at " + place);
            }
        }
        bytes.flip();
    }

    private void writeFully(ByteBuffer bytes, long place) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, place + bytes.position());
        }
    }

    private static MemoryException failed(String what, IOException e) {
        return new MemoryException(
                MemoryException.Code.STORAGE,
                "the file of item vectors could not be " + what + ": " + e.getMessage(),
                e);
    }
}
