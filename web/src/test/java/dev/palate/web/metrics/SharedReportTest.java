package dev.palate.web.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedReportTest {
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger made = new AtomicInteger();

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private SharedReport<Integer> taking(long millis) {
        return new SharedReport<>(
                () -> {
                    nanos.addAndGet(millis(millis));
                    return made.incrementAndGet();
                },
                nanos::get);
    }

    @Test
    void whoeverAsksWithinASecondSharesOne() {
        SharedReport<Integer> report = taking(1);
        for (int i = 0; i < 100; i++) {
            assertThat(report.get()).isEqualTo(1);
        }
        nanos.addAndGet(millis(999));
        assertThat(report.get()).isEqualTo(1);
        nanos.addAndGet(millis(1));
        assertThat(report.get()).isEqualTo(2);
    }

    @Test
    void makingItTakesATwentiethOfTheTimeAtMost() {
        SharedReport<Integer> report = taking(500);
        assertThat(report.get()).isEqualTo(1);
        nanos.addAndGet(millis(9_999));
        assertThat(report.get()).isEqualTo(1);
        nanos.addAndGet(millis(1));
        assertThat(report.get()).isEqualTo(2);
        SharedReport<Integer> dear = taking(1_000_000);
        assertThat(dear.get()).isEqualTo(3);
        nanos.addAndGet(millis(60_000));
        assertThat(dear.get()).as("after a minute whatever it costs").isEqualTo(4);
    }

    @Test
    void whileItIsMadeAgainTheLastOneServesAndOneMakesIt() throws InterruptedException {
        CountDownLatch under = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        SharedReport<Integer> report = new SharedReport<>(
                () -> {
                    int number = made.incrementAndGet();
                    if (number == 2) {
                        under.countDown();
                        awaited(go);
                    }
                    return number;
                },
                nanos::get);
        assertThat(report.get()).isEqualTo(1);
        nanos.addAndGet(millis(1_000));
        Thread maker = Thread.ofVirtual().start(report::get);
        under.await();
        assertThat(report.get()).isEqualTo(1);
        go.countDown();
        maker.join();
        assertThat(report.get()).isEqualTo(2);
        assertThat(made).hasValue(2);
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aFailureIsNotKept() {
        SharedReport<Integer> report = new SharedReport<>(
                () -> {
                    if (made.incrementAndGet() == 1) {
                        throw new IllegalStateException("away");
                    }
                    return made.get();
                },
                nanos::get);
        assertThatThrownBy(report::get).hasMessage("away");
        assertThat(report.get()).isEqualTo(2);
    }
}
