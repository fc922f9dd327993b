package dev.palate.retrieval.recommend;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.ByteRows;
import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.candidate.TextVectors;
import dev.palate.retrieval.candidate.Themes;
import dev.palate.retrieval.candidate.UserHistories;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.ItemNeighbours;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.sequence.RandomSequences;
import dev.palate.retrieval.sequence.SequenceLayer;
import dev.palate.retrieval.sequence.SequenceScorer;
import dev.palate.retrieval.sequence.SequenceShape;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/// Times one user's list over catalogs of any size: `ListBenchmark [ITEMS...]`, in the flags of the root pom and with
/// `-Xmx9g` for a million. No test: run it by hand.
///
/// The store is real, the model's numbers are random: 64 dimensions, 100 neighbours an item, a sequence model of two
/// layers, texts of 384 dimensions, histories of 50 events. Times do not depend on what the numbers are.
final class ListBenchmark {
    private static final int USERS = 200;
    private static final int EVENTS = 50;
    private static final int FACTORS = 64;
    private static final int NEIGHBOURS = 100;
    private static final int TEXT = 384;
    private static final String[] GENRES = {"Drama", "Comedy", "Horror", "Western", "War", "Musical", "Crime", "Noir"};

    private ListBenchmark() {}

    /// @param arguments numbers of items; 10,000, 17,000, 100,000 and 1,000,000 when there are none
    public static void main(String[] arguments) throws Exception {
        int[] sizes = arguments.length == 0
                ? new int[] {10_000, 17_000, 100_000, 1_000_000}
                : Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        System.out.println("| items | after an event p50 ms | p99 | cpu ms | KiB allocated | asked again p50 ms | p99"
                + " | cpu ms | KiB allocated | texts, all compared as floats, ms | as bytes, ms | load |");
        for (int size : sizes) {
            run(size);
        }
    }

    private static void run(int size) throws Exception {
        Path folder = Files.createTempDirectory("palate-lists");
        Clock clock = Clock.systemUTC();
        HashingEncoder encoder = new HashingEncoder(TEXT, 0);
        SplittableRandom random = new SplittableRandom(size);
        try (DataDirectory directory = DataDirectory.open(folder);
                SqlTruth truth = SqlTruth.open(directory, clock)) {
            List<ItemId> items = fill(truth, size, random, clock.instant());
            CollaborativeModel.Loaded model = CollaborativeModel.Loaded.of("random", items, scorers(size, random));
            TextVectors.Matrix texts = new TextVectors.Matrix(TEXT, items, unit(size, TEXT, random));
            EncodingVersion encoding = EncodingVersion.uncentred(encoder);
            Sources sources = new Sources(
                    () -> Optional.of(model),
                    () -> texts,
                    encoder,
                    () -> encoding,
                    (a, b, c) -> List.of(),
                    Themes.NONE);
            try (Freshness freshness = new Freshness(
                            truth.catalog(),
                            truth.interactions(),
                            truth.changes(),
                            new UserHistories(truth.interactions(), 1_000),
                            clock,
                            Freshness.Options.DEFAULT);
                    FusedRecommender recommender = new FusedRecommender(
                            truth.catalog(),
                            freshness,
                            user -> List.of(),
                            sources,
                            clock,
                            FusedRecommender.Options.DEFAULT)) {
                int rounds = Math.clamp(60_000_000L / size, 60, 3_000);
                new Rounds(recommender, truth, items, random, clock).print(size, rounds, texts);
            }
        }
    }

    /// Both kinds of request, timed in turns.
    private record Rounds(
            Recommender recommender, SqlTruth truth, List<ItemId> items, SplittableRandom random, Clock clock) {
        void print(int size, int rounds, TextVectors.Matrix texts) {
            Times first = new Times(rounds);
            Times again = new Times(rounds);
            for (int round = -rounds / 2; round < rounds; round++) {
                String user = "u" + random.nextInt(USERS);
                append(truth, user, items.get(random.nextInt(items.size())), clock.instant());
                RecommendationRequest request = new RecommendationRequest(
                        new UserId(user),
                        10,
                        Taste.NONE,
                        Constraints.NONE,
                        false,
                        Variety.NONE,
                        Duration.ofSeconds(20));
                first.time(round, () -> recommender.recommend(request));
                again.time(round, () -> recommender.recommend(request));
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %,d | %.2f | %.2f | %.2f | %,d | %.2f | %.2f | %.2f | %,d | %.2f | %.2f | %.1f |%n",
                    size,
                    first.at(0.5),
                    first.at(0.99),
                    first.cpu(),
                    first.kibibytes(),
                    again.at(0.5),
                    again.at(0.99),
                    again.cpu(),
                    again.kibibytes(),
                    compared(texts, Math.min(rounds, 300)),
                    bytes(texts, Math.min(rounds, 300)),
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        }

        private double bytes(TextVectors.Matrix texts, int rounds) {
            ByteRows rows = ByteRows.of(texts.raw(), TEXT);
            Times times = new Times(rounds);
            for (int round = -rounds / 2; round < rounds; round++) {
                int query = random.nextInt(texts.ids().size());
                float[] vector = Arrays.copyOfRange(texts.raw(), query * TEXT, (query + 1) * TEXT);
                times.time(round, () -> rows.best(vector, null, 0, 50));
            }
            return times.at(0.5);
        }

        private double compared(TextVectors.Matrix texts, int rounds) {
            Times times = new Times(rounds);
            float[] sum = new float[1];
            for (int round = -rounds / 2; round < rounds; round++) {
                int query = random.nextInt(texts.ids().size());
                times.time(round, () -> {
                    for (int row = 0; row < texts.ids().size(); row++) {
                        sum[0] += Kernels.dot(texts.raw(), row * TEXT, texts.raw(), query * TEXT, TEXT);
                    }
                    return sum;
                });
            }
            return times.at(0.5);
        }
    }

    /// Wall time, processor time and allocation of all threads.
    private static final class Times {
        private final long[] nanos;
        private long bytes;
        private long cpu;

        Times(int rounds) {
            nanos = new long[rounds];
        }

        /// Of a round; those below 0 warm up.
        void time(int round, Supplier<?> work) {
            long allocated = allocated();
            long busy = busy();
            long start = System.nanoTime();
            Object made = work.get();
            long took = System.nanoTime() - start;
            if (round >= 0) {
                nanos[round] = took;
                cpu += busy() - busy;
                bytes += made == null ? 0 : allocated() - allocated;
            }
        }

        /// Of the whole process: the collector's and the compiler's threads too.
        private static long busy() {
            return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                    .getProcessCpuTime();
        }

        private static long allocated() {
            return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                    .getTotalThreadAllocatedBytes();
        }

        double at(double share) {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            return sorted[(int) (share * (sorted.length - 1))] / 1e6;
        }

        double cpu() {
            return cpu / 1e6 / nanos.length;
        }

        long kibibytes() {
            return bytes / nanos.length / 1024;
        }
    }

    private static List<ItemId> fill(SqlTruth truth, int size, SplittableRandom random, Instant now) {
        List<ItemId> ids = new ArrayList<>(size);
        List<Item> batch = new ArrayList<>();
        for (int at = 0; at < size; at++) {
            ItemId id = new ItemId(String.format(Locale.ROOT, "i%07d", at));
            ids.add(id);
            batch.add(Item.of(
                    id,
                    "Item " + at,
                    1930 + random.nextInt(95),
                    List.of(GENRES[random.nextInt(GENRES.length)], GENRES[random.nextInt(GENRES.length)]).stream()
                            .distinct()
                            .toList()));
            if (batch.size() == 1_000 || at == size - 1) {
                truth.catalog().putAll(batch);
                batch.clear();
            }
        }
        for (int user = 0; user < USERS; user++) {
            for (int event = 0; event < EVENTS; event++) {
                Instant at = now.minus(Duration.ofHours(24L * (EVENTS - event)));
                append(truth, "u" + user, ids.get(random.nextInt(size)), at);
            }
        }
        return ids;
    }

    private static void append(SqlTruth truth, String user, ItemId item, Instant at) {
        truth.interactions()
                .append(List.of(new Interaction(
                        new InteractionId(user + "/" + item + "/" + at),
                        new UserId(user),
                        item,
                        new Feedback.Rated(5),
                        at,
                        null)));
    }

    private static Map<String, Scorer> scorers(int size, SplittableRandom random) {
        ItemFactors factors =
                new ItemFactors(unit(size, FACTORS, random), new ImplicitAls.Options(FACTORS, 1, 0.003, 1, 10, 3, 1));
        int[] offsets = new int[size + 1];
        int[] neighbours = new int[Math.multiplyExact(size, NEIGHBOURS)];
        float[] weights = new float[neighbours.length];
        for (int row = 0; row < size; row++) {
            offsets[row + 1] = (row + 1) * NEIGHBOURS;
            int[] ofRow = random.ints(2L * NEIGHBOURS, 0, size)
                    .distinct()
                    .limit(NEIGHBOURS)
                    .sorted()
                    .toArray();
            System.arraycopy(ofRow, 0, neighbours, row * NEIGHBOURS, NEIGHBOURS);
            for (int at = 0; at < NEIGHBOURS; at++) {
                weights[row * NEIGHBOURS + at] = (float) random.nextDouble();
            }
        }
        ItemNeighbours near = new ItemNeighbours(offsets, neighbours, weights);
        Map<String, Scorer> scorers = new HashMap<>();
        scorers.put("cf", factors);
        scorers.put("cf_sparse", factors);
        scorers.put("ease", near.scorer(HistoryDecay.of(0.9)));
        scorers.put("knn", near.scorer(HistoryDecay.of(0.6)));
        scorers.put("transitions", near.scorer(Transitions.DECAY).logarithmic());
        scorers.put("next", near.scorer(Transitions.NEXT_DECAY).logarithmic());
        SequenceShape shape = new SequenceShape(new SequenceLayer.GatedAttention(), FACTORS, 2, 2, EVENTS);
        scorers.put("sequence", new SequenceScorer(RandomSequences.model(shape, size, 1)));
        return scorers;
    }

    private static float[] unit(int rows, int dimension, SplittableRandom random) {
        float[] values = new float[Math.multiplyExact(rows, dimension)];
        for (int row = 0; row < rows; row++) {
            double squares = 0;
            for (int at = row * dimension; at < (row + 1) * dimension; at++) {
                values[at] = (float) random.nextDouble(-1, 1);
                squares += values[at] * values[at];
            }
            float factor = (float) (1 / Math.sqrt(squares));
            for (int at = row * dimension; at < (row + 1) * dimension; at++) {
                values[at] *= factor;
            }
        }
        return values;
    }
}
