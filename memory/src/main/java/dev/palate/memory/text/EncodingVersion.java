package dev.palate.memory.text;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Milestone;
import dev.palate.memory.Require;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/// How texts become comparable vectors: the encoder and the mean that centring takes away.
///
/// Raw vectors all point the same way, so that a raw cosine hardly tells films apart; a centred one does. The index
/// holds raw vectors; who compares says which of the two it means. The mean is fixed at the first import and changes
/// only when everything is encoded anew. Immutable, thread-safe.
///
/// File, little-endian: magic `PLEV` [int32] · format 1 [int32] · length of the model's name [int32] · the name in
/// UTF-8 · texts in the mean [int64] · dimension [int32] · the mean [float32 each] · CRC-32C of all before [int32].
public final class EncodingVersion {
    /// The file's name in the data directory.
    public static final String FILE_NAME = "encoding.plev";

    private static final int MAGIC = 0x56454c50;
    private static final int FORMAT = 1;
    private static final int MAX_FILE_BYTES = 1 << 20;

    private final String model;
    private final long texts;
    private final float[] mean;

    /// @param model the encoder's [TextEncoder#version], 1 to 200 characters
    /// @param texts how many the mean is of, 0 when there is no centring
    /// @param mean of the raw unit vectors; copied
    public EncodingVersion(String model, long texts, float[] mean) {
        this.model = Require.text("model version", model, 1, 200);
        this.texts = Require.range("number of texts", texts, 0, Long.MAX_VALUE);
        Require.range("dimension", mean.length, 1, 4096);
        this.mean = mean.clone();
        for (float value : mean) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("the mean must be finite, had " + value);
            }
        }
    }

    /// The version before the first import: nothing is taken away.
    public static EncodingVersion uncentred(TextEncoder encoder) {
        return new EncodingVersion(encoder.version(), 0, new float[encoder.dimension()]);
    }

    /// The encoder's version.
    public String model() {
        return model;
    }

    /// How many texts the mean is of.
    public long texts() {
        return texts;
    }

    /// The length of the vectors.
    public int dimension() {
        return mean.length;
    }

    /// True when a mean is taken away.
    public boolean centred() {
        return texts > 0;
    }

    /// A copy of the mean.
    public float[] mean() {
        return mean.clone();
    }

    /// Names encoder and mean: equal ids mean comparable centred vectors.
    public String id() {
        return centred() ? model + "+" + HexFormat.of().toHexDigits((int) checksum(body())) : model;
    }

    /// The centred unit vector of a raw one, in a new array; the zero vector stays zero.
    public float[] center(float[] raw) {
        Require.range("length of the vector", raw.length, mean.length, mean.length);
        float[] centred = new float[mean.length];
        float any = 0;
        for (int i = 0; i < centred.length; i++) {
            any += Math.abs(raw[i]);
            centred[i] = raw[i] - mean[i];
        }
        return any == 0 ? raw.clone() : Vectors.normalize(centred);
    }

    /// Writes the file so that a crash leaves the old one or the new one.
    ///
    /// @throws MemoryException `STORAGE`
    public void write(Path file) {
        ByteBuffer body = body();
        ByteBuffer bytes = ByteBuffer.allocate(body.remaining() + 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(body.duplicate()).putInt((int) checksum(body)).flip();
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Milestone.ENCODING_MOVING.reached();
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new MemoryException(
                    MemoryException.Code.STORAGE, "could not write the encoding version " + file + ": " + e, e);
        }
    }

    /// Reads a file written by [#write].
    ///
    /// @throws MemoryException `BAD_FILE` when it is damaged or of a newer format, `STORAGE` when it cannot be read
    public static EncodingVersion read(Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw bad(file, "it has more than " + MAX_FILE_BYTES + " bytes");
            }
            return parse(file, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new MemoryException(
                    MemoryException.Code.STORAGE, "could not read the encoding version " + file + ": " + e, e);
        }
    }

    private static EncodingVersion parse(Path file, byte[] content) {
        if (content.length < 12) {
            throw bad(file, "it has " + content.length + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getInt() != MAGIC) {
            throw bad(file, "it does not start with PLEV");
        }
        int format = bytes.getInt();
        if (format != FORMAT) {
            throw bad(file, "its format is " + format + " and this build reads " + FORMAT);
        }
        ByteBuffer body =
                bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(0).limit(content.length - 4);
        if ((int) checksum(body) != bytes.getInt(content.length - 4)) {
            throw bad(file, "its checksum does not fit");
        }
        byte[] model = new byte[bytes.getInt()];
        bytes.get(model);
        long texts = bytes.getLong();
        float[] mean = new float[bytes.getInt()];
        bytes.asFloatBuffer().get(mean);
        return new EncodingVersion(new String(model, StandardCharsets.UTF_8), texts, mean);
    }

    private ByteBuffer body() {
        byte[] name = model.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(24 + name.length + 4 * mean.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(MAGIC)
                .putInt(FORMAT)
                .putInt(name.length)
                .put(name)
                .putLong(texts)
                .putInt(mean.length);
        for (float value : mean) {
            bytes.putFloat(value);
        }
        return bytes.flip();
    }

    private static long checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return crc.getValue();
    }

    private static MemoryException bad(Path file, String why) {
        return new MemoryException(
                MemoryException.Code.BAD_FILE,
                "the encoding version " + file + " is damaged or newer than this build: " + why
                        + "; restore it from a backup, or remove it to have every text encoded anew");
    }
}
