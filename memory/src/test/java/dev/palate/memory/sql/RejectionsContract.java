package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Rejection;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.gate.SensitiveClass;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every store of rejections and consents does.
abstract class RejectionsContract extends TruthContract {
    private static Rejection rejection(String id, UserId user, String reason, Instant at) {
        Proposal proposal = new Proposal(
                new Subject.OfUser(user),
                MemoryKind.PREFERENCE,
                "Likes horror",
                1,
                Trust.STATED,
                new Slot("genre", "horror"),
                "I like horror",
                "Well, I like horror",
                "m1",
                Role.USER);
        return Rejection.of(id, proposal, reason, "p1", at);
    }

    @BeforeEach
    void people() {
        UsersFirst.ensure(truth(), ANN);
        UsersFirst.ensure(truth(), BEN);
    }

    @Test
    void whatComesLateAfterAnErasureMakesNoUserAndKeepsNoWord() {
        truth().erasure(List.of()).user(ANN);
        truth().rejections().add(List.of(rejection("late", ANN, "quota", NOW), rejection("his", BEN, "quota", NOW)));
        assertThat(truth().rejections().page(null, null, 10).items())
                .extracting(Rejection::id)
                .containsExactly("his");
        assertThatThrownBy(() -> truth().consents().set(ANN, Set.of(SensitiveClass.HEALTH)))
                .isInstanceOf(MemoryException.class)
                .hasMessage("there is no user ann, who may have been erased meanwhile; make the user first");
        var write = new Memories.Write(likes("m", ANN, "horror"), Actor.AGENT, "late");
        assertThatThrownBy(() -> truth().memories().put(List.of(write)))
                .isInstanceOfSatisfying(
                        MemoryException.class, e -> assertThat(e.code()).isEqualTo(MemoryException.Code.NOT_FOUND));
        assertThat(truth().memories().putEach(List.of(write))).isEmpty();
        assertThat(truth().users().user(ANN)).isEmpty();
    }

    @Test
    void whatWasRefusedIsListedNewestFirstAndPageByPage() {
        Rejections rejections = truth().rejections();
        Rejection first = rejection("r1", ANN, "no_span", NOW);
        Rejection second = rejection("r2", ANN, "quota", NOW.plusSeconds(1));
        rejections.add(List.of(first, second, rejection("r3", BEN, "quota", NOW)));

        assertThat(rejections.page(new Subject.OfUser(ANN), null, 10).items()).containsExactly(second, first);
        assertThat(rejections.page(null, null, 10).items()).hasSize(3);
        Page<Rejection> page = rejections.page(new Subject.OfUser(ANN), null, 1);
        assertThat(rejections
                        .page(new Subject.OfUser(ANN), page.nextCursor(), 1)
                        .items())
                .containsExactly(first);

        rejections.judged("r1", "injection", "p2");
        reopen();
        assertThat(truth().rejections()
                        .page(new Subject.OfUser(ANN), null, 10)
                        .items()
                        .getLast())
                .isEqualTo(new Rejection("r1", first.proposal(), "injection", "p2", NOW));
        assertThat(truth().rejections().remove("r1")).isTrue();
        assertThat(truth().rejections().remove("r1")).isFalse();
    }

    @Test
    void theNewestAreKept() {
        Rejections rejections = truth().rejections();
        rejections.add(List.of(rejection("old", ANN, "quota", NOW.minus(Duration.ofDays(400)))));
        rejections.add(IntStream.range(0, Rejections.MOST + 5)
                .mapToObj(i -> rejection("r" + i, ANN, "quota", NOW.plusSeconds(i)))
                .toList());
        List<Rejection> kept =
                rejections.page(new Subject.OfUser(ANN), null, Rejections.MOST).items();
        assertThat(kept).hasSize(Rejections.MOST);
        assertThat(kept.getFirst().id()).isEqualTo("r" + (Rejections.MOST + 4));
        assertThat(rejections
                        .page(new Subject.OfUser(ANN), null, Rejections.MOST)
                        .nextCursor())
                .isNull();
    }

    @Test
    void sensitiveWordsAreNotKept() {
        truth().rejections().add(List.of(rejection("r1", ANN, "sensitive", NOW)));
        Rejection kept = truth().rejections().page(null, null, 1).items().getFirst();
        assertThat(kept.proposal().text()).isEqualTo(Rejection.WITHHELD);
        assertThat(kept.proposal().quote() + kept.proposal().source()).isEmpty();
        assertThat(kept.proposal().slot()).isNull();
        assertThat(kept.replayable()).isFalse();
    }

    @Test
    void consentsAreSetAndTakenBack() {
        assertThat(truth().consents().of(ANN)).isEmpty();
        truth().consents().set(ANN, Set.of(SensitiveClass.HEALTH, SensitiveClass.MONEY));
        reopen();
        assertThat(truth().consents().of(ANN)).containsExactlyInAnyOrder(SensitiveClass.HEALTH, SensitiveClass.MONEY);
        truth().consents().set(ANN, Set.of());
        assertThat(truth().consents().of(ANN)).isEmpty();
    }

    @Test
    void erasureReachesThem() {
        truth().rejections().add(List.of(rejection("r1", ANN, "quota", NOW), rejection("r2", BEN, "quota", NOW)));
        truth().consents().set(ANN, Set.of(SensitiveClass.HEALTH));
        truth().erasure(List.of()).user(ANN);
        assertThat(truth().rejections().page(null, null, 10).items()).hasSize(1);
        assertThat(truth().consents().of(ANN)).isEmpty();
    }
}
