package dev.palate.retrieval.candidate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.user.UserId;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserHistoriesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path folder;

    @Test
    void theNewestInteractionOfAnItemCountsAndLookingIsNotHaving() {
        UserHistory history = UserHistory.of(Stream.of(
                        event("a", new Feedback.Rated(5), 0),
                        event("b", new Feedback.Viewed(), 1),
                        event("c", new Feedback.Rated(1), 2),
                        event("a", new Feedback.Viewed(), 3))
                .map(one -> new Interactions.Event(one.item(), one.feedback(), one.at(), 0))
                .toList());
        assertThat(history.events())
                .extracting(UserHistory.Event::item)
                .containsExactly(new ItemId("b"), new ItemId("c"), new ItemId("a"));
        assertThat(history.taste()).containsExactly(new ItemId("b"), new ItemId("a"));
        assertThat(history.had()).containsExactlyInAnyOrder(new ItemId("a"), new ItemId("c"));
    }

    @Test
    void whatIsKeptStaysUntilForgottenAndNeverExceedsTheCapacity() {
        try (DataDirectory directory = DataDirectory.open(folder.resolve("data"));
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC())) {
            UserHistories histories = new UserHistories(truth.interactions(), 2);
            UserId user = new UserId("u");
            assertThat(histories.of(user)).isEqualTo(UserHistory.EMPTY);
            truth.interactions().append(List.of(event("a", new Feedback.Liked(), 0)));
            assertThat(histories.of(user)).isEqualTo(UserHistory.EMPTY);
            assertThat(histories.erase(user)).isEqualTo(1);
            assertThat(histories.remaining(user)).isZero();
            assertThat(histories.of(user).taste()).containsExactly(new ItemId("a"));
            histories.of(new UserId("v"));
            histories.of(new UserId("w"));
            assertThat(histories.size()).isEqualTo(2);
            assertThat(histories.remaining(user)).isZero();
        }
    }

    /// Whatever came in between, late or not, a history that was followed is the one that is read whole.
    @Test
    void aHistoryThatIsFollowedIsTheOneReadWhole() {
        SplittableRandom random = new SplittableRandom(7);
        List<Feedback> feedback =
                List.of(new Feedback.Liked(), new Feedback.Viewed(), new Feedback.Rated(1), new Feedback.Disliked());
        try (DataDirectory directory = DataDirectory.open(folder.resolve("data"));
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC())) {
            Reads reads = new Reads();
            UserHistories histories = new UserHistories(reads.of(truth.interactions()), 10);
            UserId user = new UserId("u");
            histories.of(user);
            for (int round = 0; round < 300; round++) {
                List<Interaction> came = new ArrayList<>();
                for (int i = random.nextInt(random.nextInt(20) == 0 ? 200 : 4); i > 0; i--) {
                    long second = random.nextInt(10) == 0 ? random.nextInt(round + 1) : round;
                    came.add(new Interaction(
                            new InteractionId(round + "/" + i),
                            user,
                            new ItemId("i" + random.nextInt(200)),
                            feedback.get(random.nextInt(feedback.size())),
                            START.plusSeconds(second),
                            null));
                }
                truth.interactions().append(came);
                histories.changed(user);
                assertThat(histories.keeps(user)).isFalse();
                assertThat(histories.of(user))
                        .isEqualTo(UserHistory.of(truth.interactions().events(user, UserHistory.MAX_EVENTS)));
                assertThat(histories.keeps(user)).isTrue();
            }
            assertThat(truth.interactions().count()).isGreaterThan(UserHistory.MAX_EVENTS);
            assertThat(reads.since).isEqualTo(300);
            assertThat(reads.whole).isBetween(20, 200);
            truth.erasure(List.of()).user(user);
            histories.changed(user);
            assertThat(histories.of(user)).isEqualTo(UserHistory.EMPTY);
        }
    }

    /// Counts how a user's events are read.
    private static final class Reads {
        int whole;
        int since;

        Interactions of(Interactions log) {
            return (Interactions) Proxy.newProxyInstance(
                    Interactions.class.getClassLoader(),
                    new Class<?>[] {Interactions.class},
                    (proxy, method, values) -> {
                        whole += method.getName().equals("events") ? 1 : 0;
                        since += method.getName().equals("eventsSince") ? 1 : 0;
                        return method.invoke(log, values);
                    });
        }
    }

    @Test
    void whatWasMadeOfAHistoryGoesWithItAndWithTheCatalog() {
        try (DataDirectory directory = DataDirectory.open(folder.resolve("data"));
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC())) {
            UserHistories histories = new UserHistories(truth.interactions(), 2);
            UserId user = new UserId("u");
            truth.interactions()
                    .append(List.of(event("b", new Feedback.Liked(), 5), event("gone", new Feedback.Liked(), 6)));
            CatalogSnapshot catalog = CatalogSnapshot.of(List.of(
                    Item.of(new ItemId("a"), "A", 2000, List.of()), Item.of(new ItemId("b"), "B", 2000, List.of())));
            HistoryRows rows = histories.rows(user, catalog);
            assertThat(rows.rows()).containsExactly(1);
            assertThat(rows.times()).containsExactly(START.getEpochSecond() + 5);
            Object one = new Object();
            assertThat(rows.<String>kept("cf", List.of(one), () -> "made")).isEqualTo("made");
            HistoryRows again = histories.rows(user, catalog);
            assertThat(again).isSameAs(rows);
            assertThat(again.<String>kept("cf", List.of(one), () -> "anew")).isEqualTo("made");
            assertThat(again.<String>kept("cf", List.of(new Object()), () -> "anew"))
                    .isEqualTo("anew");
            CatalogSnapshot next = CatalogSnapshot.of(List.of(Item.of(new ItemId("b"), "B", 2000, List.of())));
            assertThat(again.has("cf", List.of(one))).isFalse();
            assertThat(histories.rows(user, next).has("cf", List.of(one))).isFalse();
            assertThat(histories.rows(user, next).rows()).containsExactly(0);
            HistoryRows before = histories.rows(user, next);
            histories.forget(user);
            assertThat(histories.rows(user, next)).isNotSameAs(before);
        }
    }

    private static Interaction event(String item, Feedback feedback, long seconds) {
        return new Interaction(
                new InteractionId(item + seconds),
                new UserId("u"),
                new ItemId(item),
                feedback,
                START.plusSeconds(seconds),
                null);
    }
}
