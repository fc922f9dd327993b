package dev.palate.web.job;

import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.user.UserId;
import java.time.Duration;

/// The process that trains: its heap holds every interaction that it read. A run under way is ended and
/// waited for, so that with the process all of it is gone, and before the files that it would still
/// write. Thread-safe.
public final class TrainingChild implements ErasurePlace {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Trainer trainer;

    /// With the only one who starts such processes.
    public TrainingChild(Trainer trainer) {
        this.trainer = trainer;
    }

    @Override
    public String name() {
        return "training process";
    }

    @Override
    public long erase(UserId user) {
        return trainer.end(PATIENCE) ? 1 : 0;
    }

    @Override
    public long remaining(UserId user) {
        return trainer.ending() ? 1 : 0;
    }

    @Override
    public boolean learnsFromInteractions() {
        return true;
    }
}
