package dev.palate.memory.gate;

import java.time.Duration;
import java.time.Instant;

/// A subject that gains memories faster than a person talks is held back for an operator to look at; what is held back
/// has a bound of its own.
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
        long recent = context.active().stream()
                .filter(memory -> memory.createdAt().isAfter(since))
                .count();
        if (recent < most) {
            return new Verdict.Accept();
        }
        return context.quarantined().getAsLong() >= MOST_HELD
                ? new Verdict.Reject("rate")
                : new Verdict.Quarantine("rate");
    }
}
