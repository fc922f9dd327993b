package dev.palate.memory.trace;

import dev.palate.memory.memory.MemoryId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A turn, step by step. Memories stand in it by id and revision, as `"m1@3"`, never by their words; what was said
/// stands in the conversation, and only what the rules made of it stands here.
///
/// @param read the memories that it worked with
/// @param written the memories that its message made or strengthened
/// @param redacted how many of the memories that it worked with were erased since; then its steps say nothing but their
///     names and times, since what a memory said stands in constraints and reasons too
public record TurnTrace(
        TraceHead head, List<TraceStep> steps, Set<MemoryId> read, Set<MemoryId> written, int redacted) {
    /// The most characters of all steps together; what comes after is left out and says so.
    public static final int MOST = 65_536;

    /// The most steps.
    public static final int MOST_STEPS = 40;

    public TurnTrace {
        List<TraceStep> kept = new ArrayList<>();
        int length = 0;
        for (TraceStep step : steps.subList(0, Math.min(steps.size(), MOST_STEPS))) {
            boolean fits = length + step.length() <= MOST;
            kept.add(fits ? step : step.emptied());
            length += fits ? step.length() : 0;
        }
        steps = List.copyOf(kept);
        read = Set.copyOf(read);
        written = Set.copyOf(written);
    }

    /// The trace once memories that it worked with were erased.
    public TurnTrace redacted(int erased) {
        return new TurnTrace(
                head, steps.stream().map(TraceStep::redacted).toList(), Set.of(), written, redacted + erased);
    }

    /// How many characters its steps take.
    public int length() {
        return steps.stream().mapToInt(TraceStep::length).sum();
    }

    /// True when something of it was too long to keep.
    public boolean cut() {
        return steps.stream().anyMatch(TraceStep::cut);
    }
}
