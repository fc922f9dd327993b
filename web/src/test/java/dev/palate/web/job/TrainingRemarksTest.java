package dev.palate.web.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.training.TrainingEvent;
import org.junit.jupiter.api.Test;

class TrainingRemarksTest {
    private final TrainingRemarks remarks = new TrainingRemarks();

    @Test
    void whatWasLeftOutTakesThePlaceOfHowItWasToBeMade() {
        remarks.planned("; EASE in its sparse form, for with the dense one it would need a heap of 9000 MiB");
        remarks.sequence("; the sequence model comes with the next training");
        assertThat(remarks.ofOthers()).startsWith("; EASE in its sparse form");
        remarks.leftOut(new TrainingEvent.Skipped(
                "EASE", "sparse EASE over 9 items needs 2 MiB of heap, 1 MiB are free: give it more"));
        remarks.leftOut(new TrainingEvent.Skipped("ID embedding", "too few items"));
        assertThat(remarks.ofOthers())
                .isEqualTo("; the EASE model was left out: sparse EASE over 9 items needs 2 MiB of heap, 1 MiB are"
                        + " free: give it more; the ID embedding model was left out: too few items");
        assertThat(remarks.ofSequence()).isEqualTo("; the sequence model comes with the next training");
        remarks.leftOut(new TrainingEvent.Skipped("sequence", "no two events"));
        assertThat(remarks.ofSequence()).isEqualTo("; the sequence model was left out: no two events");
    }

    @Test
    void anotherProcessBeginsAnew() {
        remarks.leftOut(new TrainingEvent.Skipped("EASE", "too large"));
        remarks.leftOut(new TrainingEvent.Skipped("ID embedding", "too few items"));
        remarks.planned("");
        assertThat(remarks.ofOthers()).isEmpty();
    }
}
