package dev.palate.web.job;

import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.job.JobId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.memory.user.UserId;
import dev.palate.web.problem.ProblemException;
import java.time.Duration;

/// Begins erasures and waits a while for their receipts. What is erased is in no list from then on, also where the
/// receipt takes longer. Thread-safe.
public final class ErasureDesk {
    /// How long a request waits for the receipt.
    public static final Duration WAIT = Duration.ofSeconds(10);

    private final Erasure erasure;
    private final TieredMemories memories;

    /// With the erasure and the memories whose packs follow it at once.
    public ErasureDesk(Erasure erasure, TieredMemories memories) {
        this.erasure = erasure;
        this.memories = memories;
    }

    /// Erases the memory.
    ///
    /// @param atMost to wait for the receipt
    /// @throws ProblemException `not-found` when somebody else has meanwhile
    public ErasureState erase(Memory memory, Duration atMost) throws InterruptedException {
        JobId job;
        try {
            job = erasure.begin(memory.id())
                    .orElseThrow(() ->
                            ProblemException.notFound("memory", memory.id().value()));
        } finally {
            // Also after a failure: a write that timed out may still have been committed.
            memories.forgotten(memory.subject());
        }
        return await(job, atMost);
    }

    /// Erases all memories of the subject.
    public ErasureState eraseAll(Subject subject, Duration atMost) throws InterruptedException {
        return await(begin(subject), atMost);
    }

    /// As [#eraseAll], without waiting for the receipt.
    public JobId begin(Subject subject) {
        try {
            return erasure.begin(subject);
        } finally {
            memories.forgotten(subject);
        }
    }

    /// Erases the user.
    public ErasureState erase(UserId user, Duration atMost) throws InterruptedException {
        JobId job;
        try {
            job = erasure.begin(user);
        } finally {
            memories.forgotten(new Subject.OfUser(user));
        }
        return await(job, atMost);
    }

    /// Erases the conversation.
    ///
    /// @throws ProblemException `not-found` when somebody else has meanwhile
    public ErasureState erase(ConversationId conversation, Duration atMost) throws InterruptedException {
        JobId job = erasure.begin(conversation)
                .orElseThrow(() -> ProblemException.notFound("conversation", conversation.value()));
        return await(job, atMost);
    }

    private ErasureState await(JobId job, Duration atMost) throws InterruptedException {
        return erasure.await(job, atMost).orElseThrow();
    }
}
