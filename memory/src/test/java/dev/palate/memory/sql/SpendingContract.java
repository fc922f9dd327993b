package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.spending.Spending;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What every store of spending does.
abstract class SpendingContract extends TruthContract {
    private static final LocalDate DAY = LocalDate.parse("2026-03-01");

    private static Spending one(LocalDate day, String model, long factor) {
        return new Spending(
                day, "ranking", model, "SPEAK", factor, 0, 100 * factor, 10 * factor, 20 * factor, 360 * factor);
    }

    @Test
    void addsUpByDayModelAndPurposeAndOutlivesTheProcess() {
        assertThat(truth().modelSpending().of(DAY)).isEmpty();
        truth().modelSpending().add(one(DAY, "big", 1));
        truth().modelSpending().add(one(DAY, "big", 2));
        truth().modelSpending().add(one(DAY, "small", 1));
        truth().modelSpending().add(one(DAY.plusDays(1), "big", 5));
        truth().modelSpending().add(new Spending(DAY, "memory", "big", "SPEAK", 0, 1, 0, 0, 0, 0));
        reopen();
        assertThat(truth().modelSpending().of(DAY))
                .containsExactly(
                        new Spending(DAY, "memory", "big", "SPEAK", 0, 1, 0, 0, 0, 0),
                        one(DAY, "big", 3),
                        one(DAY, "small", 1));
    }

    @Test
    void callsThatEndTogetherAreAllCounted() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int j = 0; j < 10; j++) {
                    truth().modelSpending().add(one(DAY, "big", 1));
                }
            }));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
        }
        assertThat(truth().modelSpending().of(DAY)).containsExactly(one(DAY, "big", 200));
    }
}
