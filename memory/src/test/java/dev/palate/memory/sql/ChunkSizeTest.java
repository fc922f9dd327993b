package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChunkSizeTest {
    private static final long TARGET = ChunkSize.TARGET.toNanos();

    private final ChunkSize size = new ChunkSize();

    @Test
    void fastRowsDoubleTheChunkUpToTheMost() {
        int expected = ChunkSize.LEAST;
        while (expected < ChunkSize.MOST) {
            assertThat(size.rows()).isEqualTo(expected);
            size.took(size.rows(), TARGET / 100);
            expected *= 2;
        }
        size.took(size.rows(), 1);
        assertThat(size.rows()).isEqualTo(ChunkSize.MOST);
    }

    @Test
    void aSlowChunkShrinksTheNextAtOnce() {
        for (int i = 0; i < 5; i++) {
            size.took(size.rows(), TARGET / 100);
        }
        assertThat(size.rows()).isEqualTo(2_048);
        size.took(2_048, 8 * TARGET);
        assertThat(size.rows()).isEqualTo(256);
        size.took(256, 1_000 * TARGET);
        assertThat(size.rows()).isEqualTo(ChunkSize.LEAST);
    }

    @Test
    void aSteadyRateIsMet() {
        long nanosPerRow = TARGET / 500;
        for (int i = 0; i < 20; i++) {
            size.took(size.rows(), size.rows() * nanosPerRow);
        }
        assertThat(size.rows()).isBetween(499, 501);
    }

    @Test
    void theRestOfAListSaysNothingUnlessItWasSlow() {
        size.took(64, TARGET / 4);
        size.took(128, TARGET / 4);
        assertThat(size.rows()).isEqualTo(256);
        size.took(10, TARGET / 2);
        assertThat(size.rows()).isEqualTo(256);
        size.took(100, 2 * TARGET);
        assertThat(size.rows()).isEqualTo(ChunkSize.LEAST);
    }
}
