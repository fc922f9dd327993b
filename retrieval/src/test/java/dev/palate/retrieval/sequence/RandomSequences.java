package dev.palate.retrieval.sequence;

import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/// Models and histories by a seed.
public final class RandomSequences {
    private RandomSequences() {}

    static SequenceShape shape(SequenceLayer layer) {
        return new SequenceShape(layer, 32, 2, 2, 7);
    }

    /// Weights of a size that makes every part count.
    public static SequenceModel model(SequenceShape shape, int itemCount, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, float[]> weights = new LinkedHashMap<>();
        shape.weights()
                .forEach((name, weight) -> weights.put(
                        name, values(weight.size(), weight.start() == SequenceShape.Start.ONE ? 1 : 0, random)));
        return new SequenceModel(shape, values(itemCount * shape.dimension(), 0, random), weights);
    }

    private static float[] values(int size, double centre, SplittableRandom random) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (centre + 0.3 * random.nextGaussian());
        }
        return values;
    }

    static History history(int size, int itemCount, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] items = new int[size];
        long[] times = new long[size];
        long time = 1_000_000;
        for (int i = 0; i < size; i++) {
            items[i] = random.nextInt(itemCount);
            time += random.nextLong(1L << random.nextInt(1, 24)) / 3;
            times[i] = time;
        }
        return new History(items, times);
    }

    /// Users that go round a circle of items, with a jump now and then: the next item is known, what is popular
    /// is not it.
    static Histories circles(int users, int itemCount, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Histories.Builder histories = new Histories.Builder(itemCount);
        for (int user = 0; user < users; user++) {
            int item = random.nextInt(itemCount);
            int length = 6 + random.nextInt(10);
            for (int i = 0; i < length; i++) {
                histories.add(user, item, 1_000L * user + 60L * i);
                item = (item + (random.nextInt(10) == 0 ? 5 : 1)) % itemCount;
            }
        }
        return histories.build();
    }
}
