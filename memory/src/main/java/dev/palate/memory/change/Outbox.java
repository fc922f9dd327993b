package dev.palate.memory.change;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Notes written in the transaction of a write for what is to be done after it, and up to where each consumer has done
/// it.
///
/// A note stays until every consumer known here has applied it, or until the store's limit of notes pushes it out.
/// Thread-safe.
public interface Outbox {
    /// One note. What is not said is empty.
    ///
    /// @param number its place in the order of notes; numbers have gaps
    /// @param topic `interaction` (a user has a new one), `memory` (one of a subject was written, or erased where
    ///     no id is given), `item` (of the catalog, changed or deleted), `opinion` (who likes an item is to be
    ///     counted again, by the value of a slot `title`; that of every item when it is empty)
    /// @param subjectType `user` or `item`
    /// @param subjectId the id of the subject
    /// @param payloadId the id of the interaction or the memory
    record Note(long number, String topic, String subjectType, String subjectId, String payloadId, Instant at) {}

    /// How far a consumer has come.
    ///
    /// @param epoch of the database then
    /// @param number of the last note applied
    record Position(long epoch, long number) {}

    /// Notes after the number given, in order, at most `limit`.
    List<Note> after(long number, int limit);

    /// The newest number handed out; a note written later has a higher one.
    long latest();

    /// The oldest note still kept is after this; a consumer behind it must begin anew.
    long horizon();

    /// Up to where the consumer has come, absent when it is not known here.
    Optional<Position> position(String consumer);

    /// Records that the consumer has applied every note up to the position, and drops the notes that no consumer known
    /// here needs any more.
    ///
    /// @return how many were dropped
    int applied(String consumer, Position position);

    /// Forgets a consumer that is switched off, so that no note waits for it; it begins anew if it comes back.
    void forget(String consumer);

    /// How many notes there are after the number given.
    long countAfter(long number);

    /// How many notes wait.
    long count();
}
