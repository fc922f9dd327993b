package dev.palate.retrieval.factor;

import dev.palate.memory.vector.ByteRows;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Scores every item for one user. Implementations are immutable and thread-safe.
public interface Scorer {
    /// The number of items scored.
    int itemCount();

    /// Writes one score per item row to `target`; higher is better, and what the user already had is scored too.
    ///
    /// @param target of length [#itemCount], overwritten
    void score(History history, float[] target);

    /// As [#score(History, float[])], and behind the rows items that are none of them, where there is a
    /// vector for any id.
    ///
    /// @param further ids of those items
    /// @param target of length [#itemCount] and one more for each of them, overwritten; NaN where there is
    ///     no vector
    default void score(History history, List<String> further, float[] target) {
        float[] rows = new float[itemCount()];
        score(history, rows);
        System.arraycopy(rows, 0, target, 0, rows.length);
        Arrays.fill(target, rows.length, target.length, Float.NaN);
    }

    /// What [#products] are made of; empty where scores are no inner products.
    default Optional<ByteRows> vectors() {
        return Optional.empty();
    }

    /// The same scores of the rows as inner products; empty where they are none.
    default Optional<Products> products(History history) {
        return Optional.empty();
    }

    /// The score of one item for a history of one event, or NaN where only scoring all items can tell; cheap.
    default float pair(int event, int item) {
        return Float.NaN;
    }

    /// The same order of items on the scale log(1 + max(0, score)), for counts that are to be summed with other
    /// scores.
    default Scorer logarithmic() {
        Scorer raw = this;
        return new Scorer() {
            @Override
            public int itemCount() {
                return raw.itemCount();
            }

            @Override
            public void score(History history, float[] target) {
                raw.score(history, target);
                for (int i = 0; i < target.length; i++) {
                    target[i] = logarithm(target[i]);
                }
            }

            @Override
            public float pair(int event, int item) {
                float count = raw.pair(event, item);
                return Float.isNaN(count) ? count : logarithm(count);
            }

            private static float logarithm(float count) {
                // Most counts are 0, and the logarithm is dear. Math.log1p is several times dearer and exact where no
                // float shows it.
                return count <= 0 ? 0 : (float) Math.log(1.0 + count);
            }
        };
    }
}
