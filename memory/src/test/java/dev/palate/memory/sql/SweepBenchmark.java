package dev.palate.memory.sql;

import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.user.UserId;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/// What the end of an erasure costs: the sweep of a file of so many messages, cold and again, and what single writes
/// wait meanwhile. `SweepBenchmark FOLDER MESSAGES`; the folder is kept and used again.
final class SweepBenchmark {
    private static final long SEED = 20_261_129L;
    private static final UserId ANN = new UserId("ann");

    private SweepBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]).resolve("truth.db");
        int messages = Integer.parseInt(args[1]);
        try (SqlTruth truth =
                SqlTruth.of(Database.open(new TruthPlace.File(file), Clock.systemUTC()), Clock.systemUTC())) {
            fill(truth, messages);
            say("file " + Files.size(file) / (1 << 20) + " MiB, load "
                    + ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
            say("single writes alone: " + percentiles(writes(truth, 500, new AtomicBoolean())));
            for (String which : new String[] {"first sweep", "second sweep", "third sweep"}) {
                sweep(truth, which);
            }
        }
    }

    private static void sweep(SqlTruth truth, String which) throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        List<Long> waited = new ArrayList<>();
        Thread writer = Thread.ofPlatform().start(() -> waited.addAll(writes(truth, Integer.MAX_VALUE, done)));
        long start = System.nanoTime();
        Dialect.Wiped wiped = truth.database().clear(SqlErasure.tables());
        long took = System.nanoTime() - start;
        done.set(true);
        writer.join();
        say(which + ": " + took / 1_000_000 + " ms, " + wiped + "; single writes meanwhile: " + percentiles(waited));
    }

    private static List<Long> writes(SqlTruth truth, int most, AtomicBoolean done) {
        List<Long> nanos = new ArrayList<>();
        ConversationId talk = truth.conversations().start(ANN).id();
        for (int i = 0; i < most && !done.get(); i++) {
            long start = System.nanoTime();
            truth.conversations().append(talk, new TurnId("t"), Role.USER, "something said", null, null);
            nanos.add(System.nanoTime() - start);
        }
        return nanos;
    }

    private static String percentiles(List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        if (sorted.length == 0) {
            return "none";
        }
        return sorted.length + ", p50 " + sorted[sorted.length / 2] / 1_000 + " us, p99 "
                + sorted[(int) (sorted.length * 0.99)] / 1_000 + " us, longest "
                + Arrays.stream(sorted).max().orElse(0) / 1_000 + " us";
    }

    /// Messages with ids in no order and texts of 50 to 450 letters.
    private static void fill(SqlTruth truth, int messages) {
        long there = truth.database()
                .read(handle -> handle.createQuery("select count(*) from message")
                        .mapTo(Long.class)
                        .one());
        ConversationId talk = truth.conversations().start(ANN).id();
        SplittableRandom random = new SplittableRandom(SEED + there);
        for (long made = there; made < messages; made += 1_000) {
            long from = made;
            truth.database().write(transaction -> {
                var batch = transaction
                        .handle()
                        .prepareBatch("insert into message (id, conversation_id, turn_id, sequence, role, text, at)"
                                + " values (:id, :talk, 't', :sequence, 'user', :text, 0)");
                for (int i = 0; i < 1_000; i++) {
                    StringBuilder text = new StringBuilder();
                    int length = 50 + random.nextInt(400);
                    while (text.length() < length) {
                        text.append((char) ('a' + random.nextInt(26)));
                    }
                    batch.bind("id", Long.toHexString(random.nextLong()) + Long.toHexString(from + i))
                            .bind("talk", talk.value())
                            .bind("sequence", from + i + 1)
                            .bind("text", text.toString())
                            .add();
                }
                return batch.execute().length;
            });
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
