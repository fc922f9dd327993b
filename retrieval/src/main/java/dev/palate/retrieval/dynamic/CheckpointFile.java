package dev.palate.retrieval.dynamic;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.dynamic.DynamicMemory.Entry;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/// A [DynamicMemory] in a file.
///
/// Layout of version 1, big-endian: magic `PALATEDM`, format version [int32], position [int64], dimension [int32],
/// seed share, least gate and seed events [float64 each], events [int64], the sum over users [float64 each], then users
/// and items, each as their number [int32] and, in order of id, length of the id [int32], id in UTF-8, events [int32],
/// vector [float32 each] and for items the seed; last the CRC-32C of everything before [int32]. Equal memories make
/// equal files.
final class CheckpointFile {
    private static final byte[] MAGIC = "PALATEDM".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT_VERSION = 1;
    private static final int MAXIMUM_IDS = 50_000_000;
    private static final int MAXIMUM_ID_BYTES = 1_000;
    private static final int BUFFER = 1 << 16;

    private CheckpointFile() {}

    static void write(Path file, DynamicMemory memory, long position) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (FileChannel channel = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                OutputStream buffered = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
                CheckedOutputStream checked = new CheckedOutputStream(buffered, new CRC32C());
                DataOutputStream out = new DataOutputStream(checked);
                writeHead(out, memory, position);
                writeEntries(out, memory.userEntries());
                writeEntries(out, memory.itemEntries());
                out.writeInt((int) checked.getChecksum().getValue());
                out.flush();
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new RetrievalException(
                    Code.STORAGE, "cannot write the checkpoint " + file + ": " + e.getMessage(), e);
        }
    }

    private static void writeHead(DataOutputStream out, DynamicMemory memory, long position) throws IOException {
        DynamicMemory.Options options = memory.options();
        out.write(MAGIC);
        out.writeInt(FORMAT_VERSION);
        out.writeLong(position);
        out.writeInt(options.dimension());
        out.writeDouble(options.seedShare());
        out.writeDouble(options.leastGate());
        out.writeDouble(options.seedEvents());
        out.writeLong(memory.events());
        for (double value : memory.userSum()) {
            out.writeDouble(value);
        }
    }

    private static void writeEntries(DataOutputStream out, Map<String, Entry> entries) throws IOException {
        List<String> ids = entries.keySet().stream().sorted().toList();
        out.writeInt(ids.size());
        for (String id : ids) {
            Entry entry = java.util.Objects.requireNonNull(entries.get(id));
            byte[] name = id.getBytes(StandardCharsets.UTF_8);
            out.writeInt(name.length);
            out.write(name);
            out.writeInt(entry.events);
            writeVector(out, entry.vector);
            if (entry.seed != null) {
                writeVector(out, entry.seed);
            }
        }
    }

    private static void writeVector(DataOutputStream out, float[] vector) throws IOException {
        for (float value : vector) {
            out.writeFloat(value);
        }
    }

    static DynamicMemory.Checkpoint read(Path file, DynamicMemory.Seeds seeds) {
        if (!Files.isRegularFile(file)) {
            throw new RetrievalException(Code.NOT_FOUND, "no checkpoint at " + file);
        }
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            CheckedInputStream checked = new CheckedInputStream(raw, new CRC32C());
            DataInputStream in = new DataInputStream(checked);
            byte[] magic = in.readNBytes(MAGIC.length);
            int version = in.readInt();
            if (!Arrays.equals(magic, MAGIC) || version != FORMAT_VERSION) {
                throw damaged(file, "it is no checkpoint of version " + FORMAT_VERSION);
            }
            long position = in.readLong();
            DynamicMemory.Options options =
                    new DynamicMemory.Options(in.readInt(), in.readDouble(), in.readDouble(), in.readDouble());
            long events = in.readLong();
            double[] userSum = new double[options.dimension()];
            for (int j = 0; j < userSum.length; j++) {
                userSum[j] = in.readDouble();
            }
            Map<String, Entry> users = readEntries(file, in, options.dimension(), false);
            Map<String, Entry> items = readEntries(file, in, options.dimension(), true);
            int checksum = (int) checked.getChecksum().getValue();
            if (in.readInt() != checksum || in.read() >= 0) {
                throw damaged(file, "its checksum does not fit");
            }
            return new DynamicMemory.Checkpoint(
                    new DynamicMemory(options, seeds, users, items, userSum, events), position);
        } catch (IOException | IllegalArgumentException e) {
            throw damaged(file, String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, Entry> readEntries(Path file, DataInputStream in, int dimension, boolean seeded)
            throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MAXIMUM_IDS) {
            throw damaged(file, "it counts " + count + " ids, at most " + MAXIMUM_IDS + " are read");
        }
        Map<String, Entry> entries = new HashMap<>();
        for (int at = 0; at < count; at++) {
            int length = in.readInt();
            if (length < 0 || length > MAXIMUM_ID_BYTES) {
                throw damaged(file, "an id has " + length + " bytes, at most " + MAXIMUM_ID_BYTES + " are read");
            }
            byte[] name = in.readNBytes(length);
            int events = in.readInt();
            float[] vector = readVector(in, dimension);
            Entry entry = new Entry(vector, seeded ? readVector(in, dimension) : null, events);
            entries.put(new String(name, StandardCharsets.UTF_8), entry);
        }
        return entries;
    }

    private static float[] readVector(DataInputStream in, int dimension) throws IOException {
        float[] vector = new float[dimension];
        for (int j = 0; j < dimension; j++) {
            vector[j] = in.readFloat();
        }
        return vector;
    }

    private static RetrievalException damaged(Path file, String why) {
        return new RetrievalException(
                Code.BAD_FILE, "checkpoint " + file + " is damaged: " + why + "; delete it to replay the whole log");
    }
}
