package dev.palate.memory.tier;

import dev.palate.memory.index.BenchmarkVectors;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// What `benchmarks/mem0_store.py` does with Mem0, done with this store: the same texts, users and vectors, one add at
/// a time, one user's searches, then a thousand adds by four threads, read again. Run by `benchmarks/mem0_beside.sh`.
///
/// Arguments: `FOLDER COUNT`: an empty folder for the store, and how many memories.
final class PeerBenchmark {
    private static final PrintStream OUT = System.out;
    private static final int PER_USER = 10;
    private static final int SEARCHES = 200;
    private static final int BY_THREADS = 1_000;
    private static final int THREADS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private PeerBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int count = Integer.parseInt(arguments[1]);
        if (arguments.length > 2) {
            BenchmarkVectors.write(Path.of(arguments[2]), new BenchmarkVectors(20_260_101L), count);
        }
        try (DataDirectory directory = DataDirectory.open(folder.resolve("palate"));
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC());
                IndexChanges index = IndexChanges.open(
                        directory.root(),
                        new IndexChanges.Sources(
                                truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories()),
                        new TierBenchmark.Numbered(),
                        IndexOptions.defaults())) {
            TieredMemories memories = new TieredMemories(
                    truth.memories(),
                    truth.coldMemories(),
                    index,
                    new TierBenchmark.Numbered(),
                    Clock.systemUTC(),
                    TierOptions.defaults());
            truth.users()
                    .ensureAll(IntStream.rangeClosed(0, (count + BY_THREADS) / PER_USER)
                            .mapToObj(user -> new User(
                                    new UserId("u" + user),
                                    "",
                                    Clock.systemUTC().instant(),
                                    false))
                            .toList());
            long start = System.nanoTime();
            long[] adds = timed(count, number -> add(memories, number));
            OUT.printf(
                    "palate, %d adds: %.0f a second, %s, load %.1f%n",
                    count, count / seconds(start), percentiles(adds), load());
            index.awaitEncoded(PATIENCE);
            OUT.printf("palate, all found by meaning %.1f s after the first add%n", seconds(start));
            long[] searches = timed(
                    SEARCHES, number -> memories.recall(user(number), "likes thing number " + number, 10, PATIENCE));
            OUT.printf("palate, one user's search: %s, load %.1f%n", percentiles(searches), load());
            inThreads(memories, count);
        }
    }

    private static void inThreads(TieredMemories memories, int from) throws InterruptedException {
        LongAdder failed = new LongAdder();
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int part = 0; part < THREADS; part++) {
            int first = from + part;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int number = first; number < from + BY_THREADS; number += THREADS) {
                    try {
                        add(memories, number);
                    } catch (RuntimeException e) {
                        failed.increment();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = seconds(start);
        long there = 0;
        long unreadable = 0;
        for (int user = from / PER_USER; user < (from + BY_THREADS) / PER_USER; user++) {
            try {
                there += memories.active(new Subject.OfUser(new UserId("u" + user)))
                        .size();
            } catch (RuntimeException e) {
                unreadable++;
            }
        }
        OUT.printf(
                "palate, %d adds by %d threads: %.0f a second, %d failed, %d not found, %d of %d users unreadable%n",
                BY_THREADS,
                THREADS,
                BY_THREADS / seconds,
                failed.sum(),
                BY_THREADS - there,
                unreadable,
                BY_THREADS / PER_USER);
    }

    private static void add(TieredMemories memories, int number) {
        Memory memory = Memory.fresh(
                new MemoryId("m" + number),
                user(number),
                MemoryKind.TRAIT,
                "likes thing number " + number,
                0,
                Trust.STATED,
                null,
                List.of(),
                Clock.systemUTC().instant());
        memories.put(List.of(new Memories.Write(memory, Actor.AGENT, "benchmark")));
    }

    private static Subject user(int number) {
        return new Subject.OfUser(new UserId("u" + number / PER_USER));
    }

    private static long[] timed(int times, IntConsumer step) {
        long[] nanos = new long[times];
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            step.accept(i);
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static String percentiles(long[] sorted) {
        return String.format(
                "p50 %.2f ms, p99 %.2f ms", sorted[sorted.length / 2] / 1e6, sorted[(int) (sorted.length * .99)] / 1e6);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
