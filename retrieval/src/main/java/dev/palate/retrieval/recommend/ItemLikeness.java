package dev.palate.retrieval.recommend;

import dev.palate.retrieval.candidate.CatalogSnapshot;
import dev.palate.retrieval.candidate.CentredVectors;
import dev.palate.retrieval.ranking.Diversity;
import java.util.Optional;

/// How alike two candidates are for variety: categories and decade, and their texts where both have a vector.
///
/// @param rows of the candidates
record ItemLikeness(CatalogSnapshot catalog, Optional<CentredVectors> vectors, int[] rows)
        implements Diversity.Likeness {
    private static final double CATEGORIES = 0.5;
    private static final double TEXT = 0.3;
    private static final double DECADE = 0.2;

    @Override
    public double of(int candidate, int other) {
        int row = rows[candidate];
        int otherRow = rows[other];
        double sum = CATEGORIES * catalog.categories().jaccard(row, otherRow);
        int year = catalog.year(row);
        int otherYear = catalog.year(otherRow);
        boolean known = year != CatalogSnapshot.NO_YEAR && otherYear != CatalogSnapshot.NO_YEAR;
        sum += known ? DECADE * Math.max(0, 1 - Math.abs(year - otherYear) / 10.0) : 0;
        if (vectors.isEmpty()) {
            return sum / (CATEGORIES + DECADE);
        }
        return sum + TEXT * Math.clamp(vectors.get().cosine(row, otherRow), 0.0, 1.0);
    }
}
