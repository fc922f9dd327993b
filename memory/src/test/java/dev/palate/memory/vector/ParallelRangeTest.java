package dev.palate.memory.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class ParallelRangeTest {
    @Test
    void visitsEveryIndexOnce() {
        AtomicIntegerArray visits = new AtomicIntegerArray(1_000);
        ParallelRange.run(3, 1_000, visits::incrementAndGet);
        for (int i = 0; i < 1_000; i++) {
            assertThat(visits.get(i)).isEqualTo(1);
        }
    }

    @Test
    void throwsTheFirstFailure() {
        assertThatThrownBy(() -> ParallelRange.run(2, 100, i -> {
                    throw new IllegalStateException("index failed");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("index failed");
    }

    @Test
    void anInterruptStopsTheWorkAndKeepsTheFlag() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> ParallelRange.run(2, 1_000_000, i -> {}))
                .isInstanceOf(CancellationException.class)
                .hasMessage("interrupted while working on 1000000 indices");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void refusesAnAbsurdThreadCount() {
        assertThatThrownBy(() -> ParallelRange.run(0, 1, i -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads must be in [1, 256], was 0");
    }
}
