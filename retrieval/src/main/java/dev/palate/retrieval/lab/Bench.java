package dev.palate.retrieval.lab;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.recipe.Recipe;
import dev.palate.retrieval.embedding.table.EmbeddingTable;
import java.util.Map;

/// What a lab does with one task: makes a table, trains it and measures it. Thread-safe for different cells.
sealed interface Bench permits ListBench, ClickBench {
    /// Which lab the cells of a journal belong to; others of the same may be added to it.
    Object header();

    /// What a table is to hold.
    Recipe.Shape shape(long seed);

    /// Trains and measures.
    Made make(CellKey key, Recipe recipe, Progress progress);

    /// What came of a cell.
    ///
    /// @param metrics by name
    /// @param users the first metric of each user; empty where it is none of users
    /// @param seconds of its own training
    record Made(EmbeddingTable items, Map<String, Double> metrics, double[] users, double seconds, String remark) {}
}
