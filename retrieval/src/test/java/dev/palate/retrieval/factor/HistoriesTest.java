package dev.palate.retrieval.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HistoriesTest {
    @Test
    void eventsAreOrderedByTimeAndEqualTimesKeepTheirOrder() {
        Histories histories = new Histories.Builder(6)
                .add(0, 5, 20)
                .add(0, 3, 10)
                .add(1, 2, 7)
                .add(0, 4, 10)
                .add(0, 1, 10)
                .build();
        assertThat(histories.of(0).items()).containsExactly(3, 4, 1, 5);
        assertThat(histories.of(0).times()).containsExactly(10, 10, 10, 20);
        assertThat(histories.of(1).items()).containsExactly(2);
        assertThat(histories.eventCount()).isEqualTo(5);
        assertThat(histories.itemCounts()).containsExactly(0, 1, 1, 1, 1, 1);
    }

    @Test
    void aRepeatedItemCountsOnceAtItsNewestPlace() {
        Histories histories = new Histories.Builder(3)
                .add(0, 1, 1)
                .add(0, 2, 2)
                .add(0, 1, 3)
                .add(1, 1, 1)
                .build();
        assertThat(histories.of(0).items()).containsExactly(2, 1);
        assertThat(histories.of(1).items()).containsExactly(1);
        assertThat(histories.usersByItem()[1]).containsExactly(0, 1);
    }

    @Test
    void usersWithoutEventsHaveEmptyHistories() {
        Histories histories = new Histories.Builder(1).withUserCount(2).build();
        assertThat(histories.userCount()).isEqualTo(2);
        assertThat(histories.of(1).size()).isZero();
    }

    @Test
    void refusesRowsOutOfRangeAndTimesThatRunBackwards() {
        assertThatThrownBy(() -> new Histories.Builder(3).add(0, 3, 0))
                .hasMessage("user row must be at least 0 and item row in [0, 3), were 0 and 3");
        assertThatThrownBy(() -> new History(new int[] {1, 2}, new long[] {5, 4}))
                .hasMessage("times must not decrease, but time 1 is 4 after 5: sort the events by time first");
        assertThatThrownBy(() -> new History(new int[1], new long[2]))
                .hasMessage("a history needs one time per item, had 1 items and 2 times");
    }
}
