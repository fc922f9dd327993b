package dev.palate.memory.index;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.FilterMergePolicy;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;

/// Merges as the policy it wraps, but a forced merge rewrites, one by one, every segment that is not in the format in
/// force, and leaves the others alone.
final class RewritePolicy extends FilterMergePolicy {
    private final VectorFormat format;

    RewritePolicy(MergePolicy wrapped, VectorFormat format) {
        super(wrapped);
        this.format = format;
    }

    @Override
    @SuppressWarnings("NullAway") // Lucene's word for nothing to merge is null.
    public MergeSpecification findForcedMerges(
            SegmentInfos segments, int most, Map<SegmentCommitInfo, Boolean> toMerge, MergeContext context)
            throws IOException {
        MergeSpecification found = new MergeSpecification();
        for (SegmentCommitInfo segment : segments) {
            if (!VectorFormats.written(segment.info, format)
                    && !context.getMergingSegments().contains(segment)) {
                found.add(new OneMerge(List.of(segment)));
            }
        }
        return found.merges.isEmpty() ? null : found;
    }
}
