package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.semantic.VectorTable;

/// A way to score cold items: a vector for each evaluated user and one for each cold item, compared by their inner
/// product.
///
/// @param users one row per evaluated user of the task
/// @param items one row per cold item
record TwoTowers(VectorTable users, VectorTable items) {
    TwoTowers {
        if (users.dimension() != items.dimension()) {
            throw new IllegalArgumentException(
                    "users and items need one dimension, had " + users.dimension() + " and " + items.dimension());
        }
    }

    /// Writes the scores of all cold items for one evaluated user.
    void score(int user, float[] target) {
        float[] vector = users.row(user);
        for (int place = 0; place < target.length; place++) {
            target[place] = items.dot(place, vector);
        }
    }

    /// The same as z-scores over the cold items; zeros where all are equal.
    void standardised(int user, float[] target) {
        score(user, target);
        standardise(target);
    }

    static void standardise(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double squares = 0;
        for (float value : values) {
            squares += (value - mean) * (value - mean);
        }
        double deviation = Math.sqrt(squares / values.length);
        for (int i = 0; i < values.length; i++) {
            values[i] = deviation < 1e-9 ? 0 : (float) ((values[i] - mean) / deviation);
        }
    }
}
