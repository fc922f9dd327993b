package dev.palate.memory.index;

import dev.palate.memory.Milestone;
import dev.palate.memory.text.TextEncoder;

/// Ends a change of encoders once everything has its new vector, then drops the old ones a few at a time. For the index
/// thread only.
final class EncoderSwitch {
    private static final int RETIRED_BATCH = 200;

    private final EncoderChange change;
    private final Encodings encodings;
    private final TextEncoder encoder;
    private final ItemIndex items;
    private final MemoryIndex memories;
    private final IndexWrites writes;
    private final FeedFollower follower;
    private boolean dropping = true;

    /// @param encoder that takes over
    EncoderSwitch(Encodings encodings, TextEncoder encoder, FeedFollower.Targets targets, FeedFollower follower) {
        this.change = targets.change();
        this.encodings = encodings;
        this.encoder = encoder;
        this.items = targets.items();
        this.memories = targets.memories();
        this.writes = targets.writes();
        this.follower = follower;
    }

    /// Lets searches use the new vectors once none waits for its own; returns false when there is nothing to do.
    boolean goOn() {
        if (change.underWay()) {
            if (items.pendingCount() + memories.pendingCount() > 0) {
                return false;
            }
            Milestone.ENCODER_READY.reached();
            change.switchOver();
            Milestone.ENCODER_SWITCHED.reached();
            encodings.switchTo(encoder, items.freshVectors());
            Milestone.ENCODING_SWITCHED.reached();
            change.complete();
            dropping = true;
            follower.commit();
            Milestone.ENCODER_COMMITTED.reached();
            return true;
        }
        boolean dropped = dropping && writes.dropRetired(RETIRED_BATCH);
        if (dropped) {
            Milestone.RETIRED_DROPPED.reached();
        }
        dropping = dropped;
        follower.wrote(dropped ? RETIRED_BATCH : 0);
        return dropped;
    }
}
