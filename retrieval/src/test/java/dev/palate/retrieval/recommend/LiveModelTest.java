package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.candidate.LiveModel;
import dev.palate.retrieval.embedding.IdEmbeddings;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.training.Training;
import dev.palate.retrieval.training.TrainingInput;
import dev.palate.retrieval.training.TrainingOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Items that came after training, folded in from the log of a real store.
class LiveModelTest {
    private static final List<String> FOLDED_SIGNALS = List.of("cf", "ease", "knn", "transitions");

    @TempDir
    Path folder;

    private World world;
    private ActiveModel trained;
    private LiveModel live;

    /// Forty users of two tastes had forty of the sixty items; what they do later is new to the model.
    @BeforeEach
    void train() {
        world = new World(folder);
        List<Item> items = new ArrayList<>();
        for (int item = 0; item < 60; item++) {
            items.add(Item.of(new ItemId("i%02d".formatted(item)), "Film " + item, 1990, List.of("Drama")));
        }
        world.truth.catalog().putAll(items);
        SplittableRandom random = new SplittableRandom(1);
        for (int user = 0; user < 40; user++) {
            for (int event = 0; event < 12; event++) {
                event("u" + user, 2 * random.nextInt(20) + user % 2);
            }
        }
        ModelRegistry registry = ModelRegistry.open(folder.resolve("models"));
        ModelVersion version = new ModelVersion("v1");
        Training.run(input(), TrainingOptions.defaults(1, 1), version, Clock.systemUTC(), Progress.NONE)
                .write(registry.file(version));
        registry.activate(version);
        trained = new ActiveModel(registry);
        live = fresh();
    }

    @AfterEach
    void close() {
        live.close();
        world.close();
    }

    private LiveModel fresh() {
        return new LiveModel(trained, trained::learnt, world.truth.interactions(), world.truth.changes());
    }

    private int minutes;

    private void event(String user, int item) {
        world.truth.interactions().append(List.of(world.interaction(user, "i%02d".formatted(item), 5, minutes++)));
    }

    private TrainingInput input() {
        Vocabulary items = Vocabulary.sorted(
                IntStream.range(0, 40).mapToObj("i%02d"::formatted).toList());
        Map<UserId, Integer> users = new HashMap<>();
        Histories.Builder builder = new Histories.Builder(items.size());
        world.truth
                .interactions()
                .scan(event -> builder.add(
                        users.computeIfAbsent(event.user(), _ -> users.size()),
                        items.row(event.item().value()).orElseThrow(),
                        event.at().toEpochMilli()));
        return new TrainingInput(world.truth.changes().latest().value(), items, builder.build());
    }

    @Test
    void nothingNewIsTheTrainedModelItself() {
        assertThat(live.current()).containsSame(trained.current().orElseThrow());
        event("u0", 2);
        assertThat(live.current()).containsSame(trained.current().orElseThrow());
        assertThat(live.foldedIn()).isEmpty();
    }

    @Test
    void anItemIsScoredAfterItsFirstEventForThoseLikeItsUser() {
        event("u0", 50);
        CollaborativeModel.Loaded now = live.current().orElseThrow();
        assertThat(live.foldedIn()).containsExactly(new ItemId("i50"));
        assertThat(now.items()).hasSize(41).endsWith(new ItemId("i50"));
        for (String signal : List.of("ease", "knn", "transitions")) {
            float even = scores(now, signal, 0, 2, 4, 6, 8, 10)[40];
            float odd = scores(now, signal, 1, 3, 5, 7, 9, 11)[40];
            assertThat(even).as(signal).isPositive().isGreaterThan(odd);
        }
    }

    /// Of a signal with vectors for any id: to make the user of the history costs as much as all else of
    /// it.
    @Test
    void theUserIsMadeOnceForTheItemsOfTheTrainingAndThoseThatCameLater() {
        IdEmbeddings vectors = Training.run(
                        input(),
                        TrainingOptions.defaults(1, 1).with(new ChosenTables("hash@2x", ChosenTables.FOLD_IN)),
                        new ModelVersion("v2"),
                        Clock.systemUTC(),
                        Progress.NONE)
                .embeddings()
                .orElseThrow();
        AtomicInteger asked = new AtomicInteger();
        Scorer counting = new Scorer() {
            @Override
            public int itemCount() {
                return vectors.itemCount();
            }

            @Override
            public void score(History history, float[] target) {
                asked.incrementAndGet();
                vectors.score(history, target);
            }

            @Override
            public void score(History history, List<String> further, float[] target) {
                asked.incrementAndGet();
                vectors.score(history, further, target);
            }
        };
        CollaborativeModel.Loaded rows = CollaborativeModel.Loaded.of(
                "v1", trained.current().orElseThrow().items(), Map.of("bpr", counting));
        try (LiveModel over = new LiveModel(
                () -> Optional.of(rows), trained::learnt, world.truth.interactions(), world.truth.changes())) {
            event("u0", 50);
            event("u1", 51);
            CollaborativeModel.Loaded now = over.current().orElseThrow();
            assertThat(now.items()).hasSize(42);
            float[] scores = scores(now, "bpr", 1, 3, 40, 5);
            assertThat(asked).hasValue(1);
            float[] alone = new float[40];
            vectors.score(History.of(new int[] {1, 3, 5}), alone);
            assertThat(Arrays.copyOf(scores, 40)).containsExactly(alone);
            assertThat(scores[40]).isFinite();
            assertThat(scores[41]).isFinite();
            // Of somebody who had nothing else yet, nothing is known.
            float[] nothing = scores(now, "bpr", 40);
            assertThat(Arrays.copyOf(nothing, 40)).containsOnly(0);
            assertThat(nothing[41]).isNaN();
            assertThat(asked).hasValue(1);
        }
    }

    /// Sixty-four dimensions for forty users tell every user from every other: it takes a few to tell a taste.
    @Test
    void vectorsTellATasteAfterAFewEvents() {
        for (int user = 0; user < 16; user += 2) {
            event("u" + user, 50);
        }
        CollaborativeModel.Loaded now = live.current().orElseThrow();
        double even = 0;
        double odd = 0;
        for (int start = 0; start < 20; start++) {
            even += scores(now, "cf", 2 * start, 2 * ((start + 3) % 20), 2 * ((start + 7) % 20))[40];
            odd += scores(now, "cf", 2 * start + 1, 2 * ((start + 3) % 20) + 1, 2 * ((start + 7) % 20) + 1)[40];
        }
        assertThat(even).isPositive().isGreaterThan(2 * Math.abs(odd));
    }

    @Test
    void aUserOfNothingButNewItemsHasPersonalScores() {
        event("u0", 50);
        event("u2", 50);
        CollaborativeModel.Loaded now = live.current().orElseThrow();
        for (String signal : List.of("ease", "knn")) {
            float[] scores = scores(now, signal, 40);
            double even = 0;
            double odd = 0;
            for (int row = 0; row < 40; row++) {
                even += row % 2 == 0 ? scores[row] : 0;
                odd += row % 2 == 1 ? scores[row] : 0;
            }
            assertThat(even).as(signal).isPositive().isGreaterThan(2 * odd);
        }
    }

    @Test
    void eventByEventIsTheSameAsAllAtOnce() {
        for (int step = 0; step < 25; step++) {
            event("u" + step % 7, 40 + step % 5);
            event("n" + step % 3, step % 40);
            event("n" + step % 3, 41 + step % 4);
            assertThat(live.current()).isPresent();
        }
        CollaborativeModel.Loaded atOnce = fresh().current().orElseThrow();
        CollaborativeModel.Loaded byEvent = live.current().orElseThrow();
        assertThat(byEvent.items()).isEqualTo(atOnce.items()).hasSize(45);
        for (String signal : FOLDED_SIGNALS) {
            assertThat(scores(byEvent, signal, 0, 5, 41, 9, 43))
                    .as(signal)
                    .usingComparatorWithPrecision(1e-3f)
                    .containsExactly(scores(atOnce, signal, 0, 5, 41, 9, 43));
        }
    }

    @Test
    void trainedRowsKeepTheirScoresForHistoriesWithoutNewItems() {
        float[] before = scores(trained.current().orElseThrow(), "ease", 0, 2, 7);
        event("u1", 55);
        float[] after = scores(live.current().orElseThrow(), "ease", 0, 2, 7);
        assertThat(Arrays.copyOf(after, 40)).isEqualTo(before);
    }

    @Test
    void whatAForgottenUserGaveIsGone() {
        event("u0", 50);
        event("u2", 50);
        event("u2", 51);
        assertThat(live.current().orElseThrow().items()).hasSize(42);
        float with = scores(live.current().orElseThrow(), "cf", 0, 2, 4)[40];
        try (Erasure erasure = world.truth.erasure(List.of(live))) {
            erasure.start();
            assertThat(live.remaining(new UserId("u2"))).isEqualTo(1);
            erasure.user(new UserId("u2"));
            assertThat(live.remaining(new UserId("u2"))).isZero();
            CollaborativeModel.Loaded without = live.current().orElseThrow();
            assertThat(live.foldedIn()).containsExactly(new ItemId("i50"));
            assertThat(scores(without, "cf", 0, 2, 4)[40]).isNotEqualTo(with);
            erasure.user(new UserId("u0"));
            assertThat(live.current()).containsSame(trained.current().orElseThrow());
        }
    }

    @Test
    void dislikesDoNotSpeakForAnItem() {
        world.truth.interactions().append(List.of(world.interaction("u0", "i50", 1, minutes++)));
        assertThat(live.current().orElseThrow().items()).hasSize(40);
    }

    @Test
    void manyChangesAreFollowedInTheBackground() throws InterruptedException {
        for (int step = 0; step < 600; step++) {
            event("n" + step, 40 + step % 20);
        }
        event("u0", 50);
        Instant end = Instant.now().plusSeconds(60);
        assertThat(live.current().orElseThrow().items()).hasSize(40);
        while (live.current().orElseThrow().items().size() < 60 && Instant.now().isBefore(end)) {
            Thread.sleep(20);
        }
        assertThat(live.foldedIn()).hasSize(20);
    }

    private static float[] scores(CollaborativeModel.Loaded model, String signal, int... history) {
        float[] target = new float[model.items().size()];
        Objects.requireNonNull(model.scorers().get(signal)).score(History.of(history), target);
        return target;
    }
}
