package dev.palate.retrieval.factor;

/// Scores every item for one user. Implementations are immutable and thread-safe.
public interface Scorer {
    /// The number of items scored.
    int itemCount();

    /// Writes one score per item row to `target`; higher is better, and what the user already had is scored too.
    ///
    /// @param target of length [#itemCount], overwritten
    void score(History history, float[] target);

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
                    // Most counts are 0, and the logarithm is dear.
                    target[i] = target[i] <= 0 ? 0 : (float) Math.log1p(target[i]);
                }
            }
        };
    }
}
