package dev.palate.memory.index;

import dev.palate.memory.Milestone;
import java.io.IOException;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.MergePolicy;

/// Merges in threads of their own, as Lucene does, and says so.
final class SaidMerges extends ConcurrentMergeScheduler {
    @Override
    protected void doMerge(MergeSource source, MergePolicy.OneMerge merge) throws IOException {
        Milestone.SEGMENTS_MERGING.reached();
        super.doMerge(source, merge);
        Milestone.SEGMENTS_MERGED.reached();
    }
}
