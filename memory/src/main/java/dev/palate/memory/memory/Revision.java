package dev.palate.memory.memory;

import dev.palate.memory.Require;
import java.time.Instant;

/// One recorded state of a memory.
///
/// @param state the memory as it was from this revision on; its `revision` is this revision's number
/// @param actor who made the change
/// @param cause why, a reason code or a few words, at most 200 characters
/// @param recordedAt when it was committed
public record Revision(Memory state, Actor actor, String cause, Instant recordedAt) {
    public Revision {
        Require.text("cause", cause, 0, 200);
    }
}
