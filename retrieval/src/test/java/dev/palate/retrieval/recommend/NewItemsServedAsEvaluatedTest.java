package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.candidate.CandidateSource;
import dev.palate.retrieval.candidate.Scored;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.candidate.Wish;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.TextAdapter;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.evaluation.CatalogItem;
import dev.palate.retrieval.evaluation.CatalogSources;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.semantic.AdaptedTexts;
import dev.palate.retrieval.semantic.ContentProfile;
import dev.palate.retrieval.semantic.TextCentering;
import dev.palate.retrieval.semantic.VectorTable;
import dev.palate.retrieval.training.ItemContents;
import dev.palate.retrieval.training.TrainingInputWriter;
import dev.palate.retrieval.training.TrainingOptions;
import dev.palate.retrieval.training.TrainingProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Items that came after the training: the adapter of texts that is stored with the model scores them in the server as
/// in `evaluate`, and finds more of a taste than their texts alone.
class NewItemsServedAsEvaluatedTest {
    private static final int KNOWN = 600;
    private static final int ITEMS = 660;
    private static final int USERS = 150;
    private static final int TASTES = 6;
    private static final List<String> LOUD = List.of(
            "a long winding tale of harbours and fog",
            "filmed on location by a crew of forty",
            "with music that nobody had heard before",
            "restored and shown again after thirty years",
            "based on letters found in an old house",
            "told backwards from the end to the start");

    @TempDir
    Path folder;

    private static String id(int item) {
        return "i%03d".formatted(item);
    }

    private static List<Item> catalog() {
        SplittableRandom random = new SplittableRandom(3);
        List<Item> items = new ArrayList<>();
        for (int item = 0; item < ITEMS; item++) {
            String text = LOUD.get(random.nextInt(LOUD.size())) + " " + LOUD.get(random.nextInt(LOUD.size()))
                    + " taste" + (char) ('a' + item % TASTES) + " "
                    + LOUD.get(random.nextInt(LOUD.size()));
            items.add(new Item(
                    new ItemId(id(item)), "Film", null, List.of(), List.of(), text, Map.of(), false, null, null, 0));
        }
        return items;
    }

    @Test
    void theAdapterScoresThemTheSame() throws Exception {
        try (World world = new World(folder, new HashingEncoder(64, 1))) {
            Histories histories = log(world);
            world.encode();
            ModelRegistry registry = ModelRegistry.open(folder.resolve("models"));
            ModelSnapshot snapshot = train(world, histories, registry);
            TextAdapter adapter = snapshot.adapter().orElseThrow();
            assertThat(adapter.trial().gains()).as(adapter.trial().described()).isTrue();
            VectorTable texts = texts(world);
            ContentProfile plain = ContentProfile.of(texts, ItemContents.DECAY);
            ContentProfile evaluated = plain.with(AdaptedTexts.of(
                            adapter.network().orElseThrow(),
                            known(snapshot),
                            IntStream.range(0, ITEMS)
                                    .filter(item ->
                                            IntStream.of(known(snapshot)).noneMatch(one -> one == item))
                                    .toArray(),
                            texts::copyTo)
                    .orElseThrow());
            double found = 0;
            double foundByText = 0;
            for (int user = 0; user < 30; user++) {
                float[] served = served(world, registry, user);
                float[] expected = new float[ITEMS];
                evaluated.score(histories.of(user), expected);
                assertSameButForScale(served, expected);
                float[] ofText = new float[ITEMS];
                plain.score(histories.of(user), ofText);
                found += share(served, user);
                foundByText += share(ofText, user);
            }
            assertThat(found / 30).isGreaterThan(foundByText / 30 + 0.1);
        }
    }

    /// In the model's order.
    private static int[] known(ModelSnapshot snapshot) {
        return snapshot.items().ids().stream()
                .mapToInt(item -> Integer.parseInt(item.substring(1)))
                .toArray();
    }

    /// Of the ten new items that are put first, the share of the user's taste.
    private static double share(float[] scores, int user) {
        return IntStream.range(KNOWN, ITEMS)
                        .boxed()
                        .sorted((one, other) -> Float.compare(scores[other], scores[one]))
                        .limit(10)
                        .filter(item -> item % TASTES == user % TASTES)
                        .count()
                / 10.0;
    }

    /// The server scales the profile to length 1, which the ranker's z-scores take away again.
    private static void assertSameButForScale(float[] served, float[] expected) {
        int largest = IntStream.range(0, KNOWN)
                .reduce((one, other) -> Math.abs(expected[one]) >= Math.abs(expected[other]) ? one : other)
                .orElseThrow();
        float scale = served[largest] / expected[largest];
        assertThat(scale).isPositive();
        for (int item = 0; item < ITEMS; item++) {
            assertThat(served[item]).as("item " + item).isCloseTo(scale * expected[item], withinScale(scale));
        }
    }

    private static org.assertj.core.data.Offset<Float> withinScale(float scale) {
        return org.assertj.core.data.Offset.offset(2e-4f * Math.max(1, scale));
    }

    private VectorTable texts(World world) {
        List<CatalogItem> items = catalog().stream().map(CatalogItem::of).toList();
        Vocabulary all = Vocabulary.sorted(IntStream.range(0, ITEMS)
                .mapToObj(NewItemsServedAsEvaluatedTest::id)
                .toList());
        float[][] raw = CatalogSources.texts(items, all, world.encoder::encode, Progress.NONE);
        return TextCentering.of(raw).center(raw);
    }

    /// The scores of the text signal as a request sees them, by item.
    private static float[] served(World world, ModelRegistry registry, int user) {
        Sources sources = world.serving(new ActiveModel(registry)).sources();
        List<Wish> wishes = new ArrayList<>();
        List<Scored> scored = new ArrayList<>();
        List<CandidateSource> running = new ArrayList<>();
        for (CandidateSource source : sources.all()) {
            running.add(source.signal().equals("text") ? new Overheard(source, wishes, scored) : source);
        }
        world.recommender(sources, running)
                .recommend(new RecommendationRequest(
                        new UserId("u" + user),
                        10,
                        Taste.NONE,
                        Constraints.NONE,
                        false,
                        Variety.NONE,
                        Duration.ofSeconds(30)));
        float[] byItem = new float[ITEMS];
        for (int item = 0; item < ITEMS; item++) {
            byItem[item] =
                    scored.getFirst().scores().of(wishes.getFirst().catalog().row(new ItemId(id(item))));
        }
        return byItem;
    }

    private record Overheard(CandidateSource source, List<Wish> wishes, List<Scored> scored)
            implements CandidateSource {
        @Override
        public String signal() {
            return source.signal();
        }

        @Override
        public Optional<Scored> score(Wish wish) {
            Optional<Scored> answer = source.score(wish);
            wishes.add(wish);
            answer.ifPresent(scored::add);
            return answer;
        }
    }

    private ModelSnapshot train(World world, Histories histories, ModelRegistry registry) throws Exception {
        Path input = folder.resolve("input");
        try (TrainingInputWriter writer = TrainingInputWriter.create(input, 0)) {
            for (int user = 0; user < USERS; user++) {
                for (int at = 0; at < histories.of(user).size(); at++) {
                    writer.add(
                            "u" + user,
                            id(histories.of(user).items()[at]),
                            1,
                            histories.of(user).times()[at]);
                }
            }
            assertThat(writer.finish()).isPositive();
        }
        Path contents = folder.resolve("contents");
        world.contents().write(contents);
        ModelVersion version = new ModelVersion("served");
        try (TrainingProcess process = TrainingProcess.start(
                input,
                registry.file(version),
                version,
                new TrainingProcess.Options(512, Duration.ofMinutes(15), TrainingOptions.defaults(1, 1)),
                Optional.of(contents),
                Optional.empty(),
                event -> {})) {
            assertThat(process.await().users()).isEqualTo(USERS);
        }
        return registry.activate(version);
    }

    /// Users of one taste each; only items that the model is to know, every one of them had.
    private static Histories log(World world) {
        SplittableRandom random = new SplittableRandom(11);
        world.truth.catalog().putAll(catalog());
        Histories.Builder histories = new Histories.Builder(ITEMS).withUserCount(USERS);
        List<Interaction> events = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            int taste = user % TASTES;
            int first = user / TASTES;
            int[] steps = IntStream.range(0, 20)
                    .map(step -> 4 * step + random.nextInt(4))
                    .toArray();
            for (int step = 0; step < steps.length; step++) {
                int item = taste + TASTES * ((first * 4 + steps[step]) % (KNOWN / TASTES));
                Interaction event = world.interaction("u" + user, id(item), 5, 2_000L * step + user);
                events.add(event);
                histories.add(user, item, event.at().getEpochSecond());
            }
        }
        world.truth.interactions().append(events);
        return histories.build();
    }
}
