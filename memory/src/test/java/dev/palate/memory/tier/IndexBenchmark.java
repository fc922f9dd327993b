package dev.palate.memory.tier;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.dataset.DatasetImport;
import dev.palate.memory.dataset.MovieLensReader;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.index.ItemFilter;
import dev.palate.memory.index.ItemText;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.MiniLmEncoder;
import dev.palate.memory.user.UserId;
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
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Prints what encoding, building the item index, searching and recalling cost, in time and in cpu time of the
/// process or the thread. Run by hand with the test class path; the argument is the folder of a MovieLens data set.
final class IndexBenchmark {
    private static final PrintStream OUT = System.out;
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final Subject USER = new Subject.OfUser(new UserId("1"));

    private IndexBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("palate-index");
        try (DataDirectory directory = DataDirectory.open(folder);
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC());
                MiniLmEncoder encoder = MiniLmEncoder.open(MiniLmEncoder.Options.defaults())) {
            DatasetImport.Target target = new DatasetImport.Target(
                    truth.catalog(), truth.users(), truth.interactions(), truth.jobs(), directory.logs());
            new DatasetImport(target, Clock.systemUTC(), 0)
                    .run(new MovieLensReader(Path.of(arguments[0])), (phase, done, total) -> {});
            encode(truth, encoder);
            build("first build", directory, truth, encoder);
            for (String part : List.of("items", "memories")) {
                delete(folder.resolve("index").resolve(part));
            }
            build("rebuild with kept vectors", directory, truth, encoder);
            try (IndexChanges index = open(directory, truth, encoder)) {
                searches(index, encoder);
                recalls(truth, index, encoder);
            }
        } finally {
            delete(folder);
        }
    }

    private static IndexChanges open(DataDirectory directory, SqlTruth truth, MiniLmEncoder encoder) {
        return IndexChanges.open(
                directory.root(),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories()),
                encoder,
                IndexOptions.defaults());
    }

    private static void encode(SqlTruth truth, MiniLmEncoder encoder) {
        List<String> texts = new ArrayList<>();
        truth.catalog().scan(item -> texts.add(ItemText.of(item)));
        texts.subList(0, 50).forEach(encoder::encode);
        long[] nanos = measure(1_000, i -> encoder.encode(texts.get(i)));
        print("MiniLM, item texts", nanos);
        String long150 = String.join(" ", texts.subList(0, 12));
        print("MiniLM, about 150 tokens", measure(100, i -> encoder.encode(long150 + i)));
    }

    private static void build(String what, DataDirectory directory, SqlTruth truth, MiniLmEncoder encoder)
            throws InterruptedException {
        long start = System.nanoTime();
        long cpu = processCpu();
        try (IndexChanges index = open(directory, truth, encoder)) {
            index.awaitApplied(truth.changes().latest(), PATIENCE);
            double words = (System.nanoTime() - start) / 1e9;
            index.awaitEncoded(PATIENCE);
            OUT.printf(
                    "%s: %d items by words after %.1f s, by vectors after %.1f s, cpu %.1f s%n",
                    what, index.items().count(), words, (System.nanoTime() - start) / 1e9, (processCpu() - cpu) / 1e9);
        }
    }

    private static void searches(IndexChanges index, MiniLmEncoder encoder) throws InterruptedException {
        index.awaitEncoded(PATIENCE);
        float[] query = encoder.encode("slow science fiction about loneliness");
        ItemFilter horror = ItemFilter.visibleAt(Instant.EPOCH).withExcludedCategories(java.util.Set.of("Horror"));
        print("BM25, top 50", measure(2_000, i -> index.items().search("slow science fiction", horror, 50)));
        print("HNSW int8 with filter, top 50", measure(2_000, i -> index.items().nearest(query, horror, 50)));
        print("exact scan, top 50", measure(2_000, i -> index.items().vectors().nearest(query, 50, row -> true)));
        print("vector of an item", measure(2_000, i -> index.items().vector(new ItemId("1"))));
    }

    private static void recalls(SqlTruth truth, IndexChanges index, MiniLmEncoder encoder) throws Exception {
        TieredMemories memories =
                new TieredMemories(truth.memories(), index, encoder, Clock.systemUTC(), TierOptions.defaults());
        List<Memories.Write> writes = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            String text = "likes films number " + i + " about " + (i % 7 == 0 ? "space and loneliness" : "cooking");
            writes.add(new Memories.Write(
                    Memory.fresh(
                            new MemoryId("m" + i),
                            USER,
                            MemoryKind.PREFERENCE,
                            text,
                            1,
                            Trust.STATED,
                            Slot.parse("tag:t" + i),
                            List.of(new Evidence("message", "x", text)),
                            Instant.now()),
                    Actor.AGENT,
                    "benchmark"));
        }
        memories.put(writes);
        index.awaitEncoded(PATIENCE);
        String words = "something slow in space";
        print("query encoding", measure(500, i -> encoder.encode(words)));
        print(
                "recall from a hot pack of 400, encoding included",
                measure(1_000, i -> memories.recall(USER, words, 20, PATIENCE)));
        Memory[] last = {truth.memories().memory(new MemoryId("m0")).orElseThrow()};
        print("write to a pack of 400, then its reload", measure(100, i -> {
            double strength = (i % 10) / 10.0;
            Memory next = last[0].draft().strength(strength).build();
            last[0] = memories.put(List.of(new Memories.Write(next, Actor.AGENT, "benchmark")))
                    .getFirst();
            memories.pack(USER);
        }));
        print("pack of 400 from the index", measure(50, i -> {
            memories.erasurePlace().erase(new UserId("1"));
            memories.pack(USER);
        }));
    }

    private interface Step {
        void run(int number);
    }

    private static long[] measure(int times, Step step) {
        for (int i = 0; i < times; i++) {
            step.run(i);
        }
        long[] nanos = new long[2 * times];
        var threads = ManagementFactory.getThreadMXBean();
        for (int i = 0; i < times; i++) {
            long cpu = threads.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            step.run(i);
            nanos[i] = System.nanoTime() - start;
            nanos[times + i] = threads.getCurrentThreadCpuTime() - cpu;
        }
        return nanos;
    }

    private static void print(String what, long[] nanos) {
        int times = nanos.length / 2;
        double cpuMean = Arrays.stream(nanos, times, 2 * times).average().orElse(0);
        long[] wall = Arrays.copyOf(nanos, times);
        long[] cpu = Arrays.copyOfRange(nanos, times, 2 * times);
        Arrays.sort(wall);
        Arrays.sort(cpu);
        OUT.printf(
                "%s: wall p50 %.3f ms p99 %.3f ms, thread cpu p50 %.3f ms, %.0f a cpu second%n",
                what, wall[times / 2] / 1e6, wall[times * 99 / 100] / 1e6, cpu[times / 2] / 1e6, 1e9 / cpuMean);
    }

    private static long processCpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
