package dev.palate.retrieval.sequence;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/// What a layer of the sequence model does with the events so far.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SequenceLayer.SelfAttention.class, name = "sasrec"),
    @JsonSubTypes.Type(value = SequenceLayer.GatedAttention.class, name = "hstu")
})
public sealed interface SequenceLayer {
    /// Softmax attention and a feed-forward network, both normalised after the residual sum, with learnt
    /// positions (SASRec, `kang2018sasrec`). It does not look at times.
    ///
    /// @param inner width of the feed-forward network, a multiple of 16 in [16, 4096]
    record SelfAttention(int inner) implements SequenceLayer {
        /// @throws IllegalArgumentException when the width is out of range
        public SelfAttention {
            SequenceShape.requireMultiple("inner", inner, 16, 4_096);
        }
    }

    /// Attention by SiLU without a softmax, gated, with a bias for the distance of two events and one for the
    /// time between them, and no feed-forward network; normalised before (HSTU, `zhai2024hstu`).
    record GatedAttention() implements SequenceLayer {
        /// Number of classes of the time between two events: 0 for none, else 1 + ⌊log₂⌋, the last for all
        /// beyond.
        public static final int TIME_BUCKETS = 48;

        /// The class of so many units of time, which is at least 0.
        static int bucket(long elapsed) {
            return elapsed < 1 ? 0 : Math.min(TIME_BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(elapsed));
        }
    }
}
