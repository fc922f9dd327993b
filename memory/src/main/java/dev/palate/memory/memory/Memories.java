package dev.palate.memory.memory;

import dev.palate.memory.Page;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The memories, as the truth has them. Thread-safe; a write returns once it is on disk.
public interface Memories {
    /// The most that [#states] gives.
    int MAX_STATES = 5_000;
    /// The most that [#active] gives: as many of a subject as stay warm.
    int MAX_ACTIVE = 400;
    /// The most that [#standing] gives, beyond all that a subject may have.
    int MAX_STANDING = 5_000;

    /// The cause of the revision by which a memory expires.
    String ENDED = "past its time";

    /// One memory to be written.
    ///
    /// @param memory its new state; its `revision` is the revision it was read at, 0 for a new one
    /// @param actor who writes
    /// @param cause why
    record Write(Memory memory, Actor actor, String cause) {}

    /// Writes all or none, each as a new revision, in one commit. More than eight go behind the
    /// interactive writes that wait, but hold up those that come while they are written, about a third of
    /// a millisecond each: [#putEach] does not.
    ///
    /// @return the memories with their new revisions, in order
    /// @throws dev.palate.memory.MemoryException `REVISION_CONFLICT` when a stored revision is not the one
    ///     given, `LOCKED` when a locked memory is changed by other than an operator, `NOT_FOUND` when the user
    ///     it is about is not there: a write that comes late does not make an erased user again
    List<Memory> put(List<Write> writes);

    /// Writes each by itself, a long list as bulk work behind the writes of people: one whose stored revision
    /// is not the one given, that is locked against the actor, that is about a user who is not there, or that
    /// rests on a memory that is gone, is left out.
    ///
    /// @return those that were written, with their new revisions, in order
    List<Memory> putEach(List<Write> writes);

    /// The memory, whatever its status.
    Optional<Memory> memory(MemoryId id);

    /// Those of the memories that are there, whatever their status, read in one go.
    default Map<MemoryId, Memory> memories(Collection<MemoryId> ids) {
        return memories(ids, null);
    }

    /// As above, as they were known at a time; those not yet written by then are left out.
    ///
    /// @param knownAt absent for as they are
    Map<MemoryId, Memory> memories(Collection<MemoryId> ids, @Nullable Instant knownAt);

    /// The active memories of a subject, oldest first, at most [#MAX_ACTIVE]: rules and the profile before others,
    /// those that are not cold before the cold ones, newer before older.
    List<Memory> active(Subject subject);

    /// All active memories of a subject, cold ones and those beyond [#MAX_ACTIVE] too, oldest first.
    List<Memory> standing(Subject subject);

    /// A page, newest change first. One that is past its end counts as expired, also while nothing has said so.
    Page<Memory> page(MemoryFilter filter, @Nullable String cursor, int limit);

    /// The memory as it was known at a time; absent when it was not yet written, or is forgotten.
    Optional<Memory> memory(MemoryId id, Instant knownAt);

    /// All memories of a subject, of every status, as they were known at a time, or as they are; newest change first,
    /// at
    /// most [#MAX_STATES].
    List<Memory> states(Subject subject, @Nullable Instant knownAt);

    /// As [#states], all of them, one by one.
    ///
    /// @param consumer called while the database is read, so it asks nothing of it
    void scan(Subject subject, @Nullable Instant knownAt, Consumer<Memory> consumer);

    /// All revisions, oldest first; empty when there is no such memory.
    List<Revision> history(MemoryId id);

    /// Deletes the memory and all its revisions for good.
    ///
    /// @return false when there was none
    boolean forget(MemoryId id);

    /// Sets those that are active and past their end to [MemoryStatus#EXPIRED], the earliest end first, each a
    /// revision of `system` with the cause [#ENDED]; locked ones too, since their end is no edit. A long list is
    /// bulk work behind the writes of people; what a failure leaves is found by the next call.
    ///
    /// @param most 1 to 2,000
    /// @return those that were set, with their new revisions
    List<Memory> expire(Instant now, int most);

    /// How many memories are active.
    long count();

    /// How many memories of the subject were first written after the time, whatever became of them since; what
    /// was forgotten does not count.
    long writtenSince(Subject subject, Instant time);

    /// How many memories of the same subject were first written before this one and after the time: earlier, or by the
    /// same call and with a smaller id, since ids are made in order.
    long writtenBefore(Memory memory, Instant time);
}
