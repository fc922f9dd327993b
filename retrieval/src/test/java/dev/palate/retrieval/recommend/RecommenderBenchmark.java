package dev.palate.retrieval.recommend;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.MiniLmEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.candidate.IndexedItems;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.candidate.Themes;
import dev.palate.retrieval.candidate.UserHistories;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.training.Training;
import dev.palate.retrieval.training.TrainingInput;
import dev.palate.retrieval.training.TrainingOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/// Times the whole recommender over the store, the index and a trained model on a MovieLens folder, and prints a few
/// lists. No test: run it by hand as a main class on the test class path, with the JVM flags of the root pom and
/// `datasets/ml-latest-small hashing` as arguments.
final class RecommenderBenchmark {
    private static final Pattern TITLE = Pattern.compile("(.*?)(?:, (The|A|An))?(?: \\(.*\\))? \\((\\d{4})\\)\\s*");
    private static final int ROUNDS = 500;

    private RecommenderBenchmark() {}

    /// @param arguments folder of `movies.csv`, `ratings.csv`, `tags.csv`; then `minilm` or `hashing`
    public static void main(String[] arguments) throws Exception {
        Path source = Path.of(arguments[0]);
        Path folder = Files.createTempDirectory("palate-benchmark");
        Clock clock = Clock.systemUTC();
        boolean small = arguments.length > 1 && arguments[1].equals("minilm");
        try (TextEncoder encoder =
                        small ? MiniLmEncoder.open(MiniLmEncoder.Options.defaults()) : new HashingEncoder(384, 0);
                DataDirectory directory = DataDirectory.open(folder);
                SqlTruth truth = SqlTruth.open(directory, clock)) {
            read(source, truth);
            CollaborativeModel.Loaded model = ActiveModel.loaded(train(truth, clock));
            IndexChanges.Sources followed =
                    new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories());
            try (IndexChanges index =
                    IndexChanges.open(folder.resolve("index"), followed, encoder, IndexOptions.defaults())) {
                index.awaitEncoded(Duration.ofMinutes(10));
                index.fixEncoding();
                IndexedItems items = new IndexedItems(index.items());
                Sources sources =
                        new Sources(() -> Optional.of(model), items, encoder, index::encoding, items, Themes.NONE);
                time(truth, sources, clock);
            }
        }
    }

    private static void time(SqlTruth truth, Sources sources, Clock clock) {
        UserHistories histories = new UserHistories(truth.interactions(), 1_000);
        try (Freshness freshness = new Freshness(
                        truth.catalog(),
                        truth.interactions(),
                        truth.changes(),
                        histories,
                        clock,
                        Freshness.Options.DEFAULT);
                FusedRecommender recommender = new FusedRecommender(
                        truth.catalog(),
                        freshness,
                        user -> truth.memories().active(new Subject.OfUser(user)),
                        sources,
                        clock,
                        FusedRecommender.Options.DEFAULT)) {
            Taste taste = new Taste(
                    "something slower", List.of(new ItemId("1214"), new ItemId("2288")), List.of(), Map.of(), Map.of());
            Constraints before2000 = new Constraints(
                    Set.of(), Set.of(), Set.of(), Set.of(), new YearRange(Integer.MIN_VALUE, 1999), Set.of(), Set.of());
            SplittableRandom random = new SplittableRandom(1);
            for (int pass = 0; pass < 2; pass++) {
                print("known user", recommender, () -> request(user(random), Taste.NONE, Constraints.NONE, 0));
                print(
                        "known user, variety",
                        recommender,
                        () -> request(user(random), Taste.NONE, Constraints.NONE, .3));
                print("stranger who speaks", recommender, () -> request(new UserId("x"), taste, before2000, 0));
                print("stranger", recommender, () -> request(new UserId("x"), Taste.NONE, Constraints.NONE, 0));
            }
            show(recommender.recommend(request(new UserId("x"), taste, before2000, 0)));
            show(recommender.recommend(request(new UserId("x"), Taste.NONE, Constraints.NONE, 0)));
            show(recommender.recommend(request(new UserId("1"), Taste.NONE, Constraints.NONE, 0)));
            Taste western = new Taste("a western", List.of(), List.of(), Map.of("western", 1.0), Map.of());
            show(recommender.recommend(request(new UserId("x"), western, Constraints.NONE, 0)));
            Taste toys = new Taste("", List.of(new ItemId("1")), List.of(), Map.of(), Map.of());
            show(recommender.recommend(request(new UserId("x"), toys, Constraints.NONE, 0)));
        }
    }

    private static UserId user(SplittableRandom random) {
        return new UserId(String.valueOf(1 + random.nextInt(671)));
    }

    private static RecommendationRequest request(UserId user, Taste taste, Constraints constraints, double diversity) {
        return new RecommendationRequest(
                user, 10, taste, constraints, false, Variety.ofDiversity(diversity), Duration.ofSeconds(5));
    }

    private static void print(
            String what, Recommender recommender, java.util.function.Supplier<RecommendationRequest> requests) {
        long[] nanos = new long[ROUNDS];
        long cpu = processCpu();
        int degraded = 0;
        for (int round = 0; round < ROUNDS; round++) {
            RecommendationRequest request = requests.get();
            long start = System.nanoTime();
            degraded += recommender.recommend(request).degraded().size();
            nanos[round] = System.nanoTime() - start;
        }
        cpu = processCpu() - cpu;
        Arrays.sort(nanos);
        System.out.printf(
                "%-22s p50 %.2f ms, p99 %.2f ms, cpu %.2f ms a request, degraded %d%n",
                what, nanos[ROUNDS / 2] / 1e6, nanos[ROUNDS * 99 / 100] / 1e6, cpu / 1e6 / ROUNDS, degraded);
    }

    private static long processCpu() {
        return java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    private static void show(Slate slate) {
        System.out.println("-- " + slate.candidates() + " candidates, degraded " + slate.degraded());
        for (RankedItem item : slate.items()) {
            System.out.printf(
                    "%2d %6.2f %s (%s) %s %s%n      %s%n",
                    item.rank(),
                    item.score(),
                    item.item().title(),
                    item.item().year(),
                    item.item().categories(),
                    item.reasons().stream().map(Reason::text).toList(),
                    item.parts());
        }
    }

    private static ModelSnapshot train(SqlTruth truth, Clock clock) {
        List<String> ids = new ArrayList<>();
        truth.catalog().scan(item -> ids.add(item.id().value()));
        Vocabulary items = Vocabulary.sorted(ids);
        Histories.Builder histories = new Histories.Builder(items.size());
        Map<UserId, Integer> users = new HashMap<>();
        truth.interactions()
                .scan(event -> histories.add(
                        users.computeIfAbsent(event.user(), user -> users.size()),
                        items.row(event.item().value()).orElseThrow(),
                        event.at().toEpochMilli()));
        return Training.run(
                new TrainingInput(1, items, histories.build()),
                TrainingOptions.defaults(1, 2),
                ModelVersion.at(clock.instant()),
                clock,
                Progress.NONE);
    }

    private static void read(Path source, SqlTruth truth) throws IOException {
        Map<String, List<String>> tags = new HashMap<>();
        for (CSVRecord row : rows(source.resolve("tags.csv"))) {
            tags.computeIfAbsent(row.get(1), item -> new ArrayList<>()).add(row.get(2));
        }
        List<Item> items = new ArrayList<>();
        for (CSVRecord row : rows(source.resolve("movies.csv"))) {
            Matcher title = TITLE.matcher(row.get(1));
            boolean known = title.matches();
            String article = known && title.group(2) != null ? title.group(2) + " " : "";
            Item plain = Item.of(
                    new ItemId(row.get(0)),
                    known ? article + title.group(1) : row.get(1),
                    known ? Integer.valueOf(title.group(3)) : null,
                    List.of(row.get(2).split("\\|", -1)));
            items.add(new Item(
                    plain.id(),
                    plain.title(),
                    plain.year(),
                    plain.categories(),
                    tags.getOrDefault(row.get(0), List.of()).stream()
                            .distinct()
                            .limit(200)
                            .toList(),
                    "",
                    Map.of(),
                    false,
                    null,
                    null,
                    0));
        }
        truth.catalog().putAll(items);
        List<Interaction> ratings = new ArrayList<>();
        for (CSVRecord row : rows(source.resolve("ratings.csv"))) {
            ratings.add(new Interaction(
                    new InteractionId(row.get(0) + "/" + row.get(1)),
                    new UserId(row.get(0)),
                    new ItemId(row.get(1)),
                    new Feedback.Rated(Double.parseDouble(row.get(2))),
                    Instant.ofEpochSecond(Long.parseLong(row.get(3))),
                    null));
        }
        truth.interactions().append(ratings);
    }

    private static List<CSVRecord> rows(Path file) throws IOException {
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return format.parse(reader).getRecords();
        }
    }
}
