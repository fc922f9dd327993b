package dev.palate.web.admin;

import dev.palate.agent.llm.TokenLedger;
import dev.palate.agent.llm.hosted.CircuitBreaker;
import dev.palate.agent.llm.hosted.HostedStatus;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The hosted models as the operator's page draws them. Thread-safe.
final class HostedCards {
    private final Supplier<List<HostedStatus>> statuses;

    HostedCards(Supplier<List<HostedStatus>> statuses) {
        this.statuses = statuses;
    }

    /// A hosted model as drawn.
    ///
    /// @param resting true while it is not asked
    public record HostedCard(
            String role,
            String model,
            String level,
            String breaker,
            boolean resting,
            String state,
            String requests,
            String money,
            String tokens,
            @Nullable String problem) {}

    /// All of them now.
    List<HostedCard> now() {
        return statuses.get().stream().map(HostedCards::card).toList();
    }

    private static HostedCard card(HostedStatus status) {
        TokenLedger.Entry sum = status.today().sum();
        TokenLedger.Budget budget = status.today().budget();
        return new HostedCard(
                status.role().key(),
                status.model().value(),
                status.level().name(),
                breaker(status),
                status.breaker() != CircuitBreaker.State.CLOSED,
                status.reason(),
                String.format(
                        Locale.ROOT,
                        "%,d requests, %,d of them further tries, %,d held back",
                        status.counts().requests(),
                        status.counts().retries(),
                        status.counts().held()),
                "spent today: " + TokenLedger.money(sum.micros())
                        + (budget.micros() == Long.MAX_VALUE ? "" : " of " + TokenLedger.money(budget.micros())),
                String.format(Locale.ROOT, "%,d", sum.usage().total())
                        + (budget.tokens() == Long.MAX_VALUE
                                ? " tokens"
                                : String.format(Locale.ROOT, " of %,d tokens", budget.tokens())),
                status.problem()
                        .map(problem -> problem.message() + " (" + problem.at() + ")")
                        .orElse(null));
    }

    private static String breaker(HostedStatus status) {
        return switch (status.breaker()) {
            case CLOSED -> "breaker closed";
            case HALF_OPEN -> "breaker half open";
            case OPEN ->
                "breaker open"
                        + status.openUntil().map(until -> " until " + until).orElse("");
        };
    }
}
