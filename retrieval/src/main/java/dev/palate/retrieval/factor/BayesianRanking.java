package dev.palate.retrieval.factor;

import dev.palate.memory.vector.DenseProduct;
import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.PairwiseStep;
import dev.palate.memory.vector.ParallelRange;
import dev.palate.retrieval.Progress;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Matrix factorisation by Bayesian personalised ranking (`rendle2009bpr`): stochastic steps on triples of a
/// user, an item the user had and one not. Immutable and thread-safe.
///
/// Users and items are dealt into four blocks each at random, so that a block is like the whole. Four pairs of
/// blocks that share neither users nor items are worked on at a time, each with its own stream of random
/// numbers (the strata of `gemulla2011dsgd`), so that the result does not depend on the number of threads. The
/// negative of a triple comes from the block of its positive.
///
/// | paper | code |
/// |---|---|
/// | W, H, λ_Θ, α | users, `items`, `regularization`, `learningRate` |
/// | x̂_uij | u · (i − j) + bias_i − bias_j |
public final class BayesianRanking implements Scorer {
    /// @param dimension in [1, 1024]
    /// @param learningRate in (0, 1]
    /// @param regularization in [0, 1]
    /// @param epochs triples drawn, in units of the number of events, in [1, 10000]
    public record Options(int dimension, double learningRate, double regularization, int epochs)
            implements ModelOptions {
        /// What `evaluate` uses when nothing else is asked for.
        public static final Options DEFAULT = new Options(64, 0.05, 0.02, 80);

        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            if (dimension < 1 || dimension > 1024 || epochs < 1 || epochs > 10_000) {
                throw new IllegalArgumentException("dimension must be in [1, 1024] and epochs in [1, 10000], were "
                        + dimension + " and " + epochs);
            }
            if (!(learningRate > 0 && learningRate <= 1) || !(regularization >= 0 && regularization <= 1)) {
                throw new IllegalArgumentException("learningRate must be in (0, 1] and regularization in [0, 1], were "
                        + learningRate + " and " + regularization);
            }
        }

        /// The same with another number of epochs.
        public Options withEpochs(int count) {
            return new Options(dimension, learningRate, regularization, count);
        }
    }

    private static final int BLOCKS = 4;
    private static final int TRIES = 20;
    private static final double INITIAL_DEVIATION = 0.1;

    private final int itemCount;
    private final int stride;
    private final Options options;
    private final long seed;
    private final float[] items;
    private final float[] biases;

    private BayesianRanking(int itemCount, int stride, Options options, long seed, float[] items, float[] biases) {
        this.itemCount = itemCount;
        this.stride = stride;
        this.options = options;
        this.seed = seed;
        this.items = items;
        this.biases = biases;
    }

    /// Learns the items; users are folded in again when they are needed. O(epochs · events · dimension). The
    /// same for any number of threads, of which at most four find work.
    public static BayesianRanking fit(Histories histories, Options options, long seed, int threads, Progress progress) {
        Fitting fitting = new Fitting(histories, options, seed);
        for (int epoch = 1; epoch <= options.epochs; epoch++) {
            for (int shift = 0; shift < BLOCKS; shift++) {
                long round = (long) epoch * BLOCKS + shift;
                int moved = shift;
                ParallelRange.run(threads, BLOCKS, block -> fitting.run(block, (block + moved) % BLOCKS, round));
            }
            progress.advanced("bpr", epoch, options.epochs);
        }
        return new BayesianRanking(histories.itemCount(), fitting.stride, options, seed, fitting.items, fitting.biases);
    }

    @Override
    public int itemCount() {
        return itemCount;
    }

    /// Folds the user in, then scores. O(epochs · history · dimension + items · dimension).
    @Override
    public void score(History history, float[] target) {
        float[] user = foldIn(history);
        for (int item = 0; item < itemCount; item++) {
            target[item] = Kernels.dot(items, item * stride, user, 0, stride) + biases[item];
        }
    }

    /// The vector of a user with this history by the same steps with the items held fixed; zero for an empty one.
    private float[] foldIn(History history) {
        float[] user = new float[stride];
        int[] had = history.items();
        if (had.length == 0 || had.length >= itemCount) {
            return user;
        }
        int[] sorted = had.clone();
        Arrays.sort(sorted);
        SplittableRandom random = new SplittableRandom(seed);
        float shrink = (float) (options.learningRate * options.regularization);
        for (long step = 0; step < (long) options.epochs * had.length; step++) {
            int better = had[random.nextInt(had.length)];
            int worse = random.nextInt(itemCount);
            if (Arrays.binarySearch(sorted, worse) < 0) {
                float slope = slope(user, 0, items, biases, better, worse, stride, options);
                PairwiseStep.ofUser(user, 0, items, better * stride, worse * stride, stride, slope, shrink);
            }
        }
        return user;
    }

    private static float slope(
            float[] users, int u, float[] items, float[] biases, int better, int worse, int stride, Options options) {
        float margin = Kernels.dot(users, u, items, better * stride, stride)
                - Kernels.dot(users, u, items, worse * stride, stride)
                + biases[better]
                - biases[worse];
        return (float) (options.learningRate / (1 + Math.exp(margin)));
    }

    /// What changes while fitting.
    private static final class Fitting {
        private final Options options;
        private final long seed;
        private final int stride;
        private final int itemCount;
        private final int[][] had;
        private final int[] userBlock;
        private final int[] itemBlock;
        private final int[][] blockItems = new int[BLOCKS][];
        private final int[][][] pairs = new int[BLOCKS * BLOCKS][2][];
        private final float[] users;
        private final float[] items;
        private final float[] biases;

        Fitting(Histories histories, Options options, long seed) {
            this.options = options;
            this.seed = seed;
            stride = DenseProduct.stride(options.dimension);
            itemCount = histories.itemCount();
            SplittableRandom random = new SplittableRandom(seed);
            users = initial(random, histories.userCount());
            items = initial(random, itemCount);
            biases = new float[itemCount];
            userBlock = dealt(random, histories.userCount());
            itemBlock = dealt(random, itemCount);
            for (int block = 0; block < BLOCKS; block++) {
                int dealt = block;
                blockItems[block] = IntStream.range(0, itemCount)
                        .filter(item -> itemBlock[item] == dealt)
                        .toArray();
            }
            had = new int[histories.userCount()][];
            int[] sizes = new int[BLOCKS * BLOCKS];
            for (int user = 0; user < had.length; user++) {
                had[user] = histories.of(user).items().clone();
                Arrays.sort(had[user]);
                for (int item : had[user]) {
                    sizes[place(user, item)]++;
                }
            }
            for (int place = 0; place < sizes.length; place++) {
                pairs[place] = new int[][] {new int[sizes[place]], new int[sizes[place]]};
            }
            int[] filled = new int[sizes.length];
            for (int user = 0; user < had.length; user++) {
                for (int item : had[user]) {
                    int place = place(user, item);
                    pairs[place][0][filled[place]] = user;
                    pairs[place][1][filled[place]++] = item;
                }
            }
        }

        /// A block for each row, all of the same size but for one.
        private static int[] dealt(SplittableRandom random, int count) {
            int[] blocks = new int[count];
            for (int i = 0; i < count; i++) {
                int other = random.nextInt(i + 1);
                blocks[i] = blocks[other];
                blocks[other] = i % BLOCKS;
            }
            return blocks;
        }

        private int place(int user, int item) {
            return userBlock[user] * BLOCKS + itemBlock[item];
        }

        private float[] initial(SplittableRandom random, int rowCount) {
            float[] rows = new float[Math.multiplyExact(rowCount, stride)];
            double deviation = INITIAL_DEVIATION / Math.sqrt(options.dimension);
            for (int row = 0; row < rowCount; row++) {
                for (int i = 0; i < options.dimension; i++) {
                    rows[row * stride + i] = (float) (random.nextGaussian() * deviation);
                }
            }
            return rows;
        }

        void run(int ofUsers, int ofItems, long round) {
            int[][] block = pairs[ofUsers * BLOCKS + ofItems];
            int[] candidates = blockItems[ofItems];
            int count = block[0].length;
            SplittableRandom random = new SplittableRandom((seed * 0x9E3779B97F4A7C15L + round) * BLOCKS + ofUsers);
            for (int step = 0; step < count; step++) {
                int drawn = random.nextInt(count);
                int user = block[0][drawn];
                int worse = candidates[random.nextInt(candidates.length)];
                for (int tries = 1; tries < TRIES && Arrays.binarySearch(had[user], worse) >= 0; tries++) {
                    worse = candidates[random.nextInt(candidates.length)];
                }
                if (Arrays.binarySearch(had[user], worse) < 0) {
                    learn(user, block[1][drawn], worse);
                }
            }
        }

        private void learn(int user, int better, int worse) {
            float slope = slope(users, user * stride, items, biases, better, worse, stride, options);
            float shrink = (float) (options.learningRate * options.regularization);
            PairwiseStep.ofAll(users, user * stride, items, better * stride, worse * stride, stride, slope, shrink);
            biases[better] += slope - shrink * biases[better];
            biases[worse] -= slope + shrink * biases[worse];
        }
    }
}
