package dev.palate.memory.sql;

import dev.palate.memory.dataset.DatasetImport;
import dev.palate.memory.dataset.MovieLensReader;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/// Prints acknowledged writes per second at 1, 8 and 64 writers, and the time of an import with its single writes'
/// latency beside it. Run by hand with the test class path; the argument is the folder of a MovieLens data set.
final class WriteBenchmark {
    private WriteBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("palate-writes");
        try (DataDirectory directory = DataDirectory.open(folder);
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC())) {
            for (int writers : new int[] {1, 8, 64}) {
                interactions(truth, writers, writers == 1 ? 2_000 : 20_000);
            }
            memories(truth, 8, 4_000);
            imported(truth, directory, Path.of(arguments[0]));
        } finally {
            delete(folder);
        }
    }

    private static void interactions(SqlTruth truth, int writers, int count) throws Exception {
        long[] nanos = new long[count];
        long start = System.nanoTime();
        long cpu = cpu();
        inParallel(
                writers,
                count,
                i -> truth.interactions()
                        .append(List.of(TruthContract.rated(
                                "b" + writers + "-" + i,
                                new dev.palate.memory.user.UserId("u" + i % 500),
                                "i" + i % 900,
                                4,
                                TruthContract.NOW.plusSeconds(i)))),
                nanos);
        print("interactions, " + writers + " writers", nanos, start, cpu);
    }

    private static void memories(SqlTruth truth, int writers, int count) throws Exception {
        UsersFirst.ensure(truth, TruthContract.ANN);
        long[] nanos = new long[count];
        long start = System.nanoTime();
        long cpu = cpu();
        inParallel(
                writers,
                count,
                i -> truth.memories()
                        .put(List.of(new Memories.Write(
                                TruthContract.likes("m" + i, TruthContract.ANN, "genre" + i), Actor.AGENT, "bench"))),
                nanos);
        print("memories, " + writers + " writers", nanos, start, cpu);
    }

    private interface Step {
        Object at(int i);
    }

    private static void inParallel(int writers, int count, Step step, long[] nanos) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> futures = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                int first = w;
                futures.add(executor.submit(() -> {
                    for (int i = first; i < count; i += writers) {
                        long begun = System.nanoTime();
                        step.at(i);
                        nanos[i] = System.nanoTime() - begun;
                    }
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
    }

    private static void imported(SqlTruth truth, DataDirectory directory, Path folder) throws Exception {
        DatasetImport.Target target = new DatasetImport.Target(
                truth.catalog(), truth.users(), truth.interactions(), truth.jobs(), directory.logs());
        for (String round : new String[] {"import", "import again"}) {
            long start = System.nanoTime();
            long cpu = cpu();
            List<Long> single = new ArrayList<>();
            Thread beside = Thread.ofVirtual().start(() -> {
                for (int i = 0; !Thread.currentThread().isInterrupted() && i < 1_000; i++) {
                    long begun = System.nanoTime();
                    truth.interactions()
                            .append(List.of(TruthContract.rated(
                                    round + i, TruthContract.ANN, "i", 4, TruthContract.NOW.plusSeconds(i))));
                    single.add(System.nanoTime() - begun);
                    java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
                }
            });
            DatasetImport.Result result = new DatasetImport(target, Clock.systemUTC(), 0)
                    .run(new MovieLensReader(folder), (phase, done, total) -> {});
            double seconds = (System.nanoTime() - start) / 1e9;
            beside.join();
            System.out.printf(
                    "%s: %.1f s, %.1f cpu-s, %s%n", round, seconds, (cpu() - cpu) / 1e9, DatasetImport.summary(result));
            print(
                    "  single writes beside it",
                    single.stream().mapToLong(Long::longValue).toArray(),
                    start,
                    cpu);
        }
    }

    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static void print(String what, long[] nanos, long start, long cpu) {
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuMicros = (cpu() - cpu) / 1e3 / nanos.length;
        Arrays.sort(nanos);
        System.out.printf(
                "%s: %.0f/s, p50 %.2f ms, p99 %.2f ms, max %.1f ms, %.0f cpu-us each%n",
                what,
                nanos.length / seconds,
                nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6,
                nanos[nanos.length - 1] / 1e6,
                cpuMicros);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
