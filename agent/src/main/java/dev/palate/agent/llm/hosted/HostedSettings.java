package dev.palate.agent.llm.hosted;

import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelRole;
import dev.palate.agent.llm.TokenLedger;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// How a hosted model is reached and what it may take.
///
/// @param role it is for
/// @param provider name of a [ModelProvider]
/// @param url base address, `http` or `https`; a key goes over plain `http` to this machine only
/// @param model as the provider calls it
/// @param key of the customer
/// @param times how long it is waited for
/// @param retries of what may be tried again
/// @param breaker when it is not asked for a while
/// @param flow how many calls at a time
/// @param prices of tokens
/// @param budget of a day
/// @param sampling parameters of requests
/// @param forcedLevel level in force without a self-test
/// @param seed of the jitter of retries
public record HostedSettings(
        ModelRole role,
        String provider,
        URI url,
        ModelId model,
        ApiKey key,
        Times times,
        Retries retries,
        CircuitBreaker.Settings breaker,
        Flow flow,
        TokenLedger.Prices prices,
        TokenLedger.Budget budget,
        Sampling sampling,
        Optional<ModelLevel> forcedLevel,
        long seed) {
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    /// How long a call may take, whatever its caller would wait.
    ///
    /// @param connect until there is a connection, 10 ms to 1 minute
    /// @param firstWord until the first piece of words has come, 10 ms to 5 minutes; a structured answer that was
    ///     waited for so long in vain counts as a failure of the endpoint
    /// @param call in all, tries and waits between them included, 10 ms to 10 minutes
    public record Times(Duration connect, Duration firstWord, Duration call) {
        /// 3 s to connect, 3.5 s to the first word (less than a turn waits, so that slowness is noticed here), 30 s.
        public static final Times DEFAULT =
                new Times(Duration.ofSeconds(3), Duration.ofMillis(3_500), Duration.ofSeconds(30));

        /// @throws IllegalArgumentException outside the ranges
        public Times {
            range("connect", connect.toMillis(), 10, 60_000);
            range("first-word", firstWord.toMillis(), 10, 300_000);
            range("timeout", call.toMillis(), 10, 600_000);
        }
    }

    /// Trying again after 429, 5xx and a refused connection: never after words came.
    ///
    /// @param most tries after the first, 0 to 10
    /// @param first pause before the first of them, doubled for each further one; each is drawn from half of
    ///     that to
    ///     all of it; 1 ms to 1 minute
    /// @param longest pause, also the longest `Retry-After` that is waited for; up to 5 minutes
    public record Retries(int most, Duration first, Duration longest) {
        /// 2 more tries, after about .3 s and .6 s.
        public static final Retries DEFAULT = new Retries(2, Duration.ofMillis(300), Duration.ofSeconds(5));

        /// @throws IllegalArgumentException outside the ranges
        public Retries {
            range("retries", most, 0, 10);
            range("first-pause", first.toMillis(), 1, 60_000);
            range("longest-pause", longest.toMillis(), first.toMillis(), 300_000);
        }
    }

    /// How much at a time.
    ///
    /// @param inFlight calls, 1 to 256
    /// @param waiting for one of those places, 0 to 10,000; more are refused
    /// @param answerBytes of one answer as it comes over the wire, 1 KiB to 16 MiB
    public record Flow(int inFlight, int waiting, int answerBytes) {
        /// 8 calls, 32 waiting, 1 MiB.
        public static final Flow DEFAULT = new Flow(8, 32, 1 << 20);

        /// @throws IllegalArgumentException outside the ranges
        public Flow {
            range("in-flight", inFlight, 1, 256);
            range("waiting", waiting, 0, 10_000);
            range("answer-bytes", answerBytes, 1_024, 16 << 20);
        }
    }

    /// What goes with every request.
    ///
    /// @param temperature 0 to 2; empty for models that take none
    /// @param newerLimit true to bound answers by `max_completion_tokens`, as newer models of OpenAI want it,
    ///     and not
    ///     by `max_tokens`
    public record Sampling(Optional<Double> temperature, boolean newerLimit) {
        /// Greedy.
        public static final Sampling GREEDY = new Sampling(Optional.of(0.0), false);

        /// @throws IllegalArgumentException for a temperature outside the range
        public Sampling {
            temperature.ifPresent(value -> {
                if (!(value >= 0 && value <= 2)) {
                    throw new IllegalArgumentException("temperature must be in [0, 2], was " + value);
                }
            });
        }
    }

    /// @throws IllegalArgumentException for an address that cannot be used, or that a key must not be sent to
    public HostedSettings {
        String scheme = url.getScheme();
        if (url.getHost() == null || scheme == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException(
                    "url must be http://HOST or https://HOST with an optional path, was '" + withoutSecrets(url) + "'");
        }
        if (url.getUserInfo() != null || url.getQuery() != null) {
            throw new IllegalArgumentException("url must hold neither a user nor a query, was '" + withoutSecrets(url)
                    + "'; give a key by key-env or key-file");
        }
        if (key.present() && scheme.equals("http") && !THIS_MACHINE.contains(url.getHost())) {
            throw new IllegalArgumentException(
                    "a key would go to " + url.getHost() + " in the clear; use https, or leave the key out");
        }
    }

    private static String withoutSecrets(URI url) {
        return url.getScheme() + "://" + url.getHost() + (url.getPath() == null ? "" : url.getPath());
    }

    /// The place as people are told it: host and port.
    public String host() {
        return url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
    }

    private static void range(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " must be in [" + min + ", " + max + "], was " + value);
        }
    }
}
