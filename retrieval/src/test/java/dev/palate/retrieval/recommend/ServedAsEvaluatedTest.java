package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.evaluation.CatalogItem;
import dev.palate.retrieval.evaluation.CatalogSources;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.FusedRanking;
import dev.palate.retrieval.ranking.Ranker;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.training.PresentSources;
import dev.palate.retrieval.training.TrainingInputWriter;
import dev.palate.retrieval.training.TrainingOptions;
import dev.palate.retrieval.training.TrainingProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `evaluate` measures is what a server answers: the same lists with the same scores, from the same model file.
class ServedAsEvaluatedTest {
    private static final int USERS = 120;
    private static final int ITEMS = 150;

    @TempDir
    Path folder;

    @Test
    void listsAndScoresAreTheSame() throws Exception {
        try (World world = new World(folder)) {
            Histories histories = log(world, false);
            same(world, histories, Map.of());
        }
    }

    /// Texts and categories as well: the child process makes the signals from a file of the server, `evaluate` makes
    /// them from a catalog, serving makes them from the index and the snapshot of the catalog.
    @Test
    void textsAndCategoriesAreTheSameToo() throws Exception {
        try (World world = new World(folder)) {
            Histories histories = log(world, true);
            world.encode();
            List<CatalogItem> catalog = new ArrayList<>();
            world.truth.catalog().scan(item -> catalog.add(CatalogItem.of(item)));
            float[][] texts = CatalogSources.texts(catalog, vocabulary(), world.encoder::encode, Progress.NONE);
            Map<Signal, Scorer> ofCatalog = CatalogSources.of(catalog, vocabulary(), texts);
            assertThat(ofCatalog).containsOnlyKeys(Signal.TEXT, Signal.GENRE);
            same(world, histories, ofCatalog);
        }
    }

    private static Vocabulary vocabulary() {
        return Vocabulary.sorted(ids().stream().map(ItemId::value).toList());
    }

    /// Trains in the process that training uses, and compares every user's list.
    private void same(World world, Histories histories, Map<Signal, Scorer> content) throws Exception {
        Vocabulary items = vocabulary();
        ModelRegistry registry = ModelRegistry.open(folder.resolve("models"));
        ModelVersion version = new ModelVersion("served");
        Path contents = folder.resolve("contents");
        world.contents().write(contents);
        TrainingOptions options = TrainingOptions.defaults(1, 1);
        try (TrainingProcess process = TrainingProcess.start(
                input(histories, items),
                registry.file(version),
                version,
                new TrainingProcess.Options(512, Duration.ofMinutes(5), options),
                Optional.of(contents),
                Optional.empty(),
                event -> {})) {
            assertThat(process.await().users()).isEqualTo(USERS);
        }
        ModelSnapshot snapshot = registry.activate(version);
        assertThat(snapshot.ranker().fitted()).isTrue();
        assertThat(snapshot.ranker().buckets().getFirst().weights().keySet()).containsAll(content.keySet());
        assertThat(snapshot.ranker().buckets().getFirst().weights()).hasSize(10 + content.size());
        Ranker evaluated = evaluated(snapshot, histories, content, world);
        FusedRecommender served = world.serving(new ActiveModel(registry)).recommender();
        Set<String> seen = new HashSet<>();
        for (int user = 0; user < USERS; user++) {
            Ranker.Ranked expected = evaluated.rank(histories.of(user), 20, Ranker.unseen(ITEMS, histories.of(user)));
            Slate slate = served.recommend(new RecommendationRequest(
                    new UserId("u" + user),
                    20,
                    Taste.NONE,
                    Constraints.NONE,
                    false,
                    Variety.NONE,
                    Duration.ofSeconds(30)));
            assertThat(slate.degraded()).isEmpty();
            assertThat(slate.items())
                    .extracting(place -> place.item().id().value())
                    .as("user " + user)
                    .containsExactly(
                            Arrays.stream(expected.items()).mapToObj(items::id).toArray(String[]::new));
            for (int rank = 0; rank < expected.items().length; rank++) {
                RankedItem place = slate.items().get(rank);
                assertThat(place.score()).isCloseTo(expected.scores()[rank], Offset.offset(1e-5));
                double sum = place.parts().values().stream()
                        .mapToDouble(part -> part)
                        .sum();
                assertThat(place.score()).isCloseTo(sum, Offset.offset(1e-9));
                seen.addAll(place.parts().keySet());
            }
        }
        assertThat(seen).containsAll(content.keySet().stream().map(Signal::key).toList());
    }

    private Path input(Histories histories, Vocabulary items) {
        Path input = folder.resolve("input");
        try (TrainingInputWriter writer = TrainingInputWriter.create(input, 0)) {
            for (int user = 0; user < USERS; user++) {
                for (int at = 0; at < histories.of(user).size(); at++) {
                    writer.add(
                            "u" + user,
                            items.id(histories.of(user).items()[at]),
                            1,
                            histories.of(user).times()[at]);
                }
            }
            long count = writer.finish();
            assertThat(count).isPositive();
        }
        return input;
    }

    private static Ranker evaluated(
            ModelSnapshot snapshot, Histories histories, Map<Signal, Scorer> content, World world) {
        Map<Signal, Scorer> sources = new EnumMap<>(snapshot.sources());
        sources.putAll(PresentSources.of(
                histories,
                OptionalLong.of(world.clock.instant().getEpochSecond()),
                TrainingOptions.defaults(1, 1).ranker()));
        sources.putAll(content);
        return new FusedRanking(
                sources, snapshot.ranker()::forHistory, snapshot.ranker().bounded());
    }

    private static List<ItemId> ids() {
        List<ItemId> ids = new ArrayList<>();
        for (int item = 0; item < ITEMS; item++) {
            ids.add(new ItemId("i" + item));
        }
        return ids;
    }

    /// Items with or without categories and texts, each consumed once by its users over the last month.
    private static Histories log(World world, boolean described) {
        SplittableRandom random = new SplittableRandom(11);
        List<Item> catalog = new ArrayList<>();
        for (ItemId id : ids()) {
            List<String> categories = described && random.nextInt(10) > 0
                    ? List.of(
                            World.GENRES.get(random.nextInt(World.GENRES.size())),
                            World.GENRES.get(random.nextInt(World.GENRES.size())))
                    : List.of();
            catalog.add(new Item(
                    id,
                    "Film " + id.value(),
                    null,
                    categories.stream().distinct().toList(),
                    List.of(),
                    described ? "A story of " + String.join(" and ", categories) + " in " + random.nextInt(9) : "",
                    Map.of(),
                    false,
                    null,
                    null,
                    0));
        }
        world.truth.catalog().putAll(catalog);
        Vocabulary items = Vocabulary.sorted(ids().stream().map(ItemId::value).toList());
        Histories.Builder histories = new Histories.Builder(ITEMS).withUserCount(USERS);
        List<Interaction> events = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            int start = random.nextInt(ITEMS);
            List<Integer> had = new ArrayList<>();
            for (int step = 0; step < 14; step++) {
                int item = (start + step * (1 + user % 3) + random.nextInt(4)) % ITEMS;
                if (had.contains(item)) {
                    continue;
                }
                had.add(item);
                long minutes = 2_500L * step + user;
                Interaction event = world.interaction("u" + user, "i" + item, 5, minutes);
                events.add(event);
                histories.add(
                        user, items.row("i" + item).orElseThrow(), event.at().getEpochSecond());
            }
        }
        world.truth.interactions().append(events);
        assertThat(Duration.between(events.getFirst().at(), World.NOW)).isLessThan(Duration.ofDays(31));
        return histories.build();
    }
}
