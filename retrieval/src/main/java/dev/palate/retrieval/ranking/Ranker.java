package dev.palate.retrieval.ranking;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.Scorer;
import java.util.BitSet;
import java.util.stream.IntStream;

/// Ranks items for a user. Implementations are thread-safe.
@FunctionalInterface
public interface Ranker {
    /// Items from best to worst with their scores, which never increase.
    ///
    /// @param items item rows
    /// @param scores one per item
    record Ranked(int[] items, float[] scores) {}

    /// The best `count` of the allowed items, fewer only when there are no more.
    ///
    /// @param allowed item rows; not modified
    Ranked rank(History history, int count, BitSet allowed);

    /// By the scores of one model, ties by lower row.
    static Ranker of(Scorer scorer) {
        return (history, count, allowed) -> {
            float[] scores = new float[scorer.itemCount()];
            scorer.score(history, scores);
            for (int item = 0; item < scores.length; item++) {
                scores[item] = allowed.get(item) ? scores[item] : Float.NEGATIVE_INFINITY;
            }
            int[] best = TopK.select(scores, count);
            return new Ranked(best, CandidatePool.gather(scores, best));
        };
    }

    /// All item rows but those of the history.
    static BitSet unseen(int itemCount, History history) {
        BitSet allowed = new BitSet(itemCount);
        allowed.set(0, itemCount);
        IntStream.of(history.items()).forEach(allowed::clear);
        return allowed;
    }
}
