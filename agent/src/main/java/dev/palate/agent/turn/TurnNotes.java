package dev.palate.agent.turn;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.TurnTrace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/// Notes a turn's steps as they are made. What is noted never changes, and is put into words later, on the thread of
/// the recorder; a note costs an object. Used by the thread of one turn.
final class TurnNotes {
    private final boolean kept;
    private final long start = System.nanoTime();
    private final List<Note> notes = new ArrayList<>();
    private final Set<MemoryId> read = new HashSet<>();
    private final Set<MemoryId> written = new HashSet<>();

    private record Note(String name, long from, long nanos, Supplier<ObjectNode> input, Supplier<ObjectNode> output) {}

    /// @param kept false when nobody wants them
    TurnNotes(boolean kept) {
        this.kept = kept;
    }

    boolean kept() {
        return kept;
    }

    /// A step that ends now.
    ///
    /// @param from of [System#nanoTime], when it began
    void step(String name, long from, Supplier<ObjectNode> input, Supplier<ObjectNode> output) {
        step(name, from, System.nanoTime() - from, input, output);
    }

    void step(String name, long from, long nanos, Supplier<ObjectNode> input, Supplier<ObjectNode> output) {
        if (kept && notes.size() < TurnTrace.MOST_STEPS) {
            notes.add(new Note(name, from - start, nanos, input, output));
        }
    }

    /// The turn worked with these memories.
    void read(List<Memory> memories) {
        if (kept) {
            memories.forEach(memory -> read.add(memory.id()));
        }
    }

    /// The message made or strengthened this memory.
    void written(MemoryId memory) {
        if (kept) {
            written.add(memory);
        }
    }

    /// Microseconds since the turn began.
    long micros() {
        return (System.nanoTime() - start) / 1_000;
    }

    /// The trace, to be made later; no more may be noted.
    Supplier<TurnTrace> trace(TraceHead head) {
        List<Note> all = List.copyOf(notes);
        Set<MemoryId> used = Set.copyOf(read);
        Set<MemoryId> made = Set.copyOf(written);
        return () -> new TurnTrace(head, all.stream().map(TurnNotes::step).toList(), used, made, 0);
    }

    private static TraceStep step(Note note) {
        return new TraceStep(
                note.name,
                note.from / 1_000,
                note.nanos / 1_000,
                note.input.get().toString(),
                note.output.get().toString(),
                false);
    }
}
