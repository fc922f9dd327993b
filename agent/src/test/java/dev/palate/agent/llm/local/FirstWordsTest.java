package dev.palate.agent.llm.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FirstWordsTest {
    private final FirstWords words = new FirstWords();

    private static long seconds(double seconds) {
        return Math.round(seconds * TimeUnit.SECONDS.toNanos(1));
    }

    private static Duration waited(double seconds) {
        return Duration.ofNanos(seconds(seconds));
    }

    /// Of four seconds.
    private static Duration left(double waited) {
        return Duration.ofSeconds(4).minus(waited(waited));
    }

    @Test
    void nothingIsTooLateBeforeAnythingWasMeasured() {
        assertThat(words.tooLate(left(3.9), waited(3.9))).isFalse();
    }

    @Test
    void aCallIsTooLateWhenLessTimeIsLeftThanFirstWordsTake() {
        words.came(seconds(1));
        assertThat(words.tooLate(left(2.9), waited(2.9))).isFalse();
        assertThat(words.tooLate(left(3.1), waited(3.1))).isTrue();
        assertThat(words.tooLate(Duration.ZERO, waited(5))).isTrue();
    }

    @Test
    void theNewestCountsForThreeTenths() {
        words.came(seconds(1));
        words.came(seconds(2));
        assertThat(words.usual()).isEqualTo(Duration.ofMillis(1_300));
    }

    @Test
    void whatWasGivenUpCountsWhereItTookLongerThanUsual() {
        words.came(seconds(1));
        words.missed(seconds(0.5));
        assertThat(words.usual()).isEqualTo(Duration.ofSeconds(1));
        words.missed(seconds(3));
        assertThat(words.usual()).isEqualTo(Duration.ofMillis(1_600));
    }

    @Test
    void aCallThatHardlyWaitedIsBegunHoweverSlowTheModelWas() {
        words.came(seconds(60));
        assertThat(words.tooLate(left(0.3), waited(0.3))).isFalse();
        assertThat(words.tooLate(left(0.5), waited(0.5))).isTrue();
    }
}
