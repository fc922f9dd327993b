package dev.palate.retrieval.ranking;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.Scorer;

/// Ranks all items that a user has not had. Implementations are thread-safe.
@FunctionalInterface
public interface Ranker {
    /// Items from best to worst with their scores, which never increase.
    ///
    /// @param items item rows
    /// @param scores one per item
    record Ranked(int[] items, float[] scores) {}

    /// The best `count` items, fewer only when there are no more. Never one of the history.
    Ranked rank(History history, int count);

    /// By the scores of one model, ties by lower row.
    static Ranker of(Scorer scorer) {
        return (history, count) -> {
            float[] scores = unseenScores(scorer, history);
            int[] best = TopK.select(scores, count);
            float[] bestScores = new float[best.length];
            for (int i = 0; i < best.length; i++) {
                bestScores[i] = scores[best[i]];
            }
            return new Ranked(best, bestScores);
        };
    }

    /// Scores of all items, negative infinity for those of the history.
    static float[] unseenScores(Scorer scorer, History history) {
        float[] scores = new float[scorer.itemCount()];
        scorer.score(history, scores);
        for (int item : history.items()) {
            scores[item] = Float.NEGATIVE_INFINITY;
        }
        return scores;
    }
}
