package dev.palate.memory.dataset;

import dev.palate.memory.Require;
import dev.palate.memory.job.JobId;

/// How far an import has come that is not yet done.
///
/// @param source the format and the places of the files
/// @param fingerprint of what stands in the files and of how they are read
/// @param job that did it
/// @param phase that is under way
/// @param rows how many rows of this phase the reader had handed over, good or not, when all of them that are good were
///     on disk
public record ImportPosition(String source, String fingerprint, JobId job, DatasetImport.Phase phase, long rows) {
    public ImportPosition {
        Require.range("rows", rows, 0, Long.MAX_VALUE);
    }
}
