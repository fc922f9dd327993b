package dev.palate.agent.llm.hosted;

import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelRole;
import dev.palate.agent.llm.TokenLedger;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/// Settings for tests: patient, as machines that build are slow; with prices, at T3 without a self-test.
public final class HostedFixture {
    public static final HostedSettings.Times TIMES =
            new HostedSettings.Times(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60));
    public static final HostedSettings.Retries RETRIES =
            new HostedSettings.Retries(2, Duration.ofMillis(20), Duration.ofSeconds(2));
    public static final TokenLedger.Prices PRICES = new TokenLedger.Prices(2, 0.5, 8);
    public static final TokenLedger.Budget BUDGET = new TokenLedger.Budget(1_000_000, 5_000_000);

    private HostedFixture() {}

    public static HostedSettings settings(String provider, URI url) {
        return new HostedSettings(
                ModelRole.RANKING,
                provider,
                url,
                new ModelId("big-model"),
                key("sk-very-secret-123"),
                TIMES,
                RETRIES,
                CircuitBreaker.Settings.DEFAULT,
                HostedSettings.Flow.DEFAULT,
                PRICES,
                BUDGET,
                HostedSettings.Sampling.GREEDY,
                Optional.of(ModelLevel.T3),
                7);
    }

    public static ApiKey key(String text) {
        return ApiKey.read("KEY", null, Map.of("KEY", text));
    }

    public static HostedSettings with(HostedSettings old, HostedSettings.Times times) {
        return new HostedSettings(
                old.role(),
                old.provider(),
                old.url(),
                old.model(),
                old.key(),
                times,
                old.retries(),
                old.breaker(),
                old.flow(),
                old.prices(),
                old.budget(),
                old.sampling(),
                old.forcedLevel(),
                old.seed());
    }

    public static HostedSettings with(HostedSettings old, HostedSettings.Retries retries) {
        return new HostedSettings(
                old.role(),
                old.provider(),
                old.url(),
                old.model(),
                old.key(),
                old.times(),
                retries,
                old.breaker(),
                old.flow(),
                old.prices(),
                old.budget(),
                old.sampling(),
                old.forcedLevel(),
                old.seed());
    }

    public static HostedSettings with(HostedSettings old, HostedSettings.Flow flow) {
        return new HostedSettings(
                old.role(),
                old.provider(),
                old.url(),
                old.model(),
                old.key(),
                old.times(),
                old.retries(),
                old.breaker(),
                flow,
                old.prices(),
                old.budget(),
                old.sampling(),
                old.forcedLevel(),
                old.seed());
    }

    public static HostedSettings with(HostedSettings old, TokenLedger.Budget budget) {
        return new HostedSettings(
                old.role(),
                old.provider(),
                old.url(),
                old.model(),
                old.key(),
                old.times(),
                old.retries(),
                old.breaker(),
                old.flow(),
                old.prices(),
                budget,
                old.sampling(),
                old.forcedLevel(),
                old.seed());
    }

    /// With a breaker that opens after so many failures.
    public static HostedSettings with(HostedSettings old, int failures) {
        return new HostedSettings(
                old.role(),
                old.provider(),
                old.url(),
                old.model(),
                old.key(),
                old.times(),
                old.retries(),
                new CircuitBreaker.Settings(
                        failures, old.breaker().window(), old.breaker().open()),
                old.flow(),
                old.prices(),
                old.budget(),
                old.sampling(),
                old.forcedLevel(),
                old.seed());
    }

    public static HostedSettings tested(HostedSettings old) {
        return new HostedSettings(
                old.role(),
                old.provider(),
                old.url(),
                old.model(),
                old.key(),
                old.times(),
                old.retries(),
                old.breaker(),
                old.flow(),
                old.prices(),
                old.budget(),
                old.sampling(),
                Optional.empty(),
                old.seed());
    }

    public static HostedModel start(HostedSettings settings, InstantSource clock) {
        return HostedModel.start(
                settings, new TokenLedger(settings.budget(), settings.prices(), clock, TokenLedger.Book.NONE), clock);
    }
}
