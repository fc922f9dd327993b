package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.theme.ThemeDelta;
import dev.palate.memory.theme.ThemePlan;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.Audiences;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.candidate.NearItems;
import dev.palate.retrieval.candidate.Sources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The themes of those who liked an item, in the ranking: nothing until a weight is fitted, then as far as five people
/// told.
class ThemeSignalTest {
    @TempDir
    Path folder;

    private World world;

    @BeforeEach
    void populate() {
        world = new World(folder).populate(new SplittableRandom(1), 120, 24, 60).train();
    }

    @AfterEach
    void close() {
        world.close();
    }

    /// So many people say that the audience of the item prefers the theme; none of them does anything else.
    private void tell(Item item, String theme, int people) {
        ThemeVocabulary vocabulary = ThemeVocabulary.of(world.truth.catalog(), Set.of());
        ThemeWeights weights = world.truth.themes();
        List<ThemeWeights.Planned> plans = new ArrayList<>();
        for (int person = 0; person < people; person++) {
            UserId user = new UserId("teller" + person);
            Interaction told = new Interaction(
                    new InteractionId(item.id() + "/" + person + "/" + theme),
                    user,
                    new ItemId("not in the catalog"),
                    new Feedback.Viewed(),
                    World.NOW,
                    null);
            world.truth.interactions().append(List.of(told));
            ThemeDelta delta = new ThemeDelta(
                    new Subject.OfItem(item.id()), vocabulary.theme(theme).orElseThrow(), 500_000);
            plans.add(new ThemeWeights.Planned(
                    new ThemePlan(told.id(), user, told.item(), List.of(delta)),
                    weights.own(user, vocabulary).revision()));
        }
        assertThat(weights.apply(plans)).isEqualTo(people);
    }

    private void tellOfAll(int people) {
        List<Item> items = new ArrayList<>();
        world.truth.catalog().scan(items::add);
        for (int i = 0; i < items.size(); i++) {
            tell(items.get(i), i % 2 == 0 ? "category:drama" : "category:horror", people);
        }
    }

    private Audiences audiences() {
        KnownThemes themes = KnownThemes.of(world.truth.catalog(), Set.of());
        return new Audiences(world.truth.themes(), Duration.ofMillis(1), () -> themes);
    }

    private static void await(BooleanSupplier done) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).as("within 20 s").isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private Slate slate(Audiences audiences) {
        Sources sources = world.sources(audiences);
        return world.recommender(sources, sources.all()).recommend(request());
    }

    private static RecommendationRequest request() {
        RecommendationRequest usual = RecommendationRequest.of(new UserId("u2"), 20);
        return new RecommendationRequest(
                usual.user(),
                usual.size(),
                usual.taste(),
                usual.constraints(),
                usual.includeHad(),
                usual.variety(),
                Duration.ofSeconds(20));
    }

    /// The model with a weight that was fitted for the signal.
    private void fit(double weight) {
        CollaborativeModel base = world.model();
        CollaborativeModel.Loaded plain = base.current().orElseThrow();
        CollaborativeModel.Loaded fitted = new CollaborativeModel.Loaded(
                plain.version(), plain.items(), plain.scorers(), size -> Map.of("theme", weight));
        world.serving(() -> Optional.of(fitted));
    }

    @Test
    void withoutAFittedWeightNoListChanges() throws Exception {
        tellOfAll(5);
        Slate without = slate(Audiences.NONE);
        try (Audiences audiences = audiences()) {
            await(() -> audiences.current().size() == 120);
            Slate with = slate(audiences);
            assertThat(with.items()).isNotEmpty().isEqualTo(without.items());
        }
    }

    @Test
    void withOneItCountsWhereFiveToldAndNoLongerWhenOneOfThemIsGone() throws Exception {
        tellOfAll(5);
        fit(0.5);
        try (Audiences audiences = audiences()) {
            await(() -> audiences.current().size() == 120);
            Slate slate = slate(audiences);
            assertThat(slate.items())
                    .hasSize(20)
                    .allSatisfy(item -> assertThat(item.parts()).containsKey("theme"));
            double drama = mean(slate, true);
            // The user likes what the others of horror like.
            assertThat(drama).isLessThan(mean(slate, false));
            try (Erasure erasure = world.truth.erasure(List.of())) {
                erasure.user(new UserId("teller3"));
            }
            await(() -> audiences.current().isEmpty());
            assertThat(slate(audiences).items())
                    .allSatisfy(item -> assertThat(item.parts()).doesNotContainKey("theme"));
        }
    }

    /// A tag that too few items have now, say, or a category that was renamed.
    @Test
    void whatIsNoThemeAnyMoreCountsForNothing() throws Exception {
        tellOfAll(5);
        fit(0.5);
        KnownThemes none = KnownThemes.NONE;
        try (Audiences audiences = new Audiences(world.truth.themes(), Duration.ofMillis(1), () -> none)) {
            await(() -> audiences.current().size() == 120);
            assertThat(slate(audiences).items())
                    .isNotEmpty()
                    .allSatisfy(item -> assertThat(item.parts()).doesNotContainKey("theme"));
        }
    }

    private double mean(Slate slate, boolean drama) {
        List<Item> items = new ArrayList<>();
        world.truth.catalog().scan(items::add);
        return slate.items().stream()
                .filter(item -> items.indexOf(item.item()) % 2 == (drama ? 0 : 1))
                .mapToDouble(item -> item.parts().getOrDefault("theme", 0.0))
                .average()
                .orElse(0);
    }

    @Test
    void whatFourToldCountsForNothing() throws Exception {
        tellOfAll(4);
        List<Item> items = new ArrayList<>();
        world.truth.catalog().scan(items::add);
        tell(items.getFirst(), "category:horror", 5);
        fit(0.5);
        try (Audiences audiences = audiences()) {
            await(() -> !audiences.current().isEmpty());
            assertThat(audiences.current())
                    .isEqualTo(Map.of(items.getFirst().id(), Map.of("category:horror", 2_500_000L)));
        }
    }

    @Test
    void nearItemsAreThoseOfTheModel() {
        NearItems near = new NearItems(world.model());
        List<ItemId> items = world.model().current().orElseThrow().items();
        for (ItemId item : items.subList(0, 20)) {
            List<NearItems.Near> found = near.of(item, 8);
            assertThat(found).hasSizeLessThanOrEqualTo(8).isEqualTo(near.of(item, 8));
            assertThat(found).extracting(NearItems.Near::item).doesNotContain(item);
            assertThat(found)
                    .extracting(NearItems.Near::cosine)
                    .isSortedAccordingTo((one, other) -> Double.compare(other, one))
                    .allSatisfy(cosine -> assertThat(cosine).isBetween(0.0, 1.0));
        }
        assertThat(near.of(items.getFirst(), 8)).isNotEmpty();
        assertThat(near.of(new ItemId("nobody knows it"), 8)).isEmpty();
        assertThat(new NearItems(CollaborativeModel.NONE).of(items.getFirst(), 8))
                .isEmpty();
    }
}
