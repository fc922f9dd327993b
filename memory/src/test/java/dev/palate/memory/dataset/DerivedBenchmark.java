package dev.palate.memory.dataset;

import com.sun.management.OperatingSystemMXBean;
import dev.palate.memory.Ids;
import dev.palate.memory.derived.Derivations;
import dev.palate.memory.derived.DerivedParts;
import dev.palate.memory.derived.NoteFollower;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// How much of an import is the making of profiles and of what items are received like: the processor time of the
/// import alone, of the consumer that catches up after it, and of both beside each other.
/// `DerivedBenchmark FOLDER MOVIELENS MEMORIES`; each is done twice and the second is said, so that the machine code is
/// there.
final class DerivedBenchmark {
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final int OF_A_USER = 10;
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private DerivedBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        int memories = Integer.parseInt(args[2]);
        Path set = Files.createDirectories(folder.resolve("set"));
        write(set, memories);
        for (int round = 0; round < 2; round++) {
            look(folder, "ratings of films", new MovieLensReader(Path.of(args[1])), round == 1);
            look(folder, memories + " memories", new JsonLinesReader(set), round == 1);
        }
    }

    private static void look(Path folder, String what, DatasetReader reader, boolean say)
            throws IOException, InterruptedException {
        double alone;
        double after;
        try (ImportFixture store = ImportFixture.open(folder.resolve("apart"))) {
            double begun = cpu();
            store.run(reader, 0);
            alone = cpu() - begun;
            begun = cpu();
            try (NoteFollower consumer = consumer(store)) {
                await(consumer);
            }
            after = cpu() - begun;
        }
        double beside;
        try (ImportFixture store = ImportFixture.open(folder.resolve("beside"));
                NoteFollower consumer = consumer(store)) {
            double begun = cpu();
            store.run(reader, 0);
            await(consumer);
            beside = cpu() - begun;
        }
        if (say) {
            System.out.printf(
                    Locale.ROOT,
                    "%s: import %.1f cpu s, derived after it %.1f (%.0f %%), both beside each other %.1f (%.0f %%),"
                            + " load %.1f%n",
                    what,
                    alone,
                    after,
                    100 * after / (alone + after),
                    beside,
                    100 * (beside - alone) / beside,
                    SYSTEM.getSystemLoadAverage());
        }
        delete(folder.resolve("apart"));
        delete(folder.resolve("beside"));
    }

    private static NoteFollower consumer(ImportFixture store) {
        Clock clock = Clock.systemUTC();
        var truth = store.truth();
        NoteFollower consumer = new NoteFollower(
                truth.outbox(),
                truth.changes(),
                new Derivations(new DerivedParts(
                        truth.catalog(), truth.memories(), truth.memories(), truth.grounds(), new Ids(clock), clock)),
                NoteFollower.Options.DEFAULT);
        consumer.start();
        return consumer;
    }

    private static void await(NoteFollower consumer) throws InterruptedException {
        if (!consumer.await(PATIENCE)) {
            throw new IllegalStateException("the consumer is not through: " + consumer.status());
        }
    }

    private static double cpu() {
        return SYSTEM.getProcessCpuTime() / 1e9;
    }

    private static void write(Path set, int memories) throws IOException {
        SplittableRandom random = new SplittableRandom(20_261_129L);
        List<String> tastes = List.of("horror", "westerns", "musicals", "long films", "slow films", "war films");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < memories; i++) {
            lines.append(String.format(
                    Locale.ROOT,
                    "{\"user_id\":\"u%d\",\"text\":\"Likes %s of the year %d\",\"id\":\"m%d\"}%n",
                    i / OF_A_USER,
                    tastes.get(random.nextInt(tastes.size())),
                    1930 + random.nextInt(90),
                    i));
        }
        Files.writeString(set.resolve("memories.jsonl"), lines);
        Files.writeString(set.resolve("items.jsonl"), "{\"item_id\":\"1\",\"title\":\"Alien\",\"year\":1979}\n");
        Files.writeString(set.resolve("interactions.jsonl"), "");
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
