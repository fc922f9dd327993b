package dev.palate.retrieval.embedding.recipe;

import dev.palate.memory.Require;
import dev.palate.retrieval.embedding.table.PairwiseTraining;

/// How tables are trained, all alike.
///
/// @param dimension of the vectors, in [4, 1024]
/// @param epochs of BPR, in [1, 10000]
/// @param rate of Adagrad, in (0, 10]
/// @param regularization of the vectors, in [0, 1]
/// @param batch triples of one step, in [1, 65536]
public record PairwiseSettings(int dimension, int epochs, double rate, double regularization, int batch) {
    /// Chosen on the validation part of ml100k_loo with the full table.
    public static final PairwiseSettings DEFAULT = new PairwiseSettings(64, 30, 0.05, 0.003, 16);

    /// @throws IllegalArgumentException when a value is out of range
    public PairwiseSettings {
        Require.range("--dimension", dimension, 4, 1024);
        Require.range("--epochs", epochs, 1, 10_000);
        Require.range("--rate", rate, 1e-6, 10);
        Require.range("--regularization", regularization, 0, 1);
        Require.range("--batch", batch, 1, 1 << 16);
    }

    /// Of what is trained from the beginning.
    public PairwiseTraining.Options whole() {
        return new PairwiseTraining.Options(epochs, rate, regularization, batch, 1);
    }

    /// For codebooks that learn on: a fifth of the epochs at a fifth of the rate.
    public PairwiseTraining.Options after() {
        return new PairwiseTraining.Options(Math.max(1, epochs / 5), rate / 5, regularization, batch, 1);
    }

    /// For widths learnt from a full table on.
    public PairwiseTraining.Options half() {
        return new PairwiseTraining.Options(Math.max(1, epochs / 2), rate, regularization, batch, 1);
    }

    /// As many in all as a table had whose widths were learnt.
    public PairwiseTraining.Options wholeAndHalf() {
        return new PairwiseTraining.Options(epochs + Math.max(1, epochs / 2), rate, regularization, batch, 1);
    }
}
