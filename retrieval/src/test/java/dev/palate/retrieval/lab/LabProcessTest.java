package dev.palate.retrieval.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.RetrievalException;
import org.junit.jupiter.api.Test;

/// The heap of a lab's process.
class LabProcessTest {
    @Test
    void aHeapThatTheMachineDoesNotHaveIsRefused() {
        assertThat(LabProcess.heapMebibytes(40, 1_000, 1, 4_096)).isBetween(384, 400);
        // 1,000,000 users and 100,000 items: 1,612 MiB a cell, 3,815 MiB of interactions.
        int heap = LabProcess.heapMebibytes(100_000, 10_000_000, 1, 16_384);
        assertThat(heap).isBetween(5_500, 6_000);
        assertThat(LabProcess.heapMebibytes(100_000, 10_000_000, 1, (heap + 3) / 3 * 4))
                .isEqualTo(heap);
        assertThatThrownBy(() -> LabProcess.heapMebibytes(100_000, 10_000_000, 4, 8_192))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(RetrievalException.Code.MEMORY))
                .hasMessageContaining("this machine of 8192 MiB gives at most 6144: run it on a larger one");
    }
}
