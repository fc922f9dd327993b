package dev.palate.agent.llm.hosted;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class CircuitBreakerTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
    private final CircuitBreaker breaker =
            new CircuitBreaker(new CircuitBreaker.Settings(3, Duration.ofSeconds(10), Duration.ofSeconds(5)), now::get);

    private void wait(int seconds) {
        now.updateAndGet(at -> at.plusSeconds(seconds));
    }

    private void fail() {
        breaker.admit().orElseThrow().failed();
    }

    @Test
    void onlyFailuresWithinTheWindowCount() {
        for (int i = 0; i < 20; i++) {
            fail();
            wait(6);
            assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
        }
        assertThat(breaker.failures()).isEqualTo(1);
        fail();
        fail();
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(breaker.openUntil()).contains(now.get().plusSeconds(5));
        assertThat(breaker.admit()).isEmpty();
        assertThat(breaker.opened()).isEqualTo(1);
    }

    @Test
    void aProbeDecides() {
        fail();
        fail();
        fail();
        wait(5);
        CircuitBreaker.Pass probe = breaker.admit().orElseThrow();
        assertThat(breaker.admit()).as("one at a time").isEmpty();
        probe.abandoned();
        CircuitBreaker.Pass second = breaker.admit().orElseThrow();
        second.failed();
        second.succeeded();
        assertThat(breaker.state()).as("what was said first holds").isEqualTo(CircuitBreaker.State.OPEN);
        wait(5);
        breaker.admit().orElseThrow().succeeded();
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(breaker.failures()).isZero();
    }

    @Test
    void whatBeganBeforeItOpenedSaysNothingOfNow() {
        List<CircuitBreaker.Pass> before = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            before.add(breaker.admit().orElseThrow());
        }
        before.get(0).failed();
        before.get(1).failed();
        before.get(2).failed();
        before.get(3).succeeded();
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        wait(5);
        before.get(4).failed();
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
    }

    @Test
    void aWishToBeLeftAloneIsHeededForAnHourAtMost() {
        breaker.admit().orElseThrow().failed(Duration.ofSeconds(2));
        assertThat(breaker.openUntil()).contains(now.get().plusSeconds(2));
        wait(2);
        breaker.admit().orElseThrow().failed(Duration.ofDays(3));
        assertThat(breaker.openUntil()).contains(now.get().plus(Duration.ofHours(1)));
    }
}
