package dev.palate.memory.tier;

import dev.palate.memory.index.VectorFormat;
import java.util.List;

/// What all tiers did since the start, and how well the index finds.
///
/// @param format how the index keeps vectors
/// @param recall by the graph, looked at now and then
public record TierReport(TierStats hot, TierStats warm, TierStats cold, VectorFormat format, Recalled recall) {
    /// Searches of all subjects that were repeated by comparing with a sample of the vectors.
    ///
    /// @param searches of that kind so far
    /// @param probes of them repeated
    /// @param formats those that some of the best ten stood in, in their order
    public record Recalled(long searches, long probes, List<OfFormat> formats) {
        public Recalled {
            formats = List.copyOf(formats);
        }

        /// recall@10 as far as the sample tells, in [0, 1]; 1 before the first probe.
        public double recall() {
            return share(
                    formats.stream().mapToDouble(OfFormat::found).sum(),
                    formats.stream().mapToDouble(OfFormat::missed).sum());
        }

        /// As above, of the format alone.
        public double recall(VectorFormat format) {
            return formats.stream()
                    .filter(one -> one.format() == format)
                    .findFirst()
                    .map(OfFormat::recall)
                    .orElse(1.0);
        }
    }

    /// Of the segments of one format.
    ///
    /// @param probes in which some of the best ten stood in it
    /// @param found of the best ten that the sample allows to tell
    /// @param missed better ones in the sample that a search had not found, counted for what they stand for
    public record OfFormat(VectorFormat format, long probes, double found, double missed) {
        /// recall@10 as far as the sample tells, in [0, 1].
        public double recall() {
            return share(found, missed);
        }
    }

    private static double share(double found, double missed) {
        return found + missed == 0 ? 1 : found / (found + missed);
    }
}
