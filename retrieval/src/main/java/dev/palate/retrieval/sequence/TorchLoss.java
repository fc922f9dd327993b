package dev.palate.retrieval.sequence;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Activation;
import ai.djl.training.loss.Loss;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// The losses in PyTorch. Not thread-safe.
final class TorchLoss {
    private static final float MASKED = -1e4f;

    private final SequenceLoss loss;
    private final int itemCount;
    private final UnaryOperator<NDArray> rows;
    private final Supplier<NDArray> table;

    /// @param rows vectors of items by their rows
    /// @param table vectors of all items
    TorchLoss(SequenceLoss loss, int itemCount, UnaryOperator<NDArray> rows, Supplier<NDArray> table) {
        this.loss = loss;
        this.itemCount = itemCount;
        this.rows = rows;
        this.table = table;
    }

    /// The mean over the positions.
    ///
    /// @param hidden (positions, dimension)
    /// @param targets the row of the item that follows, per position
    NDArray of(NDManager step, NDArray hidden, long[] targets, SplittableRandom random) {
        NDArray wanted = step.create(targets);
        return switch (loss) {
            case SequenceLoss.FullSoftmax() ->
                Loss.softmaxCrossEntropyLoss()
                        .evaluate(
                                new NDList(wanted),
                                new NDList(hidden.matMul(table.get().transpose())));
            case SequenceLoss.SampledSoftmax(int negatives) -> {
                Logits logits = logits(step, hidden, wanted, draw(negatives, random));
                // Uniform draws stand for all items: each counts itemCount / negatives times.
                NDArray others = logits.others.add((float) Math.log(itemCount / (double) negatives));
                yield logits.wanted
                        .concat(others, 1)
                        .logSoftmax(-1)
                        .get(new NDIndex(":,0"))
                        .mean()
                        .neg();
            }
            case SequenceLoss.CalibratedBinary(int negatives, double calibration, double offset) -> {
                Logits logits = logits(step, hidden, wanted, draw(negatives, random));
                float raised =
                        (float) new SequenceLoss.CalibratedBinary(negatives, calibration, offset).exponent(itemCount);
                NDArray positive = Activation.softPlus(
                                logits.wanted.sub((float) offset).neg())
                        .mul(raised)
                        .sum();
                NDArray negative =
                        Activation.softPlus(logits.others.sub((float) offset)).sum();
                yield positive.add(negative).div((float) targets.length);
            }
        };
    }

    /// @param wanted (positions, 1)
    /// @param others (positions, negatives); far below 0 where the negative is the wanted item
    private record Logits(NDArray wanted, NDArray others) {}

    private Logits logits(NDManager step, NDArray hidden, NDArray wanted, long[] drawn) {
        NDArray negatives = step.create(drawn);
        NDArray positive = hidden.mul(rows.apply(wanted)).sum(new int[] {1}, true);
        NDArray same = negatives
                .reshape(1, drawn.length)
                .eq(wanted.reshape(wanted.size(), 1))
                .toType(DataType.FLOAT32, false)
                .mul(MASKED);
        return new Logits(
                positive, hidden.matMul(rows.apply(negatives).transpose()).add(same));
    }

    private long[] draw(int count, SplittableRandom random) {
        long[] drawn = new long[count];
        for (int i = 0; i < count; i++) {
            drawn[i] = random.nextInt(itemCount);
        }
        return drawn;
    }
}
