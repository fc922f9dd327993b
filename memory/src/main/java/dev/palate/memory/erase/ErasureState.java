package dev.palate.memory.erase;

import dev.palate.memory.job.JobId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far an erasure is.
///
/// @param subjectType `user`, `memory`, or `memories` for all of a subject, `conversation`
/// @param begun when the database forgot
/// @param steps the names of those finished, in order
/// @param receipt once every place was asked again
/// @param ended true when nothing is left to do
public record ErasureState(
        JobId job,
        String subjectType,
        Instant begun,
        List<String> steps,
        @Nullable ErasureReceipt receipt,
        boolean ended) {
    public ErasureState {
        steps = List.copyOf(steps);
    }
}
