package dev.palate.retrieval.candidate;

import java.util.Optional;

/// Finds candidates and scores all items by one kind of evidence. Thread-safe.
///
/// A source may be slow or fail: it runs on a thread of its own under the request's deadline, and a request goes on
/// without it. It should end soon after its thread is interrupted.
public interface CandidateSource {
    /// The signal it gives, in lower case, such as `cf` or `recent_short`.
    String signal();

    /// True when the answer to this wish waits for nothing and costs no more than a few passes over the items, so
    /// that a thread of its own would cost more than it saves. Asked on the thread of the request: a cheap look
    /// at the wish and at what is ready, which waits for nothing, makes nothing and never throws.
    default boolean prompt(Wish wish) {
        return false;
    }

    /// True when the answer to this wish takes passes over the items and nothing else: it waits for nothing, and makes
    /// nothing but what is kept with the user's history. Then the thread of the request may make it, which nobody
    /// interrupts at the deadline.
    default boolean computes(Wish wish) {
        return false;
    }

    /// Of sources on threads of their own those that cost more begin earlier, so that no core waits in the end for one
    /// that began last. An order, no measure: 0 for what is quick or seldom asked.
    default int cost() {
        return 0;
    }

    /// Empty when the source has nothing to say to this wish; that is no failure.
    Optional<Scored> score(Wish wish);
}
