package dev.palate.retrieval.sequence;

import dev.palate.retrieval.factor.Histories;
import java.util.ArrayList;
import java.util.List;

/// Events that were taken out of the histories before and tell when to stop training.
///
/// @param users rows of histories
/// @param items per user the rows of items to find; shared: do not modify
public record SequenceTargets(int[] users, int[][] items) {
    /// @throws IllegalArgumentException when there are not as many lists as users
    public SequenceTargets {
        if (users.length != items.length) {
            throw new IllegalArgumentException(
                    "needs one list of items per user, had " + items.length + " and " + users.length);
        }
    }

    List<SequenceExamples.HeldOut> of(Histories histories) {
        List<SequenceExamples.HeldOut> heldOut = new ArrayList<>();
        for (int i = 0; i < users.length; i++) {
            heldOut.add(new SequenceExamples.HeldOut(histories.of(users[i]), items[i]));
        }
        return heldOut;
    }
}
