package dev.palate.agent.llm.hosted;

import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelRole;
import dev.palate.agent.llm.TokenLedger;
import java.time.Instant;
import java.util.Optional;

/// What an operator sees of a hosted model. Holds no key and no text of anybody.
///
/// @param host and port
/// @param level in force
/// @param reason of its state, one line
/// @param breaker what it does with the next call
/// @param openUntil until when the breaker is open
/// @param failures within the breaker's window
/// @param opened how often the breaker opened
/// @param inFlight requests under way
/// @param counts since the start
/// @param today spent and allowed
/// @param problem the last failure
public record HostedStatus(
        ModelRole role,
        ModelId model,
        String provider,
        String host,
        ModelLevel level,
        String reason,
        CircuitBreaker.State breaker,
        Optional<Instant> openUntil,
        int failures,
        long opened,
        int inFlight,
        HostedCounts counts,
        TokenLedger.Page today,
        Optional<Problem> problem) {
    /// A failure.
    public record Problem(String message, Instant at) {}
}
