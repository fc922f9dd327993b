package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.Difference;
import dev.palate.memory.Differences;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.theme.ThemeDelta;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.theme.ThemePlan;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.memory.theme.ThemeWeight;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.theme.ThemeWeights.Planned;
import dev.palate.memory.user.UserId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every store of theme weights promises.
abstract class ThemesContract extends TruthContract {
    private static final ItemId ALIEN = new ItemId("alien");
    private static final Subject OF_ALIEN = new Subject.OfItem(ALIEN);

    private ThemeVocabulary vocabulary = ThemeVocabulary.EMPTY;

    @BeforeEach
    void fillCatalog() {
        truth().catalog().put(item("alien", "Alien"));
        truth().catalog().put(Item.of(new ItemId("heat"), "Heat", 1995, List.of("Crime")));
        vocabulary = ThemeVocabulary.of(truth().catalog(), Set.of());
    }

    private ThemeWeights themes() {
        return truth().themes();
    }

    private ThemeId theme(String name) {
        return vocabulary.theme(name).orElseThrow();
    }

    private static UserId user(int number) {
        return new UserId("user" + number);
    }

    private Interaction likes(String id, UserId user) {
        Interaction interaction = new Interaction(new InteractionId(id), user, ALIEN, new Feedback.Liked(), NOW, null);
        truth().interactions().append(List.of(interaction));
        return interaction;
    }

    private ThemePlan plan(Interaction interaction, long weight) {
        return new ThemePlan(
                interaction.id(),
                interaction.user(),
                interaction.item(),
                List.of(
                        new ThemeDelta(new Subject.OfUser(interaction.user()), theme("category:horror"), weight),
                        new ThemeDelta(OF_ALIEN, theme("category:horror"), weight / 2),
                        new ThemeDelta(OF_ALIEN, theme("category:sci-fi"), weight / 3),
                        new ThemeDelta(new Subject.OfItem(new ItemId("heat")), theme("category:crime"), weight / 5)));
    }

    private void give(String id, UserId user, long weight) {
        long revision = themes().own(user, vocabulary).revision();
        assertThat(themes().apply(List.of(new Planned(plan(likes(id, user), weight), revision))))
                .isEqualTo(1);
    }

    private List<ThemeWeight> ofAlien() {
        return themes().of(OF_ALIEN, vocabulary);
    }

    @Test
    void anInteractionGivesOnce() {
        Interaction liked = likes("i1", ANN);
        assertThat(themes().unplanned(List.of(liked.id()))).containsExactly(liked);
        Planned planned = new Planned(plan(liked, 600_000), 0);
        assertThat(themes().apply(List.of(planned, planned))).isEqualTo(1);
        assertThat(themes().apply(List.of(planned))).isZero();
        assertThat(themes().apply(List.of(new Planned(planned.plan(), 1)))).isZero();
        assertThat(themes().unplanned(List.of(liked.id()))).isEmpty();
        assertThat(themes().unplannedOf(ANN, 10)).isEmpty();
        assertThat(themes().own(ANN, vocabulary))
                .isEqualTo(new ThemeWeights.Own(1, Map.of(theme("category:horror"), 600_000L)));
        assertThat(ofAlien())
                .containsExactly(
                        new ThemeWeight(theme("category:horror"), 0, 300_000, 1),
                        new ThemeWeight(theme("category:sci-fi"), 0, 200_000, 1));
    }

    /// Neither taking back nor erasing finds anything there; the item comes back without an audience.
    @Test
    void aDeletedItemHasNoAudience() {
        for (int user = 1; user <= 6; user++) {
            give("i" + user, user(user), 600_000);
        }
        long number = themes().itemsChangedAfter(0, 100).getLast().number();
        truth().catalog().delete(ALIEN);
        assertThat(ofAlien())
                .allSatisfy(weight -> assertThat(weight).isEqualTo(new ThemeWeight(weight.theme(), 0, 0, 0)));
        assertThat(themes().itemsChangedAfter(number, 100))
                .hasSize(2)
                .allSatisfy(change -> assertThat(change.contributors()).isZero());
        assertThat(themes().undo(new InteractionId("i1"))).isTrue();
        truth().erasure(List.of()).user(user(2));
        assertThat(ofAlien()).allSatisfy(weight -> assertThat(weight.others()).isZero());
        truth().catalog().put(item("alien", "Alien"));
        give("again", user(1), 600_000);
        assertThat(ofAlien())
                .containsExactly(
                        new ThemeWeight(theme("category:horror"), 0, 300_000, 1),
                        new ThemeWeight(theme("category:sci-fi"), 0, 200_000, 1));
    }

    /// What was given before an item went is not taken from what is given once it is back.
    @Test
    void takingBackFromBeforeAnItemWentLeavesWhatCameSince() {
        give("before", ANN, 900_000);
        give("others", BEN, 600_000);
        truth().catalog().delete(ALIEN);
        truth().catalog().put(item("alien", "Alien"));
        give("since", ANN, 300_000);
        assertThat(themes().undo(new InteractionId("before"))).isTrue();
        assertThat(ofAlien())
                .containsExactly(
                        new ThemeWeight(theme("category:horror"), 0, 150_000, 1),
                        new ThemeWeight(theme("category:sci-fi"), 0, 100_000, 1));
        assertThat(themes().own(ANN, vocabulary).weights()).isEqualTo(Map.of(theme("category:horror"), 300_000L));
        assertThat(themes().of(new Subject.OfItem(new ItemId("heat")), vocabulary))
                .containsExactly(new ThemeWeight(theme("category:crime"), 0, 180_000, 2));
        assertThat(checked()).isEmpty();
        truth().erasure(List.of()).user(ANN);
        assertThat(ofAlien())
                .allSatisfy(weight -> assertThat(weight).isEqualTo(new ThemeWeight(weight.theme(), 0, 0, 0)));
    }

    @Test
    void anItemThatIsNotThereIsGivenNothing() {
        Interaction liked = likes("i1", ANN);
        truth().catalog().delete(new ItemId("heat"));
        assertThat(themes().apply(List.of(new Planned(plan(liked, 600_000), 0))))
                .isEqualTo(1);
        truth().catalog().put(Item.of(new ItemId("heat"), "Heat", 1995, List.of("Crime")));
        assertThat(themes().of(new Subject.OfItem(new ItemId("heat")), vocabulary))
                .isEmpty();
        String before = themes().digest();
        give("i2", ANN, 300_000);
        themes().undo(new InteractionId("i2"));
        assertThat(themes().digest()).isEqualTo(before);
        themes().undo(new InteractionId("i1"));
        assertThat(checked()).isEmpty();
        assertThat(ofAlien()).allSatisfy(weight -> assertThat(weight.others()).isZero());
    }

    @Test
    void whatSomeUsersLikeIsReadAtOnce() {
        give("i1", user(1), 600_000);
        give("i2", user(2), -600_000);
        Map<UserId, Map<ThemeId, Long>> liked = themes().liked(List.of(user(1), user(2), user(3)), vocabulary);
        assertThat(liked).isEqualTo(Map.of(user(1), Map.of(theme("category:horror"), 600_000L)));
        assertThat(themes().liked(List.of(user(1)), ThemeVocabulary.EMPTY)).isEmpty();
        assertThat(themes().liked(List.of(), vocabulary)).isEmpty();
    }

    @Test
    void whatFewGaveDoesNotCount() {
        for (int user = 1; user <= 4; user++) {
            give("i" + user, user(user), 600_000);
        }
        assertThat(ofAlien()).allSatisfy(weight -> assertThat(weight.counted()).isZero());
        // Again by one of them: not one more.
        give("again", user(1), 600_000);
        assertThat(ofAlien()).allSatisfy(weight -> assertThat(weight.counted()).isZero());
        give("i5", user(5), 600_000);
        assertThat(ofAlien().getFirst().counted()).isEqualTo(6 * 300_000);
        assertThat(themes().counted(OF_ALIEN))
                .containsExactly(
                        java.util.Map.entry("category:horror", 1_800_000L),
                        java.util.Map.entry("category:sci-fi", 1_200_000L));
        assertThat(themes().counted(new Subject.OfUser(user(1)))).isEqualTo(Map.of("category:horror", 1_200_000L));
    }

    @Test
    void whatIsTakenBackLeavesTheStateBefore() {
        give("i1", ANN, 600_000);
        give("i2", BEN, -200_000);
        String before = themes().digest();
        give("i3", ANN, 900_000);
        give("i4", user(1), 300_000);
        assertThat(themes().digest()).isNotEqualTo(before);
        assertThat(themes().undo(new InteractionId("i3"))).isTrue();
        assertThat(themes().undo(new InteractionId("i4"))).isTrue();
        assertThat(themes().digest()).isEqualTo(before);
        assertThat(themes().undo(new InteractionId("i4"))).isFalse();
        assertThat(themes().undo(new InteractionId("unknown"))).isFalse();
        assertThat(themes().unplannedOf(ANN, 10)).isEmpty();
        reopen();
        assertThat(themes().digest()).isEqualTo(before);
    }

    @Test
    void whatIsTakenBackBeforeItIsPlannedNeverIs() {
        give("i1", ANN, 600_000);
        String before = themes().digest();
        Interaction second = likes("i2", ANN);
        assertThat(themes().undo(second.id())).isTrue();
        assertThat(themes().undo(second.id())).isFalse();
        assertThat(themes().unplannedOf(ANN, 10)).isEmpty();
        assertThat(themes().apply(List.of(new Planned(plan(second, 600_000), 2))))
                .isZero();
        assertThat(themes().digest()).isEqualTo(before);
    }

    @Test
    void aPlanOfAnEarlierStateIsRefused() {
        Interaction first = likes("i1", ANN);
        Interaction second = likes("i2", ANN);
        assertThat(themes().apply(List.of(new Planned(plan(first, 600_000), 0))))
                .isEqualTo(1);
        assertThat(themes().apply(List.of(new Planned(plan(second, 600_000), 0))))
                .isZero();
        assertThat(themes().unplannedOf(ANN, 10)).containsExactly(second);
        assertThat(themes().apply(List.of(new Planned(plan(second, 600_000), 1))))
                .isEqualTo(1);
    }

    @Test
    void nothingIsGivenByAnInteractionThatIsNotThere() {
        Interaction never = new Interaction(new InteractionId("no"), ANN, ALIEN, new Feedback.Liked(), NOW, null);
        assertThat(themes().apply(List.of(new Planned(plan(never, 600_000), 0))))
                .isZero();
        // Nor in the name of another.
        likes("i1", BEN);
        Interaction stolen = new Interaction(new InteractionId("i1"), ANN, ALIEN, new Feedback.Liked(), NOW, null);
        assertThat(themes().apply(List.of(new Planned(plan(stolen, 600_000), 0))))
                .isZero();
        assertThat(ofAlien()).isEmpty();
    }

    @Test
    void theOrderOfUsersDoesNotMatter() {
        List<List<Interaction>> ofUsers = new ArrayList<>();
        for (int user = 0; user < 6; user++) {
            List<Interaction> ofUser = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                ofUser.add(likes("i" + user + "-" + i, user(user)));
            }
            ofUsers.add(ofUser);
        }
        String first = "";
        for (int seed = 0; seed < 4; seed++) {
            List<Integer> turns =
                    new ArrayList<>(IntStream.range(0, 30).mapToObj(i -> i / 5).toList());
            Collections.shuffle(turns, new Random(seed));
            Map<Integer, Integer> next = new HashMap<>();
            List<Planned> plans = new ArrayList<>();
            for (int user : turns) {
                int at = next.merge(user, 1, Integer::sum) - 1;
                plans.add(new Planned(plan(ofUsers.get(user).get(at), 100_000 + 7 * at + user), at));
            }
            if (seed > 0) {
                reopenEmpty(ofUsers);
            }
            assertThat(themes().apply(plans)).isEqualTo(30);
            first = seed == 0 ? themes().digest() : first;
            assertThat(themes().digest()).isEqualTo(first);
        }
    }

    /// Forgets all users and lets them do the same again.
    private void reopenEmpty(List<List<Interaction>> ofUsers) {
        try (Erasure erasure = truth().erasure(List.of())) {
            ofUsers.forEach(ofUser -> erasure.user(ofUser.getFirst().user()));
        }
        ofUsers.forEach(ofUser -> truth().interactions().append(ofUser));
    }

    @Test
    void erasingSomebodySubtractsAllThatPersonGave() {
        for (int user = 1; user <= 5; user++) {
            give("i" + user, user(user), 600_000 + user);
        }
        String before = themes().digest();
        give("a1", ANN, 700_000);
        give("a2", ANN, -300_000);
        try (Erasure erasure = truth().erasure(List.of())) {
            ErasureReceipt receipt = erasure.user(ANN);
            assertThat(receipt.places())
                    .filteredOn(place -> place.name().startsWith("table theme_"))
                    .extracting(ErasureReceipt.Place::name, ErasureReceipt.Place::removed)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple("table theme_plan", 2L),
                            org.assertj.core.groups.Tuple.tuple("table theme_share", 4L),
                            org.assertj.core.groups.Tuple.tuple("table theme_weight", 1L),
                            org.assertj.core.groups.Tuple.tuple("table theme_user", 1L));
            assertThat(receipt.places())
                    .allSatisfy(place ->
                            assertThat(place.remaining()).as(place.name()).isZero());
            assertThat(themes().digest()).isEqualTo(before);
            // Below the fewest contributors nothing counts any more.
            erasure.user(user(5));
            assertThat(ofAlien()).allSatisfy(weight -> {
                assertThat(weight.contributors()).isEqualTo(4);
                assertThat(weight.counted()).isZero();
            });
        }
    }

    @Test
    void twoHundredAtOnceOnOneItemLoseNothing() throws Exception {
        List<Interaction> liked = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            liked.add(
                    new Interaction(new InteractionId("i" + i), user(i % 50), ALIEN, new Feedback.Liked(), NOW, null));
        }
        truth().interactions().append(liked);
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Integer>> tries = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            for (Interaction one : liked) {
                tries.add(threads.submit(() -> {
                    go.await();
                    int refused = 0;
                    // Four of each user, so that some are refused and made anew.
                    while (themes().apply(List.of(new Planned(
                                    plan(one, 600_000),
                                    themes().own(one.user(), vocabulary).revision())))
                            == 0) {
                        refused++;
                    }
                    return refused;
                }));
            }
            go.countDown();
            for (Future<Integer> one : tries) {
                one.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(ofAlien().getFirst()).isEqualTo(new ThemeWeight(theme("category:horror"), 0, 200 * 300_000L, 50));
        for (int user = 0; user < 50; user++) {
            assertThat(themes().own(user(user), vocabulary))
                    .isEqualTo(new ThemeWeights.Own(4, Map.of(theme("category:horror"), 2_400_000L)));
        }
    }

    @Test
    void aReaderFollowsWhatChanged() {
        assertThat(themes().itemsChangedAfter(0, 10)).isEmpty();
        give("i1", ANN, 600_000);
        List<ThemeWeights.ItemChange> first = themes().itemsChangedAfter(0, 10);
        assertThat(first)
                .extracting(change -> change.item().value() + " " + change.theme() + " " + change.weight())
                .containsExactlyInAnyOrder(
                        "alien category:horror 300000", "alien category:sci-fi 200000", "heat category:crime 120000");
        long seen = first.getLast().number();
        assertThat(themes().itemsChangedAfter(seen, 10)).isEmpty();
        give("i2", BEN, 600_000);
        assertThat(themes().itemsChangedAfter(seen, 1)).hasSize(3).allSatisfy(change -> {
            assertThat(change.contributors()).isEqualTo(2);
            assertThat(change.number()).isGreaterThan(seen);
        });
        long then = themes().itemsChangedAfter(seen, 10).getLast().number();
        try (Erasure erasure = truth().erasure(List.of())) {
            erasure.user(ANN);
            erasure.user(BEN);
        }
        // Also what went.
        assertThat(themes().itemsChangedAfter(then, 10))
                .hasSize(3)
                .allSatisfy(change -> assertThat(change.contributors()).isZero());
    }

    @Test
    void aCheckFindsSumsThatAreNoSums() {
        give("i1", ANN, 600_000);
        give("i2", BEN, 600_000);
        themes().undo(new InteractionId("i2"));
        assertThat(checked()).isEmpty();
        truth().database()
                .write(transaction -> transaction
                        .handle()
                        .createUpdate("update theme_weight set others = others + 1 where theme = 'category:sci-fi'")
                        .execute());
        truth().database()
                .write(transaction -> transaction
                        .handle()
                        .createUpdate("delete from theme_weight where subject_id = 'ann'")
                        .execute());
        assertThat(checked()).singleElement().satisfies(difference -> {
            assertThat(difference.what()).isEqualTo("theme weights that are not the sum of their shares");
            assertThat(difference.examples()).containsExactly("alien category:sci-fi", "ann category:horror");
        });
    }

    private List<Difference> checked() {
        Differences differences = new Differences();
        truth().compareMemories(differences, count -> {});
        return differences.all();
    }

    @Test
    void onlyTheVocabularyIsRead() {
        give("i1", ANN, 600_000);
        ThemeVocabulary smaller;
        truth().catalog().delete(ALIEN);
        smaller = ThemeVocabulary.of(truth().catalog(), Set.of());
        assertThat(themes().of(OF_ALIEN, smaller)).isEmpty();
        assertThat(themes().own(ANN, smaller).weights()).isEmpty();
    }

    @Test
    void aTagOfFewItemsIsNoTheme() {
        String rare = "my sister's secret wedding";
        for (int i = 0; i < ThemeVocabulary.FEWEST_ITEMS; i++) {
            List<String> tags = i == 0 ? List.of("Slow Burn", rare) : List.of("slow burn");
            truth().catalog()
                    .put(new Item(
                            new ItemId("t" + i), "Film", 1999, List.of(), tags, "", Map.of(), false, null, null, 0));
        }
        ThemeVocabulary usual = ThemeVocabulary.of(truth().catalog(), Set.of());
        assertThat(usual.theme("tag:slow burn")).isPresent();
        assertThat(usual.theme("tag:" + rare)).isEmpty();
        assertThat(ThemeVocabulary.of(truth().catalog(), Set.of(rare)).theme("tag:" + rare))
                .isPresent();
        assertThat(usual.of(truth().catalog().item(new ItemId("t0")).orElseThrow()))
                .containsExactly(usual.theme("tag:slow burn").orElseThrow());
    }

    @Test
    void aPlanReachesNobodyElseAndFewItems() {
        Interaction liked = likes("i1", ANN);
        ThemeId horror = theme("category:horror");
        assertThatThrownBy(() -> new ThemePlan(
                        liked.id(), ANN, ALIEN, List.of(new ThemeDelta(new Subject.OfUser(BEN), horror, 1))))
                .hasMessageContaining("no user but the one who acted");
        List<ThemeDelta> many = IntStream.range(0, 9)
                .mapToObj(i -> new ThemeDelta(new Subject.OfItem(new ItemId("n" + i)), horror, 1))
                .toList();
        assertThat(new ThemePlan(liked.id(), ANN, ALIEN, many.subList(0, 8)).deltas())
                .hasSize(8);
        assertThatThrownBy(() -> new ThemePlan(liked.id(), ANN, ALIEN, many))
                .hasMessageContaining("at most 8 neighbours");
        assertThatThrownBy(() -> new ThemeDelta(OF_ALIEN, horror, 0)).hasMessageContaining("must not be 0");
    }
}
