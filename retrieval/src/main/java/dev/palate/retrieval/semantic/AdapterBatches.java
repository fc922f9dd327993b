package dev.palate.retrieval.semantic;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.factor.Histories;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Draws the batches of a [SemanticAdapter] and adds up their gradients. Not thread-safe.
final class AdapterBatches {
    private static final double DESCRIBING_TEMPERATURE = 0.05;
    private static final double SPREADING_TEMPERATURE = 0.1;
    private static final double SPREADING_DROPOUT = 0.2;

    private final SemanticAdapter.Lessons lessons;
    private final SemanticAdapter.Options options;
    private final SplittableRandom random;
    private final int dimension;
    /// Histories with two items or more, and how many of their events come before each: a user is drawn as often as
    /// they have events, so that an item is drawn as often as it was had.
    private final int[] users;

    private final long[] eventsBefore;
    private final float[] logFrequency;
    private final int[] spoken;
    private final int[] described;

    AdapterBatches(SemanticAdapter.Lessons lessons, SemanticAdapter.Options options, SplittableRandom random) {
        this.lessons = lessons;
        this.options = options;
        this.random = random;
        dimension = lessons.texts().dimension();
        Histories histories = lessons.histories();
        users = IntStream.range(0, histories.userCount())
                .filter(user -> histories.of(user).size() >= 2)
                .toArray();
        eventsBefore = new long[users.length + 1];
        long[] drawn = new long[histories.itemCount()];
        for (int at = 0; at < users.length; at++) {
            int[] items = histories.of(users[at]).items();
            eventsBefore[at + 1] = eventsBefore[at] + items.length;
            for (int item : items) {
                drawn[item]++;
            }
        }
        logFrequency = new float[drawn.length];
        for (int item = 0; item < drawn.length; item++) {
            logFrequency[item] = (float) Math.log(Math.max(1, drawn[item]) / (double) Math.max(1, total()));
        }
        spoken = known(lessons.texts());
        described = IntStream.of(known(lessons.titles()))
                .filter(item -> lessons.descriptions().knows(item))
                .toArray();
    }

    private static int[] known(VectorTable table) {
        return IntStream.range(0, table.size()).filter(table::knows).toArray();
    }

    private long total() {
        return eventsBefore[users.length];
    }

    /// Adds the gradients of one step.
    ///
    /// @return the weighted loss
    double learn(AdapterNetwork network) {
        double loss = 0;
        if (options.following() > 0 && users.length > 0) {
            loss += follow(network);
        }
        if (options.spreading() > 0 && spoken.length > 1) {
            loss += spread(network);
        }
        if (options.describing() > 0 && described.length > 1) {
            loss += describe(network);
        }
        return loss;
    }

    private double follow(AdapterNetwork network) {
        int size = options.batch();
        float[] profiles = new float[size * dimension];
        float[] targets = new float[size * dimension];
        int[] target = new int[size];
        float[] correction = new float[size];
        int[][] had = new int[size][];
        for (int row = 0; row < size; row++) {
            int[] items = lessons.histories().of(drawUser()).items();
            target[row] = items[random.nextInt(items.length)];
            correction[row] = logFrequency[target[row]];
            had[row] = sorted(items);
            addProfile(items, target[row], profiles, row * dimension);
            lessons.texts().copyTo(target[row], targets, row * dimension);
        }
        BitSet excluded = new BitSet(size * size);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                excluded.set(i * size + j, i != j && Arrays.binarySearch(had[i], target[j]) >= 0);
            }
        }
        drop(profiles, options.dropout());
        drop(targets, options.dropout());
        return contrast(
                network, profiles, targets, false, options.temperature(), correction, excluded, options.following());
    }

    private static int[] sorted(int[] items) {
        int[] copy = items.clone();
        Arrays.sort(copy);
        return copy;
    }

    private int drawUser() {
        long event = random.nextLong(total());
        int at = Arrays.binarySearch(eventsBefore, event);
        return users[at >= 0 ? at : -at - 2];
    }

    /// The unit mean of the history without the target.
    private void addProfile(int[] items, int without, float[] target, int offset) {
        for (int item : items) {
            if (item != without) {
                lessons.texts().add(1, item, target, offset);
            }
        }
        UnitVectors.normalise(target, offset, dimension);
    }

    private double spread(AdapterNetwork network) {
        int size = Math.min(options.batch(), spoken.length);
        int[] chosen = draw(spoken, size);
        float[] once = new float[size * dimension];
        for (int row = 0; row < size; row++) {
            lessons.texts().copyTo(chosen[row], once, row * dimension);
        }
        float[] again = once.clone();
        drop(once, SPREADING_DROPOUT);
        drop(again, SPREADING_DROPOUT);
        return contrast(
                network, once, again, true, SPREADING_TEMPERATURE, new float[size], new BitSet(), options.spreading());
    }

    private double describe(AdapterNetwork network) {
        int size = Math.min(options.batch(), described.length);
        int[] chosen = draw(described, size);
        float[] titles = new float[size * dimension];
        float[] descriptions = new float[size * dimension];
        for (int row = 0; row < size; row++) {
            lessons.titles().copyTo(chosen[row], titles, row * dimension);
            lessons.descriptions().copyTo(chosen[row], descriptions, row * dimension);
        }
        return contrast(
                network,
                titles,
                descriptions,
                true,
                DESCRIBING_TEMPERATURE,
                new float[size],
                new BitSet(),
                options.describing());
    }

    /// So many different ones of the items.
    private int[] draw(int[] items, int size) {
        int[] pool = items.clone();
        for (int at = 0; at < size; at++) {
            int other = at + random.nextInt(pool.length - at);
            int kept = pool[at];
            pool[at] = pool[other];
            pool[other] = kept;
        }
        return Arrays.copyOf(pool, size);
    }

    private void drop(float[] values, double share) {
        if (share == 0) {
            return;
        }
        float kept = (float) (1 / (1 - share));
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble() < share ? 0 : values[i] * kept;
        }
    }

    private static double contrast(
            AdapterNetwork network,
            float[] queries,
            float[] keys,
            boolean unit,
            double temperature,
            float[] correction,
            BitSet excluded,
            double weight) {
        AdapterNetwork.Pass query = network.forward(queries);
        AdapterNetwork.Pass key = network.forward(keys);
        UnitVectors queryUnit = unit ? UnitVectors.of(query.output(), network.dimension) : null;
        UnitVectors keyUnit = unit ? UnitVectors.of(key.output(), network.dimension) : null;
        Contrast.Loss loss = Contrast.of(
                queryUnit == null ? query.output() : queryUnit.values(),
                keyUnit == null ? key.output() : keyUnit.values(),
                network.dimension,
                temperature,
                correction,
                excluded);
        float[] queryGradient = queryUnit == null ? loss.queryGradient() : queryUnit.backward(loss.queryGradient());
        float[] keyGradient = keyUnit == null ? loss.keyGradient() : keyUnit.backward(loss.keyGradient());
        Kernels.scale((float) weight, queryGradient, 0, queryGradient.length);
        Kernels.scale((float) weight, keyGradient, 0, keyGradient.length);
        network.backward(query, queryGradient);
        network.backward(key, keyGradient);
        return weight * loss.value();
    }
}
