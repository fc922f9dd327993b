package dev.palate.memory.erase;

import dev.palate.memory.Page;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.job.JobId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Forgets users and memories everywhere, each as a job of kind `erase` whose finished steps are recorded: what a crash
/// interrupts goes on at the next [#start]. Thread-safe.
public interface Erasure extends AutoCloseable {
    /// Removes the user with all interactions, memories, conversations, slates and user keys, asks every place
    /// again, and returns the receipt. Where a reader keeps the write-ahead log in use the receipt says so, and the
    /// background work does the rest.
    ErasureReceipt user(UserId user);

    /// As [#user], for one memory; absent when there is none of this id.
    Optional<ErasureReceipt> memory(MemoryId memory);

    /// Removes the user from the database; the rest follows in the background.
    ///
    /// @return the job, once the database has forgotten
    JobId begin(UserId user);

    /// As [#begin(UserId)], for one memory; absent when there is none of this id.
    Optional<JobId> begin(MemoryId memory);

    /// As [#user], for all memories of the subject and what gates refused of it; the subject itself, a user's
    /// conversations for one, stays.
    ErasureReceipt memories(Subject subject);

    /// As [#begin(UserId)], for all memories of the subject.
    JobId begin(Subject subject);

    /// As [#user], for a conversation with its messages and what gates refused of them. Memories made of them stay,
    /// with
    /// their quotes. Absent when there is none of this id.
    Optional<ErasureReceipt> conversation(ConversationId conversation);

    /// As [#begin(UserId)], for a conversation; absent when there is none of this id.
    Optional<JobId> begin(ConversationId conversation);

    /// A page of erasures, newest first.
    ///
    /// @param owner only those of what was this user's; null for all
    Page<ErasureState> page(@Nullable UserId owner, @Nullable String cursor, int limit);

    /// As [#state(JobId)]; absent, too, when it is of nothing that was the user's.
    Optional<ErasureState> state(JobId job, UserId owner);

    /// How far the job is.
    Optional<ErasureState> state(JobId job);

    /// The newest erasure of the user that has its receipt or is under way.
    Optional<ErasureState> latest(UserId user);

    /// Waits until the job has ended or the time is over.
    ///
    /// @return how far it is then; absent when there is no such job
    Optional<ErasureState> await(JobId job, Duration atMost) throws InterruptedException;

    /// How many are open, and how long those took that ended here.
    ErasureCounts counts();

    /// Begins the background work, with what an earlier process left; once.
    void start();

    /// Ends the background work after the step it is at.
    @Override
    void close();
}
