package dev.palate.retrieval.candidate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BestRowsTest {
    private static final float[] SCORES = {.1f, .9f, 0, .5f, Float.NaN, .7f};

    @Test
    void theBestOfThoseAllowedComeFirst() {
        BestRows best = new BestRows(rows(0, 2, 3, 4, 5), 2);

        assertThat(best.look().of(answers("text", SCORES))).containsExactly(new int[] {5, 3});
    }

    @Test
    void theSameAnswerIsLookedThroughOnce() {
        BestRows best = new BestRows(rows(0, 1, 2, 3, 4, 5), 2);
        float[] scores = SCORES.clone();
        int[] first = best.look().of(answers("text", scores)).getFirst();

        assertThat(best.look().of(answers("text", scores)).getFirst()).isSameAs(first);
        assertThat(best.look().of(answers("text", new float[] {.3f, .2f, .1f, 0, 0, 0})))
                .as("another answer of the same source")
                .containsExactly(new int[] {0, 1});
        assertThat(best.look().of(answers("knn", scores)))
                .as("the same answer of another source")
                .containsExactly(first);
    }

    @Test
    void whatMayBeShownDecides() {
        HistoryRows history = HistoryRows.of(UserHistory.EMPTY, CatalogSnapshot.of(List.of()));
        BitSet allowed = rows(1, 3);
        BestRows best = history.best(allowed, 2);
        assertThat(best.look().of(answers("text", SCORES))).containsExactly(new int[] {1, 3});

        allowed.clear(1);
        assertThat(history.best(rows(1, 3), 2)).as("a copy is kept").isSameAs(best);
        assertThat(history.best(allowed, 2).look().of(answers("text", SCORES))).containsExactly(new int[] {3});
        assertThat(history.best(allowed, 1)).as("another length").isNotSameAs(history.best(allowed, 2));
    }

    @Test
    void answersOfDifferentLengthAreAllLookedThrough() {
        Map<String, Scored> answers = new LinkedHashMap<>(answers("text", new float[] {.5f}));
        answers.putAll(answers("knn", SCORES));

        assertThat(new BestRows(rows(0, 5), 3).look().of(answers)).containsExactly(new int[] {0}, new int[] {5, 0});
    }

    private static Map<String, Scored> answers(String signal, float[] scores) {
        return Map.of(signal, Scored.of(scores, _ -> Evidence.NONE));
    }

    private static BitSet rows(int... rows) {
        BitSet set = new BitSet();
        for (int row : rows) {
            set.set(row);
        }
        return set;
    }
}
