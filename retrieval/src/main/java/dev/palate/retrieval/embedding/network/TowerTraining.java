package dev.palate.retrieval.embedding.network;

import dev.palate.memory.Require;
import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.ParallelRange;
import dev.palate.retrieval.embedding.table.EmbeddingTable;
import dev.palate.retrieval.embedding.table.SparseAdagrad;
import dev.palate.retrieval.embedding.table.TableGradient;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Learns a [TowerModel] by a softmax over the items of a batch, each corrected by how often it is in
/// batches at all (`yi2019sampling`): sparse Adagrad for the tables, Adagrad for the networks. Work is cut
/// into parts by the size of the batch only, so any number of threads gives the same bytes. Stateless.
///
/// | paper | code |
/// |---|---|
/// | s(x_i, y_j) / τ, s^c = s − log p_j | [Batch#weigh]; `temperature`, [TowerExamples#logShares] |
/// | L_B = −Σ_i log P(y_i ǀ x_i) | [Batch#gradients] |
///
/// The paper estimates p_j from a stream; here all pairs are known and counted. An item that comes more
/// than once in a batch is not its own rival, which the paper leaves.
public final class TowerTraining {
    /// Pairs of a part: fewer are not worth a thread.
    private static final int PART = 64;

    /// @param epochs in [1, 10000]
    /// @param rate of Adagrad for tables, in (0, 10]
    /// @param layerRate of Adagrad for the networks, in (0, 10]
    /// @param regularization of the fields' vectors, in [0, 1]
    /// @param temperature τ, in [0.01, 10]
    /// @param correction how much of log p_j is taken off: 1 as in the paper, 0 none, in [0, 1]
    /// @param batch pairs of one step, in [2, 4096]
    /// @param threads in [1, 256]; any number gives the same result
    public record Options(
            int epochs,
            double rate,
            double layerRate,
            double regularization,
            double temperature,
            double correction,
            int batch,
            int threads) {
        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            Require.range("epochs", epochs, 1, 10_000);
            Require.range("rate", rate, Double.MIN_NORMAL, 10);
            Require.range("layerRate", layerRate, Double.MIN_NORMAL, 10);
            Require.range("regularization", regularization, 0, 1);
            Require.range("temperature", temperature, 0.01, 10);
            Require.range("correction", correction, 0, 1);
            Require.range("batch", batch, 2, 4_096);
            Require.range("threads", threads, 1, 256);
        }
    }

    private TowerTraining() {}

    /// Trains the model in place. O(epochs · pairs · (cost of the lookups and their gradients + parameters of
    /// the networks + batch · outputs)); with the tables' parameters, as many floats of optimiser state and
    /// again for each part of a batch.
    ///
    /// @param seed of the order of the pairs
    public static void run(
            TowerModel model, TowerExamples examples, Options options, long seed, ClickTraining.Listener listener) {
        Batch batch = new Batch(model, examples, options);
        Steps steps = new Steps(model, options);
        SplittableRandom random = new SplittableRandom(seed);
        int[] order = new int[examples.chosen().length];
        Arrays.setAll(order, i -> i);
        for (int epoch = 1; epoch <= options.epochs; epoch++) {
            ClickTraining.shuffle(order, random);
            double loss = 0;
            for (int from = 0; from < order.length; from += options.batch) {
                int to = Math.min(order.length, from + options.batch);
                loss += batch.gradients(Arrays.copyOfRange(order, from, to));
                steps.step(batch.sum());
            }
            if (!listener.epoch(epoch, loss / Math.max(1, order.length))) {
                return;
            }
        }
    }

    /// The gradients of one part of a batch.
    static final class Part {
        final TableGradient[] userTables;
        final TableGradient[] itemTables;
        final float[] userLayers;
        final float[] itemLayers;

        Part(TowerModel model) {
            userTables = model.users.embeddings.gradients();
            itemTables = model.items.embeddings.gradients();
            userLayers = new float[model.users.layers.values.length];
            itemLayers = new float[model.items.layers.values.length];
        }

        private void take(Part other) {
            take(userTables, other.userTables);
            take(itemTables, other.itemTables);
            take(userLayers, other.userLayers);
            take(itemLayers, other.itemLayers);
        }

        private static void take(TableGradient[] sum, TableGradient[] more) {
            for (int f = 0; f < sum.length; f++) {
                sum[f].take(more[f]);
            }
        }

        private static void take(float[] sum, float[] more) {
            Kernels.axpy(1, more, 0, sum, 0, sum.length);
            Arrays.fill(more, 0);
        }
    }

    private static final class Steps {
        private final List<SparseAdagrad> userTables;
        private final List<SparseAdagrad> itemTables;
        private final DenseAdagrad userLayers;
        private final DenseAdagrad itemLayers;

        Steps(TowerModel model, Options options) {
            userTables = steps(model.users.embeddings.tables(), options.rate);
            itemTables = steps(model.items.embeddings.tables(), options.rate);
            userLayers = new DenseAdagrad(model.users.layers.values, options.layerRate);
            itemLayers = new DenseAdagrad(model.items.layers.values, options.layerRate);
        }

        private static List<SparseAdagrad> steps(List<EmbeddingTable> tables, double rate) {
            return tables.stream().map(table -> new SparseAdagrad(table, rate)).toList();
        }

        void step(Part gradient) {
            for (int f = 0; f < userTables.size(); f++) {
                userTables.get(f).step(gradient.userTables[f]);
            }
            for (int f = 0; f < itemTables.size(); f++) {
                itemTables.get(f).step(gradient.itemTables[f]);
            }
            userLayers.step(gradient.userLayers);
            itemLayers.step(gradient.itemLayers);
        }
    }

    /// One batch at a time, its arrays used again.
    static final class Batch {
        private final TowerExamples examples;
        private final Options options;
        private final double[] logShares;
        private final int width;
        private final Part[] parts;
        private final Tower.Climb[] userClimbs;
        private final Tower.Climb[] itemClimbs;
        private final float[] userVectors;
        private final float[] itemVectors;
        private final float[] userGradients;
        private final float[] itemGradients;
        /// By the logit of each user of the batch and each item of it.
        private final float[][] slopes;

        private final double[] losses;

        Batch(TowerModel model, TowerExamples examples, Options options) {
            this.examples = examples;
            this.options = options;
            logShares = examples.logShares();
            width = model.users.outputs();
            int size = options.batch;
            parts = new Part[Math.ceilDiv(size, PART)];
            Arrays.setAll(parts, part -> new Part(model));
            userClimbs = new Tower.Climb[size];
            itemClimbs = new Tower.Climb[size];
            Arrays.setAll(userClimbs, i -> model.users.new Climb());
            Arrays.setAll(itemClimbs, i -> model.items.new Climb());
            userVectors = new float[size * width];
            itemVectors = new float[size * width];
            userGradients = new float[size * width];
            itemGradients = new float[size * width];
            slopes = new float[size][size];
            losses = new double[size];
        }

        /// Leaves the gradients of some pairs in the parts; returns the loss, without the regularisation.
        double gradients(int[] pairs) {
            each(pairs, (part, i) -> {
                userClimbs[i].forward(examples.users(), pairs[i], userVectors, i * width);
                itemClimbs[i].forward(examples.items(), examples.chosen()[pairs[i]], itemVectors, i * width);
            });
            each(pairs, (part, i) -> weigh(pairs, i));
            each(pairs, (part, j) -> {
                Arrays.fill(itemGradients, j * width, (j + 1) * width, 0);
                for (int i = 0; i < pairs.length; i++) {
                    Kernels.axpy(slopes[i][j], userVectors, i * width, itemGradients, j * width, width);
                }
                float shrink = (float) options.regularization;
                userClimbs[j].backward(
                        examples.users(),
                        pairs[j],
                        userVectors,
                        userGradients,
                        j * width,
                        shrink,
                        part.userTables,
                        part.userLayers);
                itemClimbs[j].backward(
                        examples.items(),
                        examples.chosen()[pairs[j]],
                        itemVectors,
                        itemGradients,
                        j * width,
                        shrink,
                        part.itemTables,
                        part.itemLayers);
            });
            double loss = 0;
            for (int i = 0; i < pairs.length; i++) {
                loss += losses[i];
            }
            return loss;
        }

        /// The gradients of all parts, added up in the first.
        Part sum() {
            for (int part = 1; part < parts.length; part++) {
                parts[0].take(parts[part]);
            }
            return parts[0];
        }

        private interface Body {
            void run(Part part, int place);
        }

        private void each(int[] pairs, Body body) {
            ParallelRange.run(options.threads, Math.ceilDiv(pairs.length, PART), number -> {
                for (int i = number * PART; i < Math.min(pairs.length, (number + 1) * PART); i++) {
                    body.run(parts[number], i);
                }
            });
        }

        /// The softmax of one user, its slopes, and the gradient by the user's vector.
        private void weigh(int[] pairs, int i) {
            int own = examples.chosen()[pairs[i]];
            float[] row = slopes[i];
            double most = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < pairs.length; j++) {
                int item = examples.chosen()[pairs[j]];
                row[j] = j != i && item == own
                        ? Float.NEGATIVE_INFINITY
                        : (float) (Kernels.dot(userVectors, i * width, itemVectors, j * width, width)
                                        / options.temperature
                                - options.correction * logShares[item]);
                most = Math.max(most, row[j]);
            }
            losses[i] = most - row[i];
            double sum = 0;
            for (int j = 0; j < pairs.length; j++) {
                double weight = Math.exp(row[j] - most);
                row[j] = (float) weight;
                sum += weight;
            }
            losses[i] += Math.log(sum);
            Arrays.fill(userGradients, i * width, (i + 1) * width, 0);
            for (int j = 0; j < pairs.length; j++) {
                row[j] = (float) ((row[j] / sum - (j == i ? 1 : 0)) / options.temperature);
                Kernels.axpy(row[j], itemVectors, j * width, userGradients, i * width, width);
            }
        }
    }
}
