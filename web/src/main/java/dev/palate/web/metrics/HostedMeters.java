package dev.palate.web.metrics;

import dev.palate.agent.llm.TokenLedger;
import dev.palate.agent.llm.hosted.CircuitBreaker;
import dev.palate.agent.llm.hosted.HostedStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// Meters of the hosted models, by role; none where there are none. Thread-safe.
public final class HostedMeters implements MeterBinder {
    private static final double MICROS = 1e6;

    private final Supplier<List<HostedStatus>> statuses;

    /// Over what they do now.
    public HostedMeters(Supplier<List<HostedStatus>> statuses) {
        this.statuses = statuses;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Meters meters = new Meters(registry, this);
        for (HostedStatus known : statuses.get()) {
            new OfRole(meters, known.role().key()).bind(known);
        }
    }

    private final class OfRole {
        private final Meters meters;
        private final String role;

        OfRole(Meters meters, String role) {
            this.meters = meters;
            this.role = role;
        }

        private double now(ToDoubleFunction<HostedStatus> value) {
            return statuses.get().stream()
                    .filter(status -> status.role().key().equals(role))
                    .mapToDouble(value)
                    .findFirst()
                    .orElse(0);
        }

        void bind(HostedStatus known) {
            for (CircuitBreaker.State state : CircuitBreaker.State.values()) {
                meters.gauge(
                        "palate.hosted.breaker",
                        "1 for what the circuit breaker does with the next call",
                        () -> now(status -> status.breaker() == state ? 1 : 0),
                        "role",
                        role,
                        "state",
                        state.name().toLowerCase(Locale.ROOT));
            }
            gauge(
                    "palate.hosted.level",
                    "The level in force, 0 to 3",
                    status -> status.level().ordinal());
            gauge("palate.hosted.in.flight", "Requests under way", HostedStatus::inFlight);
            gauge(
                    "palate.hosted.spent.today",
                    "Money taken today (UTC)",
                    status -> status.today().sum().micros() / MICROS);
            gauge(
                    "palate.hosted.tokens.today",
                    "Tokens taken today (UTC)",
                    status -> status.today().tokens());
            gauge(
                    "palate.hosted.refused.today",
                    "Calls that the budget refused today",
                    status -> status.today().sum().refused());
            counter("palate.hosted.breaker.opened", "How often the breaker opened", HostedStatus::opened);
            counter(
                    "palate.hosted.requests",
                    "Requests sent, tries included",
                    status -> status.counts().requests());
            counter(
                    "palate.hosted.retries",
                    "Requests that were a further try",
                    status -> status.counts().retries());
            counter(
                    "palate.hosted.held",
                    "Calls not made because the breaker was open",
                    status -> status.counts().held());
            counter(
                    "palate.hosted.misfits",
                    "Answers that did not fit their shape",
                    status -> status.counts().misfits());
            for (String kind : known.counts().failed().keySet()) {
                meters.counter(
                        "palate.hosted.failures",
                        "Requests that failed, by what happened",
                        () -> now(status -> Optional.ofNullable(
                                        status.counts().failed().get(kind))
                                .orElse(0L)),
                        "role",
                        role,
                        "kind",
                        kind);
            }
            for (TokenLedger.Purpose purpose : TokenLedger.Purpose.values()) {
                meters.gauge(
                        "palate.hosted.calls.today",
                        "Calls of today (UTC) by purpose",
                        () -> now(status -> status.today()
                                .entries()
                                .getOrDefault(purpose, TokenLedger.Entry.NONE)
                                .calls()),
                        "role",
                        role,
                        "purpose",
                        purpose.name().toLowerCase(Locale.ROOT));
            }
        }

        private void gauge(String name, String description, ToDoubleFunction<HostedStatus> value) {
            meters.gauge(name, description, () -> now(value), "role", role);
        }

        private void counter(String name, String description, ToDoubleFunction<HostedStatus> value) {
            meters.counter(name, description, () -> now(value), "role", role);
        }
    }
}
