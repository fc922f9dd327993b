/// Small networks over embedding tables: a model of click-through rates, and two towers. Each learns any
/// [dev.palate.retrieval.embedding.table.EmbeddingTable] with sparse Adagrad, on all cores with one result.
@NullMarked
package dev.palate.retrieval.embedding.network;

import org.jspecify.annotations.NullMarked;
