package dev.palate.retrieval.training;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/// Streams interactions to a file for a training run. Not thread-safe. The file appears under its name only when
/// [#finish] has returned; [#close] without it removes what was written.
///
/// Layout of version 1, little-endian: magic `PALATETI`, format version [int32], change number [int64], then records
/// that
/// start with a tag byte: 1 defines the next user row and 2 the next item row (length [int32], id in UTF-8), 3 is an
/// interaction (user row [int32], item row [int32], weight [float32], time [int64]), 0 ends (number of interactions
/// [int64]); last the CRC-32C of everything before [int32].
public final class TrainingInputWriter implements AutoCloseable {
    static final byte[] MAGIC = "PALATETI".getBytes(StandardCharsets.US_ASCII);
    static final int FORMAT_VERSION = 1;
    static final int HEADER_BYTES = MAGIC.length + Integer.BYTES + Long.BYTES;
    static final int MAXIMUM_ID_BYTES = 1_000;
    static final byte END = 0;
    static final byte USER = 1;
    static final byte ITEM = 2;
    static final byte EVENT = 3;

    private final Path target;
    private final Path part;
    private final FileChannel channel;
    private final CheckedOutputStream out;
    private final Map<String, Integer> users = new HashMap<>();
    private final Map<String, Integer> items = new HashMap<>();
    private final ByteBuffer record =
            ByteBuffer.allocate(MAXIMUM_ID_BYTES + HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long count;
    private boolean finished;

    private TrainingInputWriter(Path target, Path part, FileChannel channel) {
        this.target = target;
        this.part = part;
        this.channel = channel;
        OutputStream buffered = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        this.out = new CheckedOutputStream(buffered, new CRC32C());
    }

    /// Starts a file.
    ///
    /// @param changeNumber the newest change of the database that will be in it, at least 0
    /// @throws RetrievalException with code STORAGE when the disk refuses
    public static TrainingInputWriter create(Path target, long changeNumber) {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            FileChannel channel = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            TrainingInputWriter writer = new TrainingInputWriter(target, part, channel);
            writer.record.put(MAGIC).putInt(FORMAT_VERSION).putLong(changeNumber);
            writer.writeRecord();
            return writer;
        } catch (IOException e) {
            throw storage(target, e);
        }
    }

    /// Adds an interaction; of one user they may come in any order.
    ///
    /// @param weight how much it speaks for the item; 0 and less is kept in the file but not learnt from
    /// @param time in any unit, the same for all
    /// @throws RetrievalException with code STORAGE when the disk refuses
    public void add(String user, String item, float weight, long time) {
        try {
            int userRow = row(users, USER, user);
            int itemRow = row(items, ITEM, item);
            record.put(EVENT).putInt(userRow).putInt(itemRow).putFloat(weight).putLong(time);
            writeRecord();
            count++;
        } catch (IOException e) {
            throw storage(target, e);
        }
    }

    /// Ends the file, forces it to disk and gives it its name.
    ///
    /// @return the number of interactions written
    /// @throws RetrievalException with code STORAGE when the disk refuses
    public long finish() {
        try {
            record.put(END).putLong(count);
            writeRecord();
            int checksum = (int) out.getChecksum().getValue();
            record.putInt(checksum);
            writeRecord();
            out.flush();
            channel.force(true);
            channel.close();
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            finished = true;
            return count;
        } catch (IOException e) {
            throw storage(target, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
            if (!finished) {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw storage(target, e);
        }
    }

    private int row(Map<String, Integer> rows, byte tag, String id) throws IOException {
        Integer known = rows.get(id);
        if (known != null) {
            return known;
        }
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAXIMUM_ID_BYTES) {
            throw new IllegalArgumentException(
                    "ids must have 1 to " + MAXIMUM_ID_BYTES + " bytes in UTF-8, one had " + bytes.length);
        }
        record.put(tag).putInt(bytes.length).put(bytes);
        writeRecord();
        rows.put(id, rows.size());
        return rows.size() - 1;
    }

    private void writeRecord() throws IOException {
        out.write(record.array(), 0, record.position());
        record.clear();
    }

    private static RetrievalException storage(Path target, IOException cause) {
        return new RetrievalException(
                Code.STORAGE, "cannot write the training input " + target + ": " + cause.getMessage(), cause);
    }
}
