package dev.palate.retrieval.recommend;

import dev.palate.retrieval.candidate.CatalogSnapshot;
import dev.palate.retrieval.ranking.ListSelection;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/// The traits of candidates by the rows of a catalog snapshot. How alike two are: categories and decade, and their
/// texts where both have a vector.
///
/// @param cosine of the texts of two rows, 0 where one has none; absent where there are no vectors
/// @param eventsOf by row
/// @param rows of the candidates
public record ItemTraits(CatalogSnapshot catalog, Optional<Cosine> cosine, IntUnaryOperator eventsOf, int[] rows)
        implements ListSelection.Traits {
    private static final double CATEGORIES = 0.5;
    private static final double TEXT = 0.3;
    private static final double DECADE = 0.2;

    /// How alike the texts of two rows are.
    @FunctionalInterface
    public interface Cosine {
        /// In [-1, 1].
        double of(int row, int other);
    }

    @Override
    public double likeness(int candidate, int other) {
        int row = rows[candidate];
        int otherRow = rows[other];
        double sum = CATEGORIES * catalog.categories().jaccard(row, otherRow);
        int year = catalog.year(row);
        int otherYear = catalog.year(otherRow);
        boolean known = year != CatalogSnapshot.NO_YEAR && otherYear != CatalogSnapshot.NO_YEAR;
        sum += known ? DECADE * Math.max(0, 1 - Math.abs(year - otherYear) / 10.0) : 0;
        if (cosine.isEmpty()) {
            return sum / (CATEGORIES + DECADE);
        }
        return sum + TEXT * Math.clamp(cosine.get().of(row, otherRow), 0.0, 1.0);
    }

    @Override
    public List<String> categories(int candidate) {
        return catalog.item(rows[candidate]).categories();
    }

    @Override
    public int events(int candidate) {
        return eventsOf.applyAsInt(rows[candidate]);
    }
}
