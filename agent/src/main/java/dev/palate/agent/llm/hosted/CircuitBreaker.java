package dev.palate.agent.llm.hosted;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// Keeps callers from an endpoint that fails: opens after so many failures within a window, lets one call through as a
/// probe after a while, and closes when that succeeds (M. Nygard, Release It!, 2007). Nothing runs behind it: the
/// clock alone moves it on. Thread-safe; keeps as many times as failures are needed.
public final class CircuitBreaker {
    /// Its numbers.
    ///
    /// @param failures within the window that open it, 1 to 1,000
    /// @param window 1 s to 1 hour
    /// @param open how long until a probe, 100 ms to 1 hour
    public record Settings(int failures, Duration window, Duration open) {
        /// Five failures in a minute, then half a minute of rest.
        public static final Settings DEFAULT = new Settings(5, Duration.ofMinutes(1), Duration.ofSeconds(30));

        /// @throws IllegalArgumentException outside the ranges
        public Settings {
            if (failures < 1 || failures > 1_000) {
                throw new IllegalArgumentException("failures must be in [1, 1000], was " + failures);
            }
            if (window.toMillis() < 1_000 || window.toHours() > 1) {
                throw new IllegalArgumentException("window must be in [1s, 1h], was " + window);
            }
            if (open.toMillis() < 100 || open.toHours() > 1) {
                throw new IllegalArgumentException("open-for must be in [100ms, 1h], was " + open);
            }
        }
    }

    /// What it does with the next call.
    public enum State {
        /// Lets it through.
        CLOSED,
        /// Refuses it.
        OPEN,
        /// Lets one through as a probe and refuses others meanwhile.
        HALF_OPEN
    }

    /// Leave to make one call; says how that went, once.
    public final class Pass {
        private final long generation;
        private final boolean probe;
        private boolean told;

        private Pass(long generation, boolean probe) {
            this.generation = generation;
            this.probe = probe;
        }

        /// The endpoint answered.
        public void succeeded() {
            synchronized (lock) {
                if (tell() && probe) {
                    close();
                }
            }
        }

        /// The endpoint failed.
        public void failed() {
            failed(Duration.ZERO);
        }

        /// The endpoint failed, and does not want to be asked for so long, of which an hour is heeded at most.
        public void failed(Duration notWithin) {
            synchronized (lock) {
                if (tell()) {
                    fail(probe, notWithin);
                }
            }
        }

        /// The call ended for another reason, which says nothing about the endpoint.
        public void abandoned() {
            synchronized (lock) {
                if (tell() && probe) {
                    probing = false;
                }
            }
        }

        // What began before it opened or closed tells nothing of now.
        private boolean tell() {
            boolean first = !told;
            told = true;
            return first && generation == CircuitBreaker.this.generation;
        }
    }

    private static final Duration LONGEST_HEEDED = Duration.ofHours(1);

    private final Settings settings;
    private final InstantSource clock;
    private final Object lock = new Object();
    private final Deque<Instant> failures = new ArrayDeque<>();
    private Optional<Instant> openUntil = Optional.empty();
    private boolean probing;
    private long generation;
    private long opened;

    /// Closed.
    public CircuitBreaker(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /// Leave for one call; empty while it is open, or while another probes.
    public Optional<Pass> admit() {
        synchronized (lock) {
            return switch (state()) {
                case CLOSED -> Optional.of(new Pass(generation, false));
                case OPEN -> Optional.empty();
                case HALF_OPEN -> {
                    if (probing) {
                        yield Optional.empty();
                    }
                    probing = true;
                    yield Optional.of(new Pass(generation, true));
                }
            };
        }
    }

    /// What it does now.
    public State state() {
        synchronized (lock) {
            if (openUntil.isEmpty()) {
                return State.CLOSED;
            }
            return clock.instant().isBefore(openUntil.get()) ? State.OPEN : State.HALF_OPEN;
        }
    }

    /// Until when it is open; empty when it is not.
    public Optional<Instant> openUntil() {
        synchronized (lock) {
            return state() == State.OPEN ? openUntil : Optional.empty();
        }
    }

    /// Failures within the window up to now.
    public int failures() {
        synchronized (lock) {
            forgetOld(clock.instant());
            return failures.size();
        }
    }

    /// How often it opened.
    public long opened() {
        synchronized (lock) {
            return opened;
        }
    }

    private void fail(boolean probe, Duration notWithin) {
        Instant now = clock.instant();
        forgetOld(now);
        failures.addLast(now);
        Duration heeded = notWithin.compareTo(LONGEST_HEEDED) > 0 ? LONGEST_HEEDED : notWithin;
        boolean enough = probe || failures.size() >= settings.failures();
        if (enough || heeded.isPositive()) {
            Duration rest = enough && heeded.compareTo(settings.open()) < 0 ? settings.open() : heeded;
            openUntil = Optional.of(now.plus(rest));
            probing = false;
            failures.clear();
            generation++;
            opened++;
        }
    }

    private void close() {
        openUntil = Optional.empty();
        probing = false;
        failures.clear();
        generation++;
    }

    private void forgetOld(Instant now) {
        Instant oldest = now.minus(settings.window());
        while (!failures.isEmpty() && failures.peekFirst().isBefore(oldest)) {
            failures.removeFirst();
        }
    }
}
