package dev.palate.agent.llm;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A moment by which an answer is due. Thread-safe.
///
/// @param at the moment
/// @param clock which clock tells
public record Deadline(Instant at, InstantSource clock) {
    /// Longest wait that any caller may ask for.
    public static final Duration LONGEST = Duration.ofMinutes(10);

    /// A deadline that far from now; longer than [#LONGEST] counts as [#LONGEST], below zero as zero.
    public static Deadline after(Duration timeout, InstantSource clock) {
        Duration bounded = timeout.isNegative() ? Duration.ZERO : timeout;
        return new Deadline(clock.instant().plus(bounded.compareTo(LONGEST) > 0 ? LONGEST : bounded), clock);
    }

    /// Time left, never below zero.
    public Duration remaining() {
        Duration left = Duration.between(clock.instant(), at);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /// Whether no time is left.
    public boolean expired() {
        return remaining().isZero();
    }
}
