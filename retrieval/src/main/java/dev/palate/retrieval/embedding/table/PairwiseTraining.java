package dev.palate.retrieval.embedding.table;

import dev.palate.memory.Require;
import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.ParallelRange;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.factor.Histories;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Learns a [PairwiseModel] over tables of any kind by Bayesian personalised ranking (`rendle2009bpr`)
/// with sparse Adagrad. Unlike [dev.palate.retrieval.factor.BayesianRanking], whose rows are its own,
/// tables share parameters between rows, so the gradients of a batch are added up before a step. Parts of
/// a batch, whose number depends on its size only, may be worked on by several threads and are added in
/// their order: the result is the same for any number of threads.
///
/// | paper | code |
/// |---|---|
/// | x̂_uij, σ | `margin`, `slope` = σ(−x̂_uij) |
/// | λ_Θ | `regularization`, of the vectors, which reaches the parameters through the table |
///
/// Stateless.
public final class PairwiseTraining {
    private static final int TRIES = 20;
    /// Triples of a part: fewer are not worth a thread.
    private static final int PART = 64;

    /// @param epochs triples drawn, in units of the number of events, in [1, 10000]
    /// @param rate of Adagrad, in (0, 10]
    /// @param regularization in [0, 1]
    /// @param batch triples of one step, in [1, 65536]
    /// @param threads in [1, 256]; any number gives the same result
    public record Options(int epochs, double rate, double regularization, int batch, int threads) {
        /// @throws IllegalArgumentException when a value is out of range
        public Options {
            Require.range("epochs", epochs, 1, 10_000);
            Require.range("rate", rate, Double.MIN_NORMAL, 10);
            Require.range("regularization", regularization, 0, 1);
            Require.range("batch", batch, 1, 1 << 16);
            Require.range("threads", threads, 1, 256);
        }
    }

    private PairwiseTraining() {}

    /// Trains the model's tables and biases in place. O(epochs · events · cost of three lookups and their
    /// gradients); with the tables' parameters, as many floats of optimiser state and again for each part
    /// of a batch.
    ///
    /// @param seed of the drawn triples
    public static void run(PairwiseModel model, Histories histories, Options options, long seed, Progress progress) {
        Run run = new Run(model, histories, options, seed);
        for (int epoch = 1; epoch <= options.epochs; epoch++) {
            run.epoch();
            progress.advanced("bpr", epoch, options.epochs);
        }
    }

    /// The gradients of one part of a batch.
    private static final class Part {
        final TableGradient users;
        final TableGradient items;
        final float[] user;
        final float[] better;
        final float[] worse;

        Part(PairwiseModel model) {
            users = new TableGradient(model.users().parameterCount());
            items = new TableGradient(model.items().parameterCount());
            int dimension = model.users().dimension();
            user = new float[dimension];
            better = new float[dimension];
            worse = new float[dimension];
        }
    }

    private static final class Run {
        private final PairwiseModel model;
        private final Options options;
        private final SplittableRandom random;
        private final int[][] had;
        private final int[] eventUsers;
        private final int[] eventItems;
        private final SparseAdagrad userSteps;
        private final SparseAdagrad itemSteps;
        private final float[] biasSquares;
        private final Part[] parts;
        private final int[] users;
        private final int[] better;
        private final int[] worse;
        private final float[] slopes;

        Run(PairwiseModel model, Histories histories, Options options, long seed) {
            this.model = model;
            this.options = options;
            random = new SplittableRandom(seed);
            had = new int[histories.userCount()][];
            int events = Math.toIntExact(histories.eventCount());
            eventUsers = new int[events];
            eventItems = new int[events];
            int next = 0;
            for (int user = 0; user < had.length; user++) {
                had[user] = histories.of(user).items().clone();
                for (int item : had[user]) {
                    eventUsers[next] = user;
                    eventItems[next++] = item;
                }
                Arrays.sort(had[user]);
            }
            userSteps = new SparseAdagrad(model.users(), options.rate);
            itemSteps = new SparseAdagrad(model.items(), options.rate);
            biasSquares = new float[model.biases().length];
            parts = new Part[Math.ceilDiv(options.batch, PART)];
            Arrays.setAll(parts, part -> new Part(model));
            users = new int[options.batch];
            better = new int[options.batch];
            worse = new int[options.batch];
            slopes = new float[options.batch];
        }

        void epoch() {
            for (int done = 0; done < eventUsers.length; done += options.batch) {
                int drawn = draw(Math.min(options.batch, eventUsers.length - done));
                int used = Math.ceilDiv(drawn, PART);
                ParallelRange.run(
                        options.threads,
                        used,
                        part -> gradients(parts[part], part * PART, Math.min(drawn, (part + 1) * PART)));
                for (int part = 1; part < used; part++) {
                    parts[0].users.take(parts[part].users);
                    parts[0].items.take(parts[part].items);
                }
                userSteps.step(parts[0].users);
                itemSteps.step(parts[0].items);
                for (int i = 0; i < drawn; i++) {
                    stepBias(better[i], -slopes[i]);
                    stepBias(worse[i], slopes[i]);
                }
            }
        }

        /// Triples of a user, an item the user had and one not; a user who has nearly all is passed over.
        private int draw(int wanted) {
            int drawn = 0;
            for (int i = 0; i < wanted; i++) {
                int event = random.nextInt(eventUsers.length);
                int user = eventUsers[event];
                for (int tries = 0; tries < TRIES; tries++) {
                    int item = random.nextInt(model.biases().length);
                    if (Arrays.binarySearch(had[user], item) < 0) {
                        users[drawn] = user;
                        better[drawn] = eventItems[event];
                        worse[drawn++] = item;
                        break;
                    }
                }
            }
            return drawn;
        }

        private void gradients(Part part, int from, int to) {
            int dimension = part.user.length;
            float shrink = (float) options.regularization;
            for (int i = from; i < to; i++) {
                int betterId = model.itemIds()[better[i]];
                int worseId = model.itemIds()[worse[i]];
                model.users().lookup(users[i], part.user, 0);
                model.items().lookup(betterId, part.better, 0);
                model.items().lookup(worseId, part.worse, 0);
                double margin = Kernels.dot(part.user, 0, part.better, 0, dimension)
                        - Kernels.dot(part.user, 0, part.worse, 0, dimension)
                        + model.biases()[better[i]]
                        - model.biases()[worse[i]];
                float slope = (float) (1 / (1 + Math.exp(margin)));
                slopes[i] = slope;
                for (int k = 0; k < dimension; k++) {
                    float u = part.user[k];
                    float b = part.better[k];
                    float w = part.worse[k];
                    part.user[k] = slope * (w - b) + shrink * u;
                    part.better[k] = shrink * b - slope * u;
                    part.worse[k] = shrink * w + slope * u;
                }
                model.users().accumulate(users[i], part.user, 0, part.users);
                model.items().accumulate(betterId, part.better, 0, part.items);
                model.items().accumulate(worseId, part.worse, 0, part.items);
            }
        }

        private void stepBias(int item, float slope) {
            float gradient = slope + (float) options.regularization * model.biases()[item];
            biasSquares[item] += gradient * gradient;
            model.biases()[item] -= (float) (options.rate * gradient / (Math.sqrt(biasSquares[item]) + 1e-8));
        }
    }
}
