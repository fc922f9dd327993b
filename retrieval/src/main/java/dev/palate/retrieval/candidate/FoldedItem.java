package dev.palate.retrieval.candidate;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// An item folded in from its users. Immutable and thread-safe.
///
/// @param vectors by signal name of a factorisation
/// @param users how many users it is made from, at least 1
/// @param rows trained rows that its users had too, ascending
/// @param shared how many users each row shares
/// @param before distance-weighted counts of each row shortly before the item
/// @param after likewise after it
/// @param precursors what its users had had before it
record FoldedItem(
        Map<String, float[]> vectors,
        int users,
        int[] rows,
        float[] shared,
        float[] before,
        float[] after,
        CollaborativeModel.Precursors precursors) {
    /// What two items share, on the scale of the trained model.
    enum Share {
        /// Users in common over both items' lengths.
        COSINE,
        /// Ridge regression of the one on the other alone, as if predictors did not overlap.
        RIDGE,
        /// What followed what, damped by both items' popularity, on a log scale.
        FOLLOWED;

        static Share of(String signal) {
            return switch (signal) {
                case "knn" -> COSINE;
                case "ease" -> RIDGE;
                case "transitions" -> FOLLOWED;
                default ->
                    throw new IllegalArgumentException("nothing is known of folding items into {" + signal + "}");
            };
        }
    }

    private static final double LAMBDA = 300;
    private static final double DAMPING = 5;
    private static final int WINDOW = 10;
    private static final double DISTANCE_DECAY = 0.95;

    FoldedItem {
        vectors = Map.copyOf(vectors);
    }

    /// The vector of a factorisation.
    float[] vector(String signal) {
        return Objects.requireNonNull(vectors.get(signal));
    }

    /// The score for a history with these weights of trained rows.
    ///
    /// @param counts users of each trained row
    float score(Share share, int[] counts, float[] weightOf) {
        double sum = 0;
        for (int i = 0; i < rows.length; i++) {
            float weight = weightOf[rows[i]];
            if (weight > 0) {
                int count = counts[rows[i]];
                sum += weight
                        * switch (share) {
                            case COSINE -> shared[i] / Math.sqrt((double) Math.max(count, 1) * users);
                            case RIDGE -> shared[i] / (count + LAMBDA);
                            case FOLLOWED ->
                                before[i] / Math.sqrt(count + DAMPING) / Math.sqrt(Math.sqrt(users + DAMPING));
                        };
            }
        }
        return (float) (share == Share.FOLLOWED ? Math.log1p(sum) : sum);
    }

    /// Adds what the item in a history says of trained rows.
    ///
    /// @param weight of the item in the history
    /// @param target scores of trained rows, and maybe others behind them
    void addTo(Share share, int[] counts, float weight, float[] target) {
        for (int i = 0; i < rows.length; i++) {
            int row = rows[i];
            double more = weight
                    * switch (share) {
                        case COSINE -> shared[i] / Math.sqrt((double) Math.max(counts[row], 1) * users);
                        case RIDGE -> shared[i] / (users + LAMBDA);
                        case FOLLOWED ->
                            after[i] / Math.sqrt(users + DAMPING) / Math.sqrt(Math.sqrt(counts[row] + DAMPING));
                    };
            target[row] =
                    (float) (share == Share.FOLLOWED ? Math.log1p(Math.expm1(target[row]) + more) : target[row] + more);
        }
    }

    /// Collects the histories of the item's users. Not thread-safe.
    static final class Builder {
        /// Shared, before, after, share of what a user had had before.
        private static final int KINDS = 4;

        private final TreeMap<Integer, float[]> sums = new TreeMap<>();
        private int users;
        private int withHistory;

        /// @param history trained rows, oldest first
        /// @param position how many of them came before the item
        void add(int[] history, int position) {
            users++;
            withHistory += position > 0 ? 1 : 0;
            for (int at = 0; at < history.length; at++) {
                float[] sum = sums.computeIfAbsent(history[at], _ -> new float[KINDS]);
                sum[0]++;
                sum[3] += at < position ? 1f / position : 0;
                int distance = at < position ? position - 1 - at : at - position;
                if (distance < WINDOW) {
                    sum[at < position ? 1 : 2] += (float) Math.pow(DISTANCE_DECAY, distance);
                }
            }
        }

        FoldedItem build(Map<String, float[]> vectors) {
            int[] rows = new int[sums.size()];
            float[][] values = new float[KINDS][rows.length];
            int next = 0;
            for (Map.Entry<Integer, float[]> entry : sums.entrySet()) {
                rows[next] = entry.getKey();
                for (int kind = 0; kind < KINDS; kind++) {
                    values[kind][next] = entry.getValue()[kind];
                }
                next++;
            }
            var precursors = new CollaborativeModel.Precursors(withHistory, rows, values[3]);
            return new FoldedItem(vectors, users, rows, values[0], values[1], values[2], precursors);
        }
    }
}
