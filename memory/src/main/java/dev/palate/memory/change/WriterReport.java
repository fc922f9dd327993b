package dev.palate.memory.change;

/// What the one writer of the truth did since it was opened.
///
/// @param commits groups of writes that were committed, those without one left out
/// @param writes in them, chunks of bulk work counted as one each; writes by commits is the size of a group
/// @param failed groups that were rolled back
/// @param waiting writes now
/// @param commitSeconds the commits took in all, the sync of the disk included
/// @param commitP50Micros half of the commits took at most, to within a fifth
/// @param commitP99Micros 99 of 100 commits took at most, to within a fifth
public record WriterReport(
        long commits,
        long writes,
        long failed,
        int waiting,
        double commitSeconds,
        double commitP50Micros,
        double commitP99Micros) {}
