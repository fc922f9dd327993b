package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Outbox;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.slate.SlateId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

abstract class InteractionsContract extends TruthContract {
    /// How the database goes about a query, as it says itself.
    abstract String plan(String sql) throws Exception;

    /// Recounts would else read every row of a table that only grows.
    @Test
    void countsAreReadFromAnIndexAlone() throws Exception {
        List<Interaction> many = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            many.add(rated("i" + i, ANN, "item" + i % 50, 4, NOW.plusSeconds(i)));
        }
        truth().interactions().append(many);
        long since = Times.column(NOW.plusSeconds(1_500));
        for (String bound : List.of("", " and arrival <= 1700")) {
            assertThat(plan("select item_id, count(*) from interaction where at >= " + since + bound
                            + " group by item_id"))
                    .matches("(?is).*(covering index|index only scan).*");
        }
    }

    /// The first list after an event reads the whole history: a look into the table for each row would cost the most.
    @Test
    void aHistoryIsReadFromAnIndexAlone() throws Exception {
        List<Interaction> many = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            many.add(rated("i" + i, i % 2 == 0 ? ANN : BEN, "item" + i % 50, 4, NOW.plusSeconds(i)));
        }
        truth().interactions().append(many);
        for (String bound : List.of("", " and arrival <= 1700")) {
            assertThat(plan("select item_id, type, stars, at from interaction where user_id = 'ann'" + bound
                            + " order by at desc, arrival desc limit 100"))
                    .matches("(?is).*(covering index|index only scan).*")
                    .doesNotContainIgnoringCase("sort")
                    .doesNotContainIgnoringCase("temp b-tree");
        }
    }

    @Test
    void oneIdIsOneInteractionAndMakesItsUser() {
        Interaction first = rated("x1", ANN, "1", 4.5, NOW);
        assertThat(truth().interactions().append(List.of(first))).isEqualTo(1);
        assertThat(truth().interactions().append(List.of(first, rated("x2", ANN, "2", 1, NOW))))
                .isEqualTo(1);
        assertThat(truth().interactions().count()).isEqualTo(2);
        assertThat(truth().users().user(ANN)).isPresent();
        assertThat(truth().outbox().after(0, 10))
                .extracting(Outbox.Note::payloadId)
                .containsExactly("x1", "x2");
    }

    @Test
    void whatArrivedAfterwardsIsCountedWhoeverWasErased() {
        assertThat(truth().interactions().arrival()).isZero();
        truth().interactions().append(List.of(rated("x1", ANN, "1", 4.5, NOW), rated("x2", BEN, "2", 1, NOW)));
        long before = truth().interactions().arrival();
        assertThat(truth().interactions().countAfter(0)).isEqualTo(2);
        assertThat(truth().interactions().countAfter(before)).isZero();
        truth().interactions().append(List.of(rated("x3", BEN, "3", 1, NOW.minusSeconds(60))));
        assertThat(truth().interactions().countAfter(before)).isEqualTo(1);
        truth().erasure(List.of()).user(ANN);
        assertThat(truth().interactions().count()).isEqualTo(2);
        assertThat(truth().interactions().countAfter(before)).isEqualTo(1);
        assertThat(truth().interactions().arrival()).isGreaterThan(before);
    }

    @Test
    void theLogIsSeenAsItWasAtAnArrival() {
        truth().interactions().append(List.of(rated("x1", ANN, "1", 4, NOW), rated("y1", BEN, "1", 2, NOW)));
        long then = truth().interactions().arrival();
        // Of an earlier time, and later all the same.
        truth().interactions()
                .append(List.of(rated("x2", ANN, "2", 4, NOW.minusSeconds(9)), rated("x3", ANN, "1", 5, NOW)));
        assertThat(truth().interactions().arrival()).isGreaterThan(then);
        Interactions before = truth().interactions().asOf(then);
        assertThat(before.arrival()).isEqualTo(then);
        assertThat(before.count()).isEqualTo(2);
        assertThat(before.newest()).isEqualTo(NOW);
        assertThat(before.ofUser(ANN, 10)).extracting(one -> one.id().value()).containsExactly("x1");
        assertThat(done(before.events(ANN, 10))).isEqualTo(events(before.ofUser(ANN, 10)));
        assertThat(before.eventsSince(ANN, 0, 10).events()).isEqualTo(before.events(ANN, 10));
        assertThat(before.page(ANN, null, 10).items()).hasSize(1);
        assertThat(before.countsSince(NOW.minusSeconds(60))).isEqualTo(Map.of(new ItemId("1"), 2));
        List<String> scanned = new ArrayList<>();
        before.scan(one -> scanned.add(one.id().value()));
        assertThat(scanned).containsExactly("x1", "y1");
        assertThatThrownBy(() -> before.append(List.of(rated("x4", ANN, "1", 5, NOW))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("takes nothing");
        assertThat(truth().interactions().count()).isEqualTo(4);
    }

    @Test
    void whatOthersDidWithAnItemIsTheNewestOfEach() {
        List<Interaction> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(rated("b" + i, BEN, "1", 1 + i % 5, NOW.minusSeconds(i)));
        }
        all.add(rated("a1", ANN, "1", 5, NOW));
        all.add(rated("a2", ANN, "2", 3, NOW));
        truth().interactions().append(all);
        long then = truth().interactions().arrival();
        truth().interactions().append(List.of(rated("b10", BEN, "2", 4.5, NOW)));
        List<ItemId> items = List.of(new ItemId("1"), new ItemId("2"), new ItemId("nobody's"));
        List<Interactions.Shared> ofAnn = truth().interactions().shared(ANN, items, 3);
        assertThat(ofAnn).hasSize(4).allSatisfy(one -> assertThat(one.user()).isEqualTo(BEN));
        assertThat(ofAnn).contains(new Interactions.Shared(BEN, new ItemId("2"), new Feedback.Rated(4.5), NOW));
        assertThat(truth().interactions().asOf(then).shared(ANN, items, 3)).hasSize(3);
        assertThat(truth().interactions().shared(BEN, items, 256))
                .extracting(Interactions.Shared::user)
                .containsExactly(ANN, ANN);
        assertThat(truth().interactions().shared(BEN, List.of(), 1)).isEmpty();
        assertThatThrownBy(() -> truth().interactions().shared(BEN, items, 257)).hasMessageContaining("257");
    }

    @Test
    void interactionsOfKnownUsersMakeNobody() {
        truth().interactions().append(List.of(rated("x1", ANN, "1", 4.5, NOW)));
        assertThat(truth().interactions().appendOfKnown(List.of(rated("x2", ANN, "2", 1, NOW))))
                .isEqualTo(1);
        assertThatThrownBy(() -> truth().interactions()
                        .appendOfKnown(List.of(rated("x3", ANN, "3", 1, NOW), rated("x4", BEN, "3", 1, NOW))))
                .isInstanceOf(MemoryException.class)
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(MemoryException.Code.NOT_FOUND);
        assertThat(truth().interactions().count()).isEqualTo(2);
        assertThat(truth().users().user(BEN)).isEmpty();
    }

    @Test
    void everyKindOfFeedbackComesBack() {
        List<Interaction> all = Stream.of("rated", "liked", "disliked", "consumed", "purchased", "viewed", "dismissed")
                .map(type -> new Interaction(
                        new InteractionId(type), ANN, new ItemId("7"), Feedback.of(type, 3.5), NOW, new SlateId("s")))
                .toList();
        truth().interactions().append(all);
        reopen();
        assertThat(truth().interactions().ofUser(ANN, 100)).isEqualTo(all);
        assertThat(done(truth().interactions().events(ANN, 100))).isEqualTo(events(all));
    }

    @Test
    void whatCameSinceIsToldWithHowManyCameBefore() {
        Interactions log = truth().interactions();
        assertThat(log.eventsSince(ANN, 0, 10)).isEqualTo(new Interactions.Since(0, List.of()));
        List<Interaction> first = List.of(rated("x1", ANN, "1", 5, NOW), rated("y1", BEN, "1", 5, NOW));
        List<Interaction> second = List.of(
                rated("x2", ANN, "2", 4, NOW.plusSeconds(2)),
                rated("x3", ANN, "3", 3, NOW.plusSeconds(1)),
                rated("x4", ANN, "4", 2, NOW.plusSeconds(2)));
        log.append(first);
        long then = log.events(ANN, 10).getLast().arrival();
        log.append(second);
        Interactions.Since since = log.eventsSince(ANN, then, 10);
        assertThat(since.before()).isEqualTo(1);
        assertThat(done(since.events())).isEqualTo(events(List.of(second.get(1), second.get(0), second.get(2))));
        assertThat(log.events(ANN, 10).subList(1, 4)).isEqualTo(since.events());
        Interactions.Since cut = log.eventsSince(ANN, then, 2);
        assertThat(done(cut.events())).isEqualTo(events(List.of(second.get(1), second.get(0))));
        assertThat(log.eventsSince(ANN, log.arrival(), 10)).isEqualTo(new Interactions.Since(4, List.of()));
        assertThatThrownBy(() -> log.eventsSince(ANN, -1, 10))
                .hasMessageContaining("arrival")
                .hasMessageContaining("-1");
        truth().erasure(List.of()).user(ANN);
        assertThat(log.eventsSince(ANN, then, 10)).isEqualTo(new Interactions.Since(0, List.of()));
    }

    /// Without the order of arrival, which the log gives.
    private static List<Interactions.Event> done(List<Interactions.Event> events) {
        return events.stream()
                .map(one -> new Interactions.Event(one.item(), one.feedback(), one.at(), 0))
                .toList();
    }

    private static List<Interactions.Event> events(List<Interaction> interactions) {
        return interactions.stream()
                .map(one -> new Interactions.Event(one.item(), one.feedback(), one.at(), 0))
                .toList();
    }

    @Test
    void aUsersInteractionsAreOldestFirstEqualTimesByArrival() {
        List<Interaction> written = List.of(
                rated("late", ANN, "1", 4, NOW.plusSeconds(9)),
                rated("b", ANN, "2", 4, NOW),
                rated("a", ANN, "3", 4, NOW),
                rated("other", BEN, "3", 4, NOW));
        truth().interactions().append(written);
        assertThat(truth().interactions().ofUser(ANN, 10))
                .containsExactly(written.get(1), written.get(2), written.get(0));
        assertThat(truth().interactions().ofUser(ANN, 2)).containsExactly(written.get(2), written.get(0));
        assertThat(done(truth().interactions().events(ANN, 10)))
                .isEqualTo(events(List.of(written.get(1), written.get(2), written.get(0))));
        assertThat(done(truth().interactions().events(ANN, 2)))
                .isEqualTo(events(List.of(written.get(2), written.get(0))));
        assertThat(truth().interactions().newest()).isEqualTo(NOW.plusSeconds(9));
    }

    @Test
    void pagesAreNewestFirstWithoutGapOrRepeat() {
        List<Interaction> written = IntStream.range(0, 130)
                .mapToObj(i -> rated("x" + i, ANN, "i" + i, 3, NOW.plusSeconds(i / 10)))
                .toList();
        assertThat(truth().interactions().append(written)).isEqualTo(130);
        List<Interaction> paged = new ArrayList<>();
        @Nullable String cursor = null;
        do {
            Page<Interaction> page = truth().interactions().page(ANN, cursor, 7);
            paged.addAll(page.items());
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(paged).isEqualTo(written.reversed());
    }

    @Test
    void aScanGoesByUserThenTimeAndCountsAreSinceATime() {
        truth().interactions()
                .append(List.of(
                        rated("1", BEN, "i", 4, NOW),
                        rated("2", ANN, "i", 4, NOW.plusSeconds(5)),
                        rated("3", ANN, "j", 4, NOW.minusSeconds(5))));
        List<String> scanned = new ArrayList<>();
        truth().interactions().scan(interaction -> scanned.add(interaction.id().value()));
        assertThat(scanned).containsExactly("3", "2", "1");
        assertThat(truth().interactions().countsSince(NOW)).isEqualTo(Map.of(new ItemId("i"), 2));
    }

    @Test
    void anEmptyStoreHasNoNewest() {
        assertThat(truth().interactions().newest()).isNull();
        assertThat(truth().interactions().append(List.of())).isZero();
    }
}
