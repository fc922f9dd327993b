package dev.palate.retrieval.sequence;

import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;

/// How a sequence model is trained.
///
/// @param shape of the model
/// @param loss what is made small
/// @param dropout share of values left out while training, in [0, 0.9]
/// @param learningRate of Adam, above 0
/// @param averaging what is kept is an average of the weights over the steps, decaying by this, in [0, 1); at 0
///     the last weights
/// @param batchPositions positions of a step, padding included, in [16, 1048576]
/// @param epochs at most, in [1, 10000]
/// @param evaluateEvery epochs between two evaluations, in [1, 100]
/// @param patience evaluations without a better one after which training ends, in [1, 1000]; below 4 it ends by
///     chance
/// @param heldOutUsers of so many users, at least 0, the last event is kept from training and tells when to
///     stop; at 0 all epochs are run
/// @param seed of everything random
public record SequenceSettings(
        SequenceShape shape,
        SequenceLoss loss,
        double dropout,
        double learningRate,
        double averaging,
        int batchPositions,
        int epochs,
        int evaluateEvery,
        int patience,
        int heldOutUsers,
        long seed) {
    /// Users that an evaluation looks at, at most.
    public static final int EVALUATED_USERS = 3_000;

    private static final int DIMENSION = 64;
    private static final int HEADS = 2;
    private static final int LAYERS = 2;
    private static final int LENGTH = 50;

    /// @throws IllegalArgumentException when a value is out of range
    public SequenceSettings {
        SequenceShape.requireRange("batchPositions", batchPositions, 16, 1 << 20);
        SequenceShape.requireRange("epochs", epochs, 1, 10_000);
        SequenceShape.requireRange("evaluateEvery", evaluateEvery, 1, 100);
        SequenceShape.requireRange("patience", patience, 1, 1_000);
        SequenceShape.requireRange("heldOutUsers", heldOutUsers, 0, Integer.MAX_VALUE);
        if (!(averaging >= 0 && averaging < 1)) {
            throw new IllegalArgumentException("averaging must be in [0, 1), was " + averaging);
        }
        if (!(dropout >= 0 && dropout <= 0.9) || !(learningRate > 0 && learningRate <= 1)) {
            throw new IllegalArgumentException(
                    "dropout must be in [0, 0.9] and learningRate in (0, 1], were " + dropout + " and " + learningRate);
        }
    }

    /// Softmax attention, for so many items.
    public static SequenceSettings selfAttention(int itemCount, long seed) {
        return of(new SequenceLayer.SelfAttention(4 * DIMENSION), itemCount, seed);
    }

    /// Gated attention with times, for so many items.
    public static SequenceSettings gatedAttention(int itemCount, long seed) {
        return of(new SequenceLayer.GatedAttention(), itemCount, seed);
    }

    /// What goes with these histories: gated attention where their times tell something, softmax attention
    /// else.
    public static SequenceSettings defaults(Histories histories, long seed) {
        return timed(histories)
                ? gatedAttention(histories.itemCount(), seed)
                : selfAttention(histories.itemCount(), seed);
    }

    /// With another number of held-out users.
    public SequenceSettings withHeldOutUsers(int users) {
        return new SequenceSettings(
                shape,
                loss,
                dropout,
                learningRate,
                averaging,
                batchPositions,
                epochs,
                evaluateEvery,
                patience,
                users,
                seed);
    }

    /// To learn from all events, for as many epochs as were best without those held out.
    public SequenceSettings onAll(int best) {
        return withHeldOutUsers(0).withEpochs(best);
    }

    /// With another bound on the epochs.
    public SequenceSettings withEpochs(int maximum) {
        return new SequenceSettings(
                shape,
                loss,
                dropout,
                learningRate,
                averaging,
                batchPositions,
                maximum,
                evaluateEvery,
                patience,
                heldOutUsers,
                seed);
    }

    /// With another loss.
    public SequenceSettings withLoss(SequenceLoss other) {
        return new SequenceSettings(
                shape,
                other,
                dropout,
                learningRate,
                averaging,
                batchPositions,
                epochs,
                evaluateEvery,
                patience,
                heldOutUsers,
                seed);
    }

    private static SequenceSettings of(SequenceLayer layer, int itemCount, long seed) {
        return new SequenceSettings(
                new SequenceShape(layer, DIMENSION, HEADS, LAYERS, LENGTH),
                SequenceLoss.forItems(itemCount),
                0.2,
                0.0015,
                0.998,
                800,
                60,
                2,
                4,
                EVALUATED_USERS,
                seed);
    }

    /// True unless the times of most users are all equal or mere positions.
    private static boolean timed(Histories histories) {
        int telling = 0;
        int users = 0;
        for (int user = 0; user < histories.userCount(); user++) {
            History history = histories.of(user);
            if (history.size() < 2) {
                continue;
            }
            users++;
            long span = history.times()[history.size() - 1] - history.times()[0];
            if (span != 0 && span != history.size() - 1) {
                telling++;
            }
        }
        return telling * 2L > users;
    }
}
