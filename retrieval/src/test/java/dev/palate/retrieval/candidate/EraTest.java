package dev.palate.retrieval.candidate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EraTest {
    @Test
    void rangesMayBeOpenOrOneYear() {
        assertThat(Era.parse("1980-1989")).contains(new Era(1980, 1989));
        assertThat(Era.parse("-1999")).contains(new Era(Integer.MIN_VALUE, 1999));
        assertThat(Era.parse("2000-")).contains(new Era(2000, Integer.MAX_VALUE));
        assertThat(Era.parse("1995")).contains(new Era(1995, 1995));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "old", "1989-1980", "80-89", "19801989"})
    void whatIsNoRangeIsNone(String value) {
        assertThat(Era.parse(value)).isEmpty();
    }

    @Test
    void anUnknownYearIsInNoRange() {
        assertThat(new Era(Integer.MIN_VALUE, Integer.MAX_VALUE).holds(CatalogSnapshot.NO_YEAR))
                .isFalse();
    }
}
