package dev.palate.retrieval.tuning;

import dev.palate.retrieval.evaluation.ModelName;
import java.util.Arrays;
import java.util.Locale;

/// What a search looks for and how widely.
///
/// @param model whose settings are chosen
/// @param configurations drawn at random, the model's defaults being one of them, in [1, 10000]
/// @param reduction of a rung one in so many goes on, in [2, 10]
/// @param objective what is to be highest
/// @param seed of everything random
public record Search(ModelName.Alone model, int configurations, int reduction, Objective objective, long seed) {
    /// A metric on the validation part.
    public enum Objective {
        /// NDCG of the first ten.
        NDCG("NDCG@10"),
        /// Recall of the first ten.
        RECALL("Recall@10");

        private final String metric;

        Objective(String metric) {
            this.metric = metric;
        }

        /// The metric's name in reports.
        public String metric() {
            return metric;
        }

        /// The name on the command line.
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// The objective of a name.
        ///
        /// @throws IllegalArgumentException when there is none
        public static Objective of(String key) {
            return Arrays.stream(values())
                    .filter(objective -> objective.key().equals(key))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("--objective must be ndcg or recall, was " + key));
        }
    }

    /// @throws IllegalArgumentException when a value is out of range
    public Search {
        if (configurations < 1 || configurations > 10_000) {
            throw new IllegalArgumentException("configurations must be in [1, 10000], was " + configurations);
        }
        if (reduction < 2 || reduction > 10) {
            throw new IllegalArgumentException("reduction must be in [2, 10], was " + reduction);
        }
    }

    /// How many rungs there are: the last has the whole budget, each one before it a `reduction`th of the next.
    int rungs() {
        int rungs = 1;
        for (long reached = reduction; reached <= configurations; reached *= reduction) {
            rungs++;
        }
        return rungs;
    }

    /// The share of the whole budget on a rung.
    double share(int rung) {
        return Math.pow(reduction, rung + 1 - rungs());
    }

    /// How many configurations a rung has beside the defaults, which are on every rung.
    int kept(int rung) {
        double share = configurations / Math.pow(reduction, rung);
        return Math.min(configurations, Math.max(FINALISTS, (int) share)) - 1;
    }

    private static final int FINALISTS = 4;
}
