package dev.palate.retrieval.factor;

import dev.palate.memory.vector.ByteRows;
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

    /// Scores items that are none of the rows, where there is a vector for any id.
    ///
    /// @param ids of the items
    /// @param target overwritten from `from` on where there is a vector, else left
    default void unknown(History history, List<String> ids, float[] target, int from) {}

    /// What [#products] are made of; empty where scores are no inner products.
    default Optional<ByteRows> vectors() {
        return Optional.empty();
    }

    /// The same scores as inner products; empty where they are none.
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
