package dev.palate.retrieval.sequence;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/// What training makes small, at every position of every sequence.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SequenceLoss.FullSoftmax.class, name = "full"),
    @JsonSubTypes.Type(value = SequenceLoss.SampledSoftmax.class, name = "sampled"),
    @JsonSubTypes.Type(value = SequenceLoss.CalibratedBinary.class, name = "gbce")
})
public sealed interface SequenceLoss {
    /// From so many items on the full softmax costs more than it gains.
    int FULL_ITEM_LIMIT = 20_000;

    /// Cross entropy over all items.
    record FullSoftmax() implements SequenceLoss {}

    /// Cross entropy over the next item and uniformly drawn negatives that all positions of a batch share.
    ///
    /// @param negatives per batch, in [1, 65536]
    record SampledSoftmax(int negatives) implements SequenceLoss {
        /// @throws IllegalArgumentException when out of range
        public SampledSoftmax {
            SequenceShape.requireRange("negatives", negatives, 1, 65_536);
        }
    }

    /// Binary cross entropy whose positive part is raised to β so that sampling does not make it over-confident
    /// (gBCE, `petrov2023gsasrec`), with shared negatives.
    ///
    /// @param negatives per batch, in [1, 65536]
    /// @param calibration t of the paper, in [0, 1]
    /// @param offset taken from every logit: without it training rests on popularity for its first 20 epochs
    record CalibratedBinary(int negatives, double calibration, double offset) implements SequenceLoss {
        /// @throws IllegalArgumentException when out of range
        public CalibratedBinary {
            SequenceShape.requireRange("negatives", negatives, 1, 65_536);
            if (!(calibration >= 0 && calibration <= 1) || !(Math.abs(offset) <= 100)) {
                throw new IllegalArgumentException("calibration must be in [0, 1] and offset in [-100, 100], were "
                        + calibration + " and " + offset);
            }
        }

        /// β for so many items: α = negatives / (items − 1), β = α (t (1 − 1/α) + 1/α).
        double exponent(int itemCount) {
            double alpha = Math.min(1, negatives / Math.max(1.0, itemCount - 1.0));
            return alpha * (calibration * (1 - 1 / alpha) + 1 / alpha);
        }
    }

    /// What goes with so many items.
    static SequenceLoss forItems(int itemCount) {
        return itemCount <= FULL_ITEM_LIMIT ? new FullSoftmax() : new SampledSoftmax(2_048);
    }
}
