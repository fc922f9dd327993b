package dev.palate.memory.tier;

import dev.palate.memory.index.BenchmarkVectors;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.index.VectorFormat;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.ProductQuantiser;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Prints what the tiers cost with many users of ten memories each: writing, reindexing, a pack from each tier, one
/// user's search, a search over all, bytes, and opening after a kill. Vectors are made from the number in the text, so
/// that no encoder is measured. Run by hand, see docs/benchmarks.md.
///
/// Arguments: `build FOLDER MEMORIES FORMAT SECONDS` (ends as a kill does, with writes that the index has not
/// committed), then `open FOLDER 0 FORMAT SECONDS`.
final class TierBenchmark {
    private static final PrintStream OUT = System.out;
    private static final int PER_USER = 10;
    private static final int BATCH = 2_000;
    private static final int TIMES = 1_000;
    private static final int HOT_WARM_UP = 200_000;
    private static final int WRITERS = 64;
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final MemoryFilter ALL = new MemoryFilter(null, Set.of(), Set.of(MemoryStatus.ACTIVE), null);

    private final SqlTruth truth;
    private final IndexChanges index;
    private final TieredMemories tiered;
    private final Path folder;
    private final Duration patience;

    private TierBenchmark(SqlTruth truth, IndexChanges index, Path folder, Duration patience) {
        this.truth = truth;
        this.index = index;
        this.folder = folder;
        this.patience = patience;
        tiered = new TieredMemories(
                truth.memories(), truth.coldMemories(), index, new Numbered(), () -> NOW, new TierOptions(256 << 20));
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        int count = Integer.parseInt(arguments[2]);
        Duration patience = Duration.ofSeconds(Long.parseLong(arguments[4]));
        IndexOptions options = IndexOptions.defaults().with(VectorFormat.valueOf(arguments[3]));
        long start = System.nanoTime();
        DataDirectory directory = DataDirectory.open(folder);
        SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC());
        if (count > 0) {
            fill(truth, count);
            start = System.nanoTime();
        }
        IndexChanges index = IndexChanges.open(
                folder,
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories()),
                new Numbered(),
                options);
        boolean all = index.awaitApplied(truth.changes().latest(), patience);
        OUT.printf(
                "open until every change is applied: %.2f s (%s), %d memories by words, load %.1f%n",
                seconds(start), all ? "all" : "time over", index.memories().count(), load());
        if (count > 0) {
            TierBenchmark benchmark = new TierBenchmark(truth, index, folder, patience);
            benchmark.reindexed(start);
            benchmark.measure();
            benchmark.adds(count);
            people(truth, count, 5_000);
            fill(truth, 5_000, count, "late");
            OUT.printf("5000 more writes, then the process ends as by a kill%n");
        }
        OUT.flush();
        Runtime.getRuntime().halt(0);
    }

    /// Vectors by the number that ends the text; a copy would cost more than making it.
    static final class Numbered implements TextEncoder {
        private final BenchmarkVectors vectors = new BenchmarkVectors(20_260_101L);

        @Override
        public String version() {
            return "numbered";
        }

        @Override
        public int dimension() {
            return BenchmarkVectors.DIMENSION;
        }

        @Override
        public float[] encode(String text) {
            return vectors.vector(Long.parseLong(text.substring(text.lastIndexOf(' ') + 1)));
        }

        @Override
        public void close() {}
    }

    private static void fill(SqlTruth truth, int count) {
        people(truth, 0, count);
        long start = System.nanoTime();
        fill(truth, count, 0, "m");
        OUT.printf(
                "%d memories of %d users written, %d a commit: %.0f a second, load %.1f%n",
                count, count / PER_USER, BATCH, count / seconds(start), load());
    }

    /// The users of the memories of these numbers.
    private static void people(SqlTruth truth, int from, int count) {
        truth.users()
                .ensureAll(IntStream.rangeClosed(from / PER_USER, (from + count) / PER_USER)
                        .mapToObj(number -> new User(new UserId("u" + number), "", NOW, false))
                        .toList());
    }

    private static void fill(SqlTruth truth, int count, int from, String prefix) {
        for (int at = 0; at < count; at += BATCH) {
            List<Memories.Write> writes = new ArrayList<>(BATCH);
            for (int i = at; i < Math.min(count, at + BATCH); i++) {
                int number = from + i;
                writes.add(new Memories.Write(memory(prefix + number, number), Actor.AGENT, "benchmark"));
            }
            truth.memories().put(writes);
        }
    }

    private static Memory memory(String id, int number) {
        return Memory.fresh(
                new MemoryId(id),
                user(Math.abs(number) / PER_USER),
                MemoryKind.PREFERENCE,
                "likes thing number " + Math.abs(number),
                1,
                Trust.STATED,
                Slot.parse("tag:t" + Math.abs(number) % 500),
                List.of(),
                NOW);
    }

    private static Subject user(int number) {
        return new Subject.OfUser(new UserId("u" + number));
    }

    private void reindexed(long start) throws InterruptedException {
        Duration left = patience.minus(Duration.ofNanos(System.nanoTime() - start));
        boolean all = index.awaitEncoded(left.isNegative() ? Duration.ZERO : left);
        long vectors = index.memories().vectorCount();
        OUT.printf(
                "reindexed%s: %d memories with vectors after %.1f s, %.0f a second, load %.1f%n",
                all ? "" : " (time over)", vectors, seconds(start), vectors / seconds(start), load());
    }

    private void measure() throws Exception {
        int users = (int) (index.memories().vectorCount() / PER_USER);
        TextEncoder encoder = new Numbered();
        for (int i = 0; i < HOT_WARM_UP; i++) {
            tiered.pack(user(1 + i % 64));
        }
        print("get, hot", timed(i -> tiered.pack(user(1 + i % 64))));
        print("get, warm", timed(i -> tiered.pack(user(i * 7919 % users))));
        tiered.pack(user(2));
        print("one user's search, hot pack", timed(i -> tiered.recall(user(2), "thing number " + i, 10, patience)));
        print(
                "all subjects, " + index.status().vectorFormat() + ", 10 nearest",
                timed(i -> index.memories().nearest(encoder.encode("q " + (1L << 40) + i), ALL, 10)));
        print("making the vector alone, to be taken off", timed(i -> encoder.encode("q " + (1L << 40) + i)));
        coldPacks(users, encoder);
        long memories = truth.memories().count();
        TierReport report = tiered.stats();
        OUT.printf(
                "bytes a memory: heap in a pack %.0f, index on disk %.0f, database on disk %.0f, codes %d%n",
                report.hot().bytes() / (double) Math.max(1, report.hot().entries() * PER_USER),
                bytes(folder.resolve("index")) / (double) memories,
                (bytes(folder) - bytes(folder.resolve("index"))) / (double) memories,
                (BenchmarkVectors.DIMENSION + 7) / 8);
        OUT.printf("hot %s%nwarm %s%ncold %s%n", report.hot(), report.warm(), report.cold());
    }

    /// Single adds, acknowledged and then searchable, and adds by many writers at once.
    private void adds(int count) throws Exception {
        for (int w = -3; w < WRITERS; w++) {
            String prefix = w < 0 ? List.of("single", "worded", "meant").get(w + 3) : "w" + w;
            int from = Math.abs(number(prefix, count, 0));
            people(truth, Math.max(0, from - 2 * TIMES), 4 * TIMES);
        }
        print("add, acknowledged, one writer", timed(i -> add("single", count, i)));
        print("add, then found by its words", timed(i -> {
            add("worded", count, i);
            await(index.awaitApplied(truth.changes().latest(), patience));
        }));
        print("add, then found by meaning", timed(i -> {
            add("meant", count, i);
            await(index.awaitEncoded(patience));
        }));
        long start = System.nanoTime();
        int each = 400;
        long[] nanos = new long[WRITERS * each];
        LongAdder failed = new LongAdder();
        try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int w = 0; w < WRITERS; w++) {
                int writer = w;
                var _ = writers.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        long begun = System.nanoTime();
                        try {
                            add("w" + writer, count, i);
                        } catch (RuntimeException e) {
                            failed.increment();
                        }
                        nanos[writer * each + i] = System.nanoTime() - begun;
                    }
                });
            }
        }
        double seconds = seconds(start);
        long missing = 0;
        for (int w = 0; w < WRITERS; w++) {
            for (int i = 0; i < each; i++) {
                missing +=
                        truth.memories().memory(new MemoryId("w" + w + "-" + i)).isEmpty() ? 1 : 0;
            }
        }
        Arrays.sort(nanos);
        OUT.printf(
                "%d adds by %d writers: %.0f a second, p50 %.2f ms, p99 %.2f ms, %d failed, %d missing, load %.1f%n",
                nanos.length,
                WRITERS,
                nanos.length / seconds,
                nanos[nanos.length / 2] / 1e6,
                nanos[nanos.length * 99 / 100] / 1e6,
                failed.sum(),
                missing,
                load());
    }

    private void add(String prefix, int count, int i) {
        tiered.put(List.of(
                new Memories.Write(memory(prefix + "-" + i, number(prefix, count, i)), Actor.AGENT, "benchmark")));
    }

    private static int number(String prefix, int count, int i) {
        return count + prefix.hashCode() % 1_000 * 10_000 + i;
    }

    private static void await(boolean reached) {
        if (!reached) {
            throw new IllegalStateException("the index did not come to it in time");
        }
    }

    /// Makes the memories of the last thousand users cold and asks for their packs.
    private void coldPacks(int users, TextEncoder encoder) throws Exception {
        long start = System.nanoTime();
        float[][] sample = index.memories().sample(16_384, 1);
        ProductQuantiser quantiser = ProductQuantiser.train(sample, BenchmarkVectors.DIMENSION, 1);
        OUT.printf("codebook learnt from %d vectors in %.1f s%n", sample.length, seconds(start));
        long version =
                truth.coldMemories().keep("numbered", sample.length, quantiser).version();
        start = System.nanoTime();
        int first = users - Math.min(users / 2, TIMES);
        for (int from = first; from < users; from += BATCH / PER_USER) {
            List<Cold> cold = new ArrayList<>();
            for (int user = from; user < Math.min(users, from + BATCH / PER_USER); user++) {
                for (Memory memory : truth.memories().active(user(user))) {
                    cold.add(new Cold(
                            memory.id(),
                            memory.subject(),
                            memory.revision(),
                            version,
                            quantiser.encode(encoder.encode(memory.text()))));
                }
            }
            truth.coldMemories().demote(cold);
        }
        OUT.printf("made cold: %.0f a second%n", (users - first) * (double) PER_USER / seconds(start));
        int many = users - first;
        print("get, cold", timed(i -> {
            tiered.erasurePlace().erase(new UserId("u" + (first + i % many)));
            tiered.pack(user(first + i % many));
        }));
    }

    private interface Step {
        void run(int number) throws Exception;
    }

    private static long[] timed(Step step) throws Exception {
        for (int i = 0; i < TIMES; i++) {
            step.run(i);
        }
        long[] nanos = new long[TIMES];
        for (int i = 0; i < TIMES; i++) {
            long start = System.nanoTime();
            step.run(TIMES + i);
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static void print(String what, long[] sorted) {
        OUT.printf(
                "%s: p50 %.2f us, p99 %.2f us, load %.1f%n",
                what, sorted[TIMES / 2] / 1e3, sorted[TIMES * 99 / 100] / 1e3, load());
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static long bytes(Path below) throws IOException {
        try (Stream<Path> files = Files.walk(below)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
