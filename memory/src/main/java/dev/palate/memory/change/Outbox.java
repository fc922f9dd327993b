package dev.palate.memory.change;

import java.time.Instant;
import java.util.List;

/// Notes written in the transaction of a write for what is to be done after it, such as propagation.
///
/// A note stays until [#done] or until the store's limit of notes pushes it out. Thread-safe.
public interface Outbox {
    /// One note.
    ///
    /// @param number its place in the order of notes
    /// @param topic `interaction` or `memory`
    /// @param subjectType `user` or `item`
    /// @param subjectId the id of the subject
    /// @param payloadId the id of the interaction or the memory
    record Note(long number, String topic, String subjectType, String subjectId, String payloadId, Instant at) {}

    /// Notes after the number given, in order, at most `limit`.
    List<Note> after(long number, int limit);

    /// Drops the notes up to and including the number given.
    ///
    /// @return how many
    int done(long upTo);

    /// How many notes wait.
    long count();
}
