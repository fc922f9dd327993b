package dev.palate.retrieval.embedding.table;

import dev.palate.memory.Require;
import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.PairwiseStep;
import dev.palate.memory.vector.ParallelRange;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.factor.Histories;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
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
    /// Triples between two words on the progress.
    private static final int TOLD_EVERY = 10_000;

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

    /// Where the state of a training is kept, so that a killed one goes on.
    ///
    /// @param file written at the end of an epoch when the last time is at least `every` ago, and at the end;
    ///     forced to the disk, as a whole or not at all
    /// @param every zero for after each epoch
    public record Checkpoints(Path file, Duration every) {
        /// @throws IllegalArgumentException when the time between two is negative
        public Checkpoints {
            if (every.isNegative()) {
                throw new IllegalArgumentException("the time between checkpoints must be at least 0, was " + every);
            }
        }
    }

    /// A trained model.
    ///
    /// @param seconds that the calling thread computed, those before an interruption included: all of the
    ///     training with one thread
    public record Trained(PairwiseModel model, double seconds) {}

    /// Trains the model's tables and biases in place. O(epochs · events · cost of three lookups and their
    /// gradients); with the tables' parameters, as many floats of optimiser state and again for each part
    /// of a batch. Epochs draw from generators of their own.
    ///
    /// @param seed of the drawn triples
    /// @param progress told of thousands of triples; may throw to end the training
    public static void run(PairwiseModel model, Histories histories, Options options, long seed, Progress progress) {
        Run run = new Run(model, histories, options, seed);
        run.start(0);
        for (int epoch = 1; epoch <= options.epochs; epoch++) {
            run.epoch(epoch, progress);
        }
    }

    /// The same, but goes on after the last checkpoint where there is one; what comes of it is what comes of
    /// an undisturbed training, to the bit. A finished training is not trained again.
    ///
    /// @param fresh the model to begin with, changed in place when there is no checkpoint
    /// @throws dev.palate.retrieval.RetrievalException with code BAD_FILE when the checkpoint is damaged or of
    ///     another training, STORAGE when the disk refuses
    public static Trained run(
            PairwiseModel fresh,
            Histories histories,
            Options options,
            long seed,
            Checkpoints checkpoints,
            Progress progress) {
        PairwiseCheckpoint.Task task = PairwiseCheckpoint.Task.of(fresh, histories, options, seed);
        Optional<PairwiseCheckpoint> last = PairwiseCheckpoint.read(checkpoints.file, task, fresh);
        PairwiseModel model = last.map(PairwiseCheckpoint::model).orElse(fresh);
        int done = last.map(PairwiseCheckpoint::epochs).orElse(0);
        double before = last.map(PairwiseCheckpoint::seconds).orElse(0.0);
        double seconds = before;
        if (done == options.epochs) {
            return new Trained(model, before);
        }
        long cpu = cpuNanos();
        Run run = new Run(model, histories, options, seed);
        last.ifPresent(run::restore);
        run.start(done);
        long writtenAt = System.nanoTime();
        for (int epoch = done + 1; epoch <= options.epochs; epoch++) {
            run.epoch(epoch, progress);
            if (epoch == options.epochs || System.nanoTime() - writtenAt >= checkpoints.every.toNanos()) {
                seconds = before + (cpuNanos() - cpu) / 1e9;
                run.checkpoint(epoch, seconds).write(checkpoints.file, task);
                writtenAt = System.nanoTime();
            }
        }
        return new Trained(model, seconds);
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
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
        private final long seed;
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
        /// Triples of all epochs so far, and how many of them progress was told of.
        private long done;

        private long told;

        Run(PairwiseModel model, Histories histories, Options options, long seed) {
            this.model = model;
            this.options = options;
            this.seed = seed;
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

        void restore(PairwiseCheckpoint last) {
            last.restore(userSteps, itemSteps, biasSquares);
        }

        PairwiseCheckpoint checkpoint(int epoch, double seconds) {
            return new PairwiseCheckpoint(
                    model, epoch, seconds, userSteps.squares(), itemSteps.squares(), biasSquares.clone());
        }

        void start(int epochsDone) {
            told = 0;
            done = (long) epochsDone * eventUsers.length;
        }

        void epoch(int number, Progress progress) {
            var random = new SplittableRandom(Hashes.seed(seed, number));
            for (int from = 0; from < eventUsers.length; from += options.batch) {
                int wanted = Math.min(options.batch, eventUsers.length - from);
                batch(draw(wanted, random));
                done += wanted;
                tell(progress);
            }
        }

        private void tell(Progress progress) {
            long all = (long) options.epochs * eventUsers.length;
            if (done - told >= TOLD_EVERY || done == all) {
                told = done;
                progress.advanced("bpr", (int) Math.ceilDiv(done, 1000L), (int) Math.ceilDiv(all, 1000L));
            }
        }

        private void batch(int drawn) {
            int used = Math.ceilDiv(drawn, PART);
            if (used == 1) {
                gradients(parts[0], 0, drawn);
            } else {
                ParallelRange.run(
                        options.threads,
                        used,
                        part -> gradients(parts[part], part * PART, Math.min(drawn, (part + 1) * PART)));
            }
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

        /// Triples of a user, an item the user had and one not; a user who has nearly all is passed over.
        private int draw(int wanted, SplittableRandom random) {
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
                long betterId = model.itemIds()[better[i]];
                long worseId = model.itemIds()[worse[i]];
                long user = model.userId(users[i]);
                model.users().lookup(user, part.user, 0);
                model.items().lookup(betterId, part.better, 0);
                model.items().lookup(worseId, part.worse, 0);
                double margin = Kernels.dot(part.user, 0, part.better, 0, dimension)
                        - Kernels.dot(part.user, 0, part.worse, 0, dimension)
                        + model.biases()[better[i]]
                        - model.biases()[worse[i]];
                float slope = (float) (1 / (1 + Math.exp(margin)));
                slopes[i] = slope;
                PairwiseStep.gradients(part.user, part.better, part.worse, slope, shrink);
                model.users().accumulate(user, part.user, 0, part.users);
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
