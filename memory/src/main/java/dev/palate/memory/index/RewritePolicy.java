package dev.palate.memory.index;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.lucene.index.FilterMergePolicy;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;

/// Merges as the policy it wraps. A forced merge rewrites, one by one, every segment that is not in the format in
/// force,
/// and leaves the others alone; while settling it makes one segment of all, as fewer graphs are searched faster.
final class RewritePolicy extends FilterMergePolicy {
    private final VectorFormat format;
    private final Queue<OneMerge> merges = new ConcurrentLinkedQueue<>();
    private volatile boolean settling;

    RewritePolicy(MergePolicy wrapped, VectorFormat format) {
        super(wrapped);
        this.format = format;
    }

    /// Forced merges make one segment of all from now on, or do not.
    void settling(boolean value) {
        settling = value;
        merges.clear();
    }

    /// Ends what forced merges are at, as soon as they notice.
    void abort() {
        settling = false;
        merges.forEach(OneMerge::setAborted);
    }

    @Override
    @SuppressWarnings("NullAway") // Lucene's word for nothing to merge is null.
    public MergeSpecification findForcedMerges(
            SegmentInfos segments, int most, Map<SegmentCommitInfo, Boolean> toMerge, MergeContext context)
            throws IOException {
        if (settling) {
            MergeSpecification found = in.findForcedMerges(segments, most, toMerge, context);
            if (found != null) {
                merges.addAll(found.merges);
            }
            return found;
        }
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
