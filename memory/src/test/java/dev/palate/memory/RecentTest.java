package dev.palate.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class RecentTest {
    @Test
    void manyWhoAskAtOnceCostOneAnswer() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Recent<Integer> recent = new Recent<>(
                () -> {
                    LockSupport.parkNanos(20_000_000);
                    return asked.incrementAndGet();
                },
                Duration.ofHours(1));
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(recent::get);
        }
        try (var executor = Executors.newFixedThreadPool(8)) {
            for (var answer : executor.invokeAll(calls)) {
                assertThat(answer.get()).isEqualTo(1);
            }
        }
        assertThat(asked.get()).isEqualTo(1);
    }

    @Test
    void anOldAnswerIsAskedForAgainAndAFailureIsNotKept() {
        AtomicInteger asked = new AtomicInteger();
        Recent<Integer> recent = new Recent<>(asked::incrementAndGet, Duration.ofNanos(1));
        assertThat(recent.get()).isEqualTo(1);
        LockSupport.parkNanos(10);
        assertThat(recent.get()).isEqualTo(2);
        AtomicInteger failures = new AtomicInteger(1);
        Recent<Integer> failing = new Recent<>(
                () -> {
                    if (failures.getAndDecrement() > 0) {
                        throw new IllegalStateException("not now");
                    }
                    return 7;
                },
                Duration.ofHours(1));
        assertThatThrownBy(failing::get).hasMessage("not now");
        assertThat(failing.get()).isEqualTo(7);
    }
}
