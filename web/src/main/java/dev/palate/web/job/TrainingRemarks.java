package dev.palate.web.job;

import dev.palate.retrieval.training.TrainingEvent;

/// What the end of a training says of its parts: how one was made, or why one was left out. Thread-safe.
final class TrainingRemarks {
    private static final String SEQUENCE = "sequence";
    private static final String EASE = "EASE";

    private String sequence = "";
    private String ease = "";
    private String others = "";

    /// Begins anew, for another process.
    ///
    /// @param planned how EASE is to be made, empty when there is nothing to say
    synchronized void planned(String planned) {
        ease = planned;
        others = "";
    }

    /// Of the sequence model, in place of what was said of it before.
    synchronized void sequence(String words) {
        sequence = words;
    }

    /// A part was left out, in place of how it was to be made.
    synchronized void leftOut(TrainingEvent.Skipped skipped) {
        String words = "; the " + skipped.part() + " model was left out: " + skipped.reason();
        switch (skipped.part()) {
            case SEQUENCE -> sequence = words;
            case EASE -> ease = words;
            default -> others += words;
        }
    }

    /// How the sequence model is.
    synchronized String ofSequence() {
        return sequence;
    }

    /// Of everything else.
    synchronized String ofOthers() {
        return ease + others;
    }
}
