package dev.palate.web;

import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelRole;
import dev.palate.agent.llm.TokenLedger;
import dev.palate.agent.llm.hosted.ApiKey;
import dev.palate.agent.llm.hosted.CircuitBreaker;
import dev.palate.agent.llm.hosted.HostedSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// A hosted model of one role, under `palate.llm.ranking.` or `palate.llm.memory.`; see [HostedSettings] for ranges.
///
/// @param url base address, such as `https://HOST/v1`
/// @param model as the provider calls it
/// @param provider `openai`, `ollama`, or another on the class path
/// @param keyEnv environment variable that holds the key
/// @param keyFile file that holds it
/// @param connect until there is a connection
/// @param firstWord until the first piece of words
/// @param timeout of a call, tries included
/// @param inFlight calls at a time
/// @param waiting for a place
/// @param answerBytes of one answer
/// @param temperature sent, -1 for none
/// @param newerLimit bounds answers by `max_completion_tokens`
/// @param level in force without a self-test
/// @param retry after failures
/// @param breaker of the circuit
/// @param price of a million tokens
/// @param daily budget
public record HostedProperties(
        @DefaultValue("") String url,
        @DefaultValue("") String model,
        @DefaultValue("openai") String provider,
        @Nullable String keyEnv,
        @Nullable Path keyFile,
        @DefaultValue("3s") Duration connect,
        @DefaultValue("3500ms") Duration firstWord,
        @DefaultValue("30s") Duration timeout,
        @DefaultValue("8") int inFlight,
        @DefaultValue("32") int waiting,
        @DefaultValue("1048576") int answerBytes,
        @DefaultValue("0") double temperature,
        @DefaultValue("false") boolean newerLimit,
        @Nullable ModelLevel level,
        @DefaultValue Retry retry,
        @DefaultValue Breaker breaker,
        @DefaultValue Price price,
        @DefaultValue Daily daily) {
    private static final double MICROS = 1e6;

    /// Trying again.
    public record Retry(
            @DefaultValue("2") int most,
            @DefaultValue("300ms") Duration first,
            @DefaultValue("5s") Duration longest) {}

    /// The circuit breaker.
    public record Breaker(
            @DefaultValue("5") int failures,
            @DefaultValue("1m") Duration window,
            @DefaultValue("30s") Duration open) {}

    /// Of a million tokens, in any unit of money.
    ///
    /// @param cached as `prompt` when absent
    public record Price(
            @DefaultValue("0") double prompt,
            @Nullable Double cached,
            @DefaultValue("0") double completion) {}

    /// What may be taken on a day (UTC); -1 for no bound.
    public record Daily(
            @DefaultValue("-1") double money,
            @DefaultValue("2000000") long tokens) {}

    /// Whether the role has a hosted model.
    public boolean configured() {
        return !url.isBlank() || !model.isBlank();
    }

    /// The settings they make.
    ///
    /// @param environment variables, for the key
    /// @throws IllegalArgumentException naming the role's settings and what is wrong with them, never with the key
    public HostedSettings settings(ModelRole role, Map<String, String> environment) {
        String prefix = "palate.llm." + role.key();
        if (url.isBlank() || model.isBlank()) {
            throw new IllegalArgumentException(
                    prefix + " needs both url and model; url was '" + url + "', model '" + model + "'");
        }
        try {
            return new HostedSettings(
                    role,
                    provider,
                    URI.create(url),
                    new ModelId(model),
                    ApiKey.read(keyEnv, keyFile, environment),
                    new HostedSettings.Times(connect, firstWord, timeout),
                    new HostedSettings.Retries(retry.most(), retry.first(), retry.longest()),
                    new CircuitBreaker.Settings(breaker.failures(), breaker.window(), breaker.open()),
                    new HostedSettings.Flow(inFlight, waiting, answerBytes),
                    new TokenLedger.Prices(
                            price.prompt(),
                            Optional.ofNullable(price.cached()).orElse(price.prompt()),
                            price.completion()),
                    budget(),
                    new HostedSettings.Sampling(
                            temperature < 0 ? Optional.empty() : Optional.of(temperature), newerLimit),
                    Optional.ofNullable(level),
                    role.ordinal());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(prefix + ": " + e.getMessage(), e);
        }
    }

    private TokenLedger.Budget budget() {
        if (daily.money() > 1e9) {
            throw new IllegalArgumentException("daily.money must be at most 1e9, was " + daily.money());
        }
        return new TokenLedger.Budget(
                daily.tokens() < 0 ? Long.MAX_VALUE : daily.tokens(),
                daily.money() < 0 ? Long.MAX_VALUE : Math.round(daily.money() * MICROS));
    }
}
