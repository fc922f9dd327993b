package dev.palate.retrieval.training;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.IdHash;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/// Streams a training input in. Not thread-safe.
final class TrainingInputReader {
    private final Path file;
    private final CheckedInputStream in;
    private final List<String> items = new ArrayList<>();
    private int userCount;
    private long[] owners = new long[1024];
    private int[] eventUsers = new int[1024];
    private int[] eventItems = new int[1024];
    private long[] eventTimes = new long[1024];
    private int kept;
    private long seen;

    private TrainingInputReader(Path file, InputStream in) {
        this.file = file;
        this.in = new CheckedInputStream(in, new CRC32C());
    }

    static TrainingInput read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new RetrievalException(Code.NOT_FOUND, "no training input at " + file);
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return new TrainingInputReader(file, in).parse();
        } catch (IOException e) {
            throw new RetrievalException(
                    Code.BAD_FILE, "cannot read the training input " + file + ": " + e.getMessage(), e);
        }
    }

    static OptionalLong changeNumber(Path file) {
        if (!Files.isRegularFile(file)) {
            return OptionalLong.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return OptionalLong.of(new TrainingInputReader(file, in).head());
        } catch (IOException | RetrievalException e) {
            return OptionalLong.empty();
        }
    }

    private TrainingInput parse() throws IOException {
        long changeNumber = head();
        for (byte tag = take(1).get(); tag != TrainingInputWriter.END; tag = take(1).get()) {
            switch (tag) {
                case TrainingInputWriter.USER -> {
                    if (userCount == owners.length) {
                        owners = Arrays.copyOf(owners, Math.multiplyExact(2, userCount));
                    }
                    owners[userCount++] = IdHash.of(readId());
                }
                case TrainingInputWriter.ITEM -> items.add(readId());
                case TrainingInputWriter.EVENT -> readEvent();
                default -> throw damaged("a record has tag " + tag);
            }
        }
        long count = take(Long.BYTES).getLong();
        int checksum = (int) in.getChecksum().getValue();
        if (take(Integer.BYTES).getInt() != checksum || count != seen) {
            throw damaged("its checksum or count does not match");
        }
        return input(changeNumber);
    }

    /// Reads up to the first record.
    private long head() throws IOException {
        byte[] magic = take(TrainingInputWriter.MAGIC.length).array();
        if (!Arrays.equals(magic, TrainingInputWriter.MAGIC)) {
            throw new RetrievalException(
                    Code.BAD_FILE, file + " is not a training input: it does not start with PALATETI");
        }
        int version = take(Integer.BYTES).getInt();
        if (version != TrainingInputWriter.FORMAT_VERSION) {
            throw new RetrievalException(
                    Code.BAD_FILE,
                    "training input " + file + " has format version " + version + ", this build reads "
                            + TrainingInputWriter.FORMAT_VERSION + ": write it with the same build that trains");
        }
        return take(Long.BYTES).getLong();
    }

    private void readEvent() throws IOException {
        ByteBuffer event = take(2 * Integer.BYTES + Float.BYTES + Long.BYTES);
        int user = event.getInt();
        int item = event.getInt();
        float weight = event.getFloat();
        long time = event.getLong();
        if (user < 0 || user >= userCount || item < 0 || item >= items.size()) {
            throw damaged("an interaction names user row " + user + " and item row " + item);
        }
        seen++;
        if (!(weight > 0)) {
            return;
        }
        if (kept == eventUsers.length) {
            int capacity = Math.multiplyExact(2, kept);
            eventUsers = Arrays.copyOf(eventUsers, capacity);
            eventItems = Arrays.copyOf(eventItems, capacity);
            eventTimes = Arrays.copyOf(eventTimes, capacity);
        }
        eventUsers[kept] = user;
        eventItems[kept] = item;
        eventTimes[kept++] = time;
    }

    /// Items that nobody liked get no row: nothing could be learnt of them.
    private TrainingInput input(long changeNumber) {
        boolean[] used = new boolean[items.size()];
        for (int i = 0; i < kept; i++) {
            used[eventItems[i]] = true;
        }
        List<String> usedIds = new ArrayList<>();
        for (int item = 0; item < used.length; item++) {
            if (used[item]) {
                usedIds.add(items.get(item));
            }
        }
        Vocabulary vocabulary = Vocabulary.sorted(usedIds);
        int[] rows = new int[items.size()];
        for (int item = 0; item < rows.length; item++) {
            rows[item] = vocabulary.row(items.get(item)).orElse(-1);
        }
        Histories.Builder histories = new Histories.Builder(vocabulary.size())
                .withUserCount(userCount)
                .withOwners(Arrays.copyOf(owners, userCount));
        for (int i = 0; i < kept; i++) {
            histories.add(eventUsers[i], rows[eventItems[i]], eventTimes[i]);
        }
        return new TrainingInput(changeNumber, vocabulary, histories.build());
    }

    private String readId() throws IOException {
        int length = take(Integer.BYTES).getInt();
        if (length < 1 || length > TrainingInputWriter.MAXIMUM_ID_BYTES) {
            throw damaged("an id claims " + length + " bytes");
        }
        return new String(take(length).array(), StandardCharsets.UTF_8);
    }

    private ByteBuffer take(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw damaged("it ends too early");
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private RetrievalException damaged(String why) {
        return new RetrievalException(
                Code.BAD_FILE, "training input " + file + " is damaged: " + why + "; write it again");
    }
}
