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

/// Learns a [ClickModel] by logistic loss: sparse Adagrad for the tables and the numbers, Adagrad for the
/// network. The gradients of a batch are added up in parts whose number depends on the batch only, so any
/// number of threads gives the same bytes. Stateless.
///
/// Symbols: λ → `regularization`, of the fields' vectors; what is minimised is Σ log(1 + e^(−ŷ y)) + λ/2
/// Σ ǁV_iǁ² over the rows.
public final class ClickTraining {
    /// Rows of a part: fewer are not worth a thread.
    private static final int PART = 64;

    /// @param epochs in [1, 10000]
    /// @param rate of Adagrad for tables and numbers, in (0, 10]
    /// @param layerRate of Adagrad for the network, in (0, 10]
    /// @param regularization in [0, 1]
    /// @param batch rows of one step, in [1, 65536]
    /// @param threads in [1, 256]; any number gives the same result
    public record Options(int epochs, double rate, double layerRate, double regularization, int batch, int threads) {
        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            Require.range("epochs", epochs, 1, 10_000);
            Require.range("rate", rate, Double.MIN_NORMAL, 10);
            Require.range("layerRate", layerRate, Double.MIN_NORMAL, 10);
            Require.range("regularization", regularization, 0, 1);
            Require.range("batch", batch, 1, 1 << 16);
            Require.range("threads", threads, 1, 256);
        }
    }

    /// Told of each finished epoch, on the training thread; the model may be read meanwhile.
    @FunctionalInterface
    public interface Listener {
        /// @param loss mean of the epoch, without the regularisation
        /// @return whether to go on
        boolean epoch(int number, double loss);
    }

    private ClickTraining() {}

    /// Trains the model in place. O(epochs · rows · (cost of its lookups and their gradients + parameters of
    /// the network)); with the tables' parameters, as many floats of optimiser state and again for each
    /// part of a batch.
    ///
    /// @param seed of the order of the rows
    public static void run(ClickModel model, ClickExamples examples, Options options, long seed, Listener listener) {
        Run run = new Run(model, examples, options);
        SplittableRandom random = new SplittableRandom(seed);
        int[] order = new int[examples.clicked().length];
        Arrays.setAll(order, i -> i);
        for (int epoch = 1; epoch <= options.epochs; epoch++) {
            shuffle(order, random);
            double loss = 0;
            for (int from = 0; from < order.length; from += options.batch) {
                loss += run.step(order, from, Math.min(order.length, from + options.batch));
            }
            if (!listener.epoch(epoch, loss / Math.max(1, order.length))) {
                return;
            }
        }
    }

    /// Any order, each as likely.
    static void shuffle(int[] order, SplittableRandom random) {
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int row = order[i];
            order[i] = order[other];
            order[other] = row;
        }
    }

    /// The gradients of one part of a batch.
    static final class Part {
        final TableGradient[] vectors;
        final TableGradient[] numbers;
        final float[] layers;
        private final ClickModel model;
        private final ClickModel.Scorer scorer;
        private final float[] slopes;
        private double loss;

        Part(ClickModel model) {
            this.model = model;
            vectors = model.embeddings.gradients();
            numbers = model.numbers.gradients();
            layers = new float[model.layers.values.length];
            scorer = model.new Scorer();
            slopes = new float[model.numbers.width()];
        }

        /// Adds the gradient of one row; returns its loss without the regularisation.
        double add(FeatureRows rows, int row, boolean clicked, float shrink) {
            double logit = scorer.logit(rows, row);
            float slope = (float) (ClickModel.probability(logit) - (clicked ? 1 : 0));
            DenseLayers.Pass pass = scorer.pass;
            pass.outputGradient()[0] = slope;
            model.layers.backward(pass, layers);
            float[] vectors = pass.input();
            float[] gradient = pass.inputGradient();
            int dimension = scorer.sum.length;
            for (int at = 0; at < vectors.length; at += dimension) {
                Kernels.axpy(slope, scorer.sum, 0, gradient, at, dimension);
            }
            Kernels.axpy(shrink - slope, vectors, 0, gradient, 0, vectors.length);
            model.embeddings.accumulate(rows, row, gradient, 0, this.vectors, scorer.scratch);
            Arrays.fill(slopes, slope);
            model.numbers.accumulate(rows, row, slopes, 0, numbers, scorer.scratch);
            // log(1 + e^x), of the logit with its sign turned where it was clicked
            double wrong = clicked ? -logit : logit;
            return Math.max(0, wrong) + Math.log1p(Math.exp(-Math.abs(wrong)));
        }
    }

    private static final class Run {
        private final ClickExamples examples;
        private final Options options;
        private final Part[] parts;
        private final List<SparseAdagrad> vectorSteps;
        private final List<SparseAdagrad> numberSteps;
        private final DenseAdagrad layerSteps;

        Run(ClickModel model, ClickExamples examples, Options options) {
            this.examples = examples;
            this.options = options;
            parts = new Part[Math.ceilDiv(options.batch, PART)];
            Arrays.setAll(parts, part -> new Part(model));
            vectorSteps = steps(model.embeddings.tables());
            numberSteps = steps(model.numbers.tables());
            layerSteps = new DenseAdagrad(model.layers.values, options.layerRate);
        }

        private List<SparseAdagrad> steps(List<EmbeddingTable> tables) {
            return tables.stream()
                    .map(table -> new SparseAdagrad(table, options.rate))
                    .toList();
        }

        /// Returns the summed loss of rows `order[from, to)`.
        double step(int[] order, int from, int to) {
            int used = Math.ceilDiv(to - from, PART);
            ParallelRange.run(options.threads, used, number -> {
                Part part = parts[number];
                part.loss = 0;
                for (int i = from + number * PART; i < Math.min(to, from + (number + 1) * PART); i++) {
                    part.loss += part.add(
                            examples.rows(), order[i], examples.clicked()[order[i]], (float) options.regularization);
                }
            });
            Part first = parts[0];
            double loss = first.loss;
            for (int number = 1; number < used; number++) {
                Part part = parts[number];
                loss += part.loss;
                for (int f = 0; f < first.vectors.length; f++) {
                    first.vectors[f].take(part.vectors[f]);
                    first.numbers[f].take(part.numbers[f]);
                }
                Kernels.axpy(1, part.layers, 0, first.layers, 0, first.layers.length);
                Arrays.fill(part.layers, 0);
            }
            for (int f = 0; f < first.vectors.length; f++) {
                vectorSteps.get(f).step(first.vectors[f]);
                numberSteps.get(f).step(first.numbers[f]);
            }
            layerSteps.step(first.layers);
            return loss;
        }
    }
}
