package dev.palate.memory.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.memory.MemoryCondition.And;
import dev.palate.memory.memory.MemoryCondition.Comparison;
import dev.palate.memory.memory.MemoryCondition.Is;
import dev.palate.memory.memory.MemoryCondition.Not;
import dev.palate.memory.memory.MemoryCondition.Or;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryConditionTest {
    private static final Memory LIKES_HORROR = Memory.fresh(
            new MemoryId("m"),
            new Subject.OfUser(new UserId("ann")),
            MemoryKind.PREFERENCE,
            "Likes Horror",
            0.5,
            Trust.STATED,
            new Slot("genre", "horror"),
            List.of(new Evidence("message", "m1", "I like horror")),
            Instant.parse("2026-03-01T10:00:00Z"));

    private static Is is(String field, String comparison, String... values) {
        MemoryField of = MemoryField.ofKey(field);
        Comparison by = Comparison.ofKey(comparison);
        List<Comparable<?>> parsed = List.of(values).stream()
                .<Comparable<?>>map(value -> by == Comparison.EXISTS ? Boolean.valueOf(value) : of.parse(value))
                .toList();
        return new Is(of, by, parsed);
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({
        "id, in, m, true",
        "id, in, M, false",
        "user_id, in, ann, true",
        "user_id, in, Ann, false",
        "user_id, exists, true, true",
        "item_id, exists, true, false",
        "item_id, in, ann, false",
        "superseded_by, exists, true, false",
        "superseded_by, in, m2, false",
        "evidence_type, in, message, true",
        "evidence_type, in, import, false",
        "evidence_id, in, m1, true",
        "evidence_id, in, M1, false",
        "evidence_quote, contains, LIKE HORROR, true",
        "evidence_quote, contains, comedy, false",
        "kind, in, preference, true",
        "kind, in, trait, false",
        "status, in, active, true",
        "trust, in, stated, true",
        "slot, in, Genre:Horror, true",
        "facet, in, genre, true",
        "language, in, und, true",
        "text, contains, HORROR, true",
        "text, contains, comedy, false",
        "muted, in, false, true",
        "locked, in, true, false",
        "polarity, gt, 0.5, false",
        "polarity, gte, 0.5, true",
        "strength, lt, 0.6, true",
        "confidence, lte, 0.9, true",
        "revision, in, 0, true",
        "evidence, gte, 1, true",
        "valid_from, lte, 2026-03-01T10:00:00Z, true",
        "valid_to, exists, false, true",
        "valid_to, exists, true, false",
        "valid_to, gt, 2020-01-01T00:00:00Z, false",
        "created_at, lt, 2026-03-01T10:00:00Z, false",
        "updated_at, gt, 2025-03-01T10:00:00Z, true"
    })
    void everyFieldIsCompared(String field, String comparison, String value, boolean holds) {
        assertThat(is(field, comparison, value).holds(LIKES_HORROR)).isEqualTo(holds);
        assertThat(new Not(is(field, comparison, value)).holds(LIKES_HORROR)).isEqualTo(!holds);
    }

    @Test
    void oneOfSeveralValuesIsEnough() {
        Memory twice = LIKES_HORROR
                .draft()
                .evidence(
                        List.of(new Evidence("message", "m1", "I like horror"), new Evidence("interaction", "x9", "")))
                .supersededBy(new MemoryId("m2"))
                .build();
        assertThat(is("evidence_id", "in", "x9", "x10").holds(twice)).isTrue();
        assertThat(is("evidence_type", "in", "interaction").holds(twice)).isTrue();
        assertThat(new Not(is("evidence_type", "in", "interaction")).holds(twice))
                .isFalse();
        assertThat(is("superseded_by", "in", "m2").holds(twice)).isTrue();
        assertThatThrownBy(() -> is("id", "contains", "m"))
                .hasMessage("id cannot be compared by contains; use in or exists");
    }

    @Test
    void conditionsAreJoined() {
        Is yes = is("kind", "in", "preference", "trait");
        Is no = is("kind", "in", "trait");
        assertThat(new And(List.of(yes, yes)).holds(LIKES_HORROR)).isTrue();
        assertThat(new And(List.of(yes, no)).holds(LIKES_HORROR)).isFalse();
        assertThat(new Or(List.of(no, yes)).holds(LIKES_HORROR)).isTrue();
        assertThat(new Or(List.of(no, new Not(yes))).holds(LIKES_HORROR)).isFalse();
        assertThat(MemoryCondition.ANY.holds(LIKES_HORROR)).isTrue();
        assertThat(new Or(List.of(no, new Not(yes))).asks(MemoryField.KIND)).isTrue();
        assertThat(new Or(List.of(no, new Not(yes))).asks(MemoryField.STATUS)).isFalse();
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> is("kind", "gt", "trait"))
                .hasMessage("kind cannot be compared by gt; use in or exists");
        assertThatThrownBy(() -> is("polarity", "in", "high")).hasMessage("polarity must be a number, was high");
        assertThatThrownBy(() -> is("muted", "in", "maybe")).hasMessage("muted must be true or false, was maybe");
        assertThatThrownBy(() -> is("valid_to", "lt", "soon"))
                .hasMessage("valid_to must be a time such as 2026-01-31T12:00:00Z, was soon");
        assertThatThrownBy(() -> is("colour", "in", "red"))
                .hasMessageStartingWith(
                        "a field must be one of id, user_id, item_id, subject_type, kind, status, trust, slot")
                .hasMessageEndingWith("was colour");
        assertThatThrownBy(() -> is("kind", "like", "red"))
                .hasMessage("a comparison must be one of in, gt, gte, lt, lte, contains, exists, was like");
        MemoryCondition deep = is("kind", "in", "trait");
        for (int i = 1; i < MemoryCondition.MAX_DEPTH; i++) {
            deep = new Not(deep);
        }
        MemoryCondition deepest = deep;
        assertThatThrownBy(() -> new Not(deepest)).hasMessage("depth of a condition must be in [1, 8], was 9");
        assertThatThrownBy(() -> new Or(java.util.Collections.nCopies(64, is("kind", "in", "trait"))))
                .hasMessage("number of parts of a condition must be in [1, 64], was 65");
    }
}
