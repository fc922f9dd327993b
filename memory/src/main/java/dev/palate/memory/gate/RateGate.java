package dev.palate.memory.gate;

import java.time.Duration;
import java.time.Instant;

/// A subject that gains memories faster than a person talks is held back for an operator to look at; what is
/// held back has a bound of its own. What was superseded or held back within the hour counts, too: a slot that
/// flips all the time leaves one active memory and many closed ones.
final class RateGate implements WriteGate {
    private static final Duration WINDOW = Duration.ofHours(1);
    private static final int MOST_HELD = 100;

    private final int most;

    RateGate(int most) {
        this.most = most;
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        Instant since = context.now().minus(WINDOW);
        if (context.writtenSince().applyAsLong(since) < most) {
            return new Verdict.Accept();
        }
        return context.quarantined().getAsLong() >= MOST_HELD
                ? new Verdict.Reject("rate")
                : new Verdict.Quarantine("rate");
    }
}
