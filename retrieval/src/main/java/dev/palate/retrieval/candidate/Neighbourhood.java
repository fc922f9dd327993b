package dev.palate.retrieval.candidate;

import java.util.Optional;

/// How near items are to each other: what people had together, what their texts say, and their categories. Immutable
/// and thread-safe.
///
/// @param model absent when there is none: text and categories then carry it alone
/// @param vectors absent when there are none
public record Neighbourhood(CatalogSnapshot catalog, Optional<AlignedModel> model, Optional<CentredVectors> vectors) {
    private static final double TOGETHER = 0.5;
    private static final double TEXT = 0.35;
    private static final double CATEGORIES = 0.15;

    /// The nearness of every row to the one given, at least 0, mostly below 1; 0 for the row itself.
    /// O(rows · (dimension + categories)).
    public float[] of(int row) {
        float[] together = together(row);
        float[] text = vectors.filter(space -> space.knows(row))
                .map(space -> space.scores(row))
                .orElse(new float[0]);
        double shares = (together.length > 0 ? TOGETHER : 0) + (text.length > 0 ? TEXT : 0) + CATEGORIES;
        float[] near = new float[catalog.size()];
        for (int other = 0; other < near.length; other++) {
            double sum = CATEGORIES * catalog.categories().jaccard(row, other);
            sum += together.length > 0 ? TOGETHER * together[other] : 0;
            sum += text.length > 0 ? TEXT * Math.max(0, text[other]) : 0;
            near[other] = (float) (sum / shares);
        }
        near[row] = 0;
        return near;
    }

    /// What people had with the row, EASE and neighbours half each, the highest of either 1; length 0 when the model
    /// does not know the row.
    private float[] together(int row) {
        if (model.isEmpty() || !model.get().knows(row)) {
            return new float[0];
        }
        float[] sum = new float[0];
        for (String signal : new String[] {"ease", "knn"}) {
            Optional<float[]> scores = model.get().score(signal, new int[] {row});
            if (scores.isPresent()) {
                sum = sum.length == 0 ? new float[catalog.size()] : sum;
                addScaled(scores.get(), row, sum);
            }
        }
        return sum;
    }

    private static void addScaled(float[] scores, int row, float[] sum) {
        float highest = 0;
        for (int other = 0; other < scores.length; other++) {
            if (other != row && scores[other] > highest) {
                highest = scores[other];
            }
        }
        if (highest == 0) {
            return;
        }
        for (int other = 0; other < scores.length; other++) {
            sum[other] += scores[other] > 0 ? 0.5f * scores[other] / highest : 0;
        }
    }
}
