package dev.palate.retrieval.sequence;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/// Trains a sequence model with PyTorch, which must be on the class path ([TorchRuntime]); one at a time in a
/// process made for it. Not thread-safe.
///
/// Every epoch has its own seed, so a run that goes on from a checkpoint gives what it would have given in one
/// piece. The memory that PyTorch takes does not grow from step to step.
public final class SequenceTraining implements AutoCloseable {
    /// What training gave.
    ///
    /// @param model after the best evaluation
    /// @param curve all epochs that were run
    /// @param disagreement largest difference of a hidden state between PyTorch and [SequenceScorer], over 50
    ///     users
    public record Trained(SequenceModel model, List<SequenceEpoch> curve, double disagreement) {
        /// Copies the list.
        public Trained {
            curve = List.copyOf(curve);
        }

        /// The epoch of the best evaluation; the last one when nothing was held out.
        public SequenceEpoch best() {
            SequenceEpoch leader = EpochCurve.leader(curve);
            return leader == null ? curve.getLast() : leader;
        }
    }

    private static final int COMPARED_USERS = 50;
    private static final double TOLERATED = 1e-3;

    private final Histories histories;
    private final Optional<ItemTexts> texts;
    private final SequenceSettings settings;
    private final SequenceExamples examples;
    private final int targetMark;
    private final Engine engine;
    private final NDManager manager;
    private final SequenceParameters parameters;
    private final TorchNetwork network;
    private final TorchLoss loss;
    private final EpochCurve curve;
    private Map<String, float[]> best = Map.of();
    private long steps;

    /// What is learnt from.
    ///
    /// @param histories of all users
    /// @param targets events held out before, which tell when to stop; empty to hold out as the settings say
    /// @param texts one vector per item; the model's item vectors are then the sum of a learnt one and a linear
    ///     map of the text
    public record Source(Histories histories, Optional<SequenceTargets> targets, Optional<ItemTexts> texts) {
        /// @throws IllegalArgumentException when there is not one text per item
        public Source {
            if (texts.isPresent() && texts.get().itemCount() != histories.itemCount()) {
                throw new IllegalArgumentException("needs a text vector for each of " + histories.itemCount()
                        + " items, had " + texts.get().itemCount());
            }
        }
    }

    private SequenceTraining(Source source, SequenceSettings settings) {
        this.histories = source.histories;
        this.texts = source.texts;
        this.settings = settings;
        examples = SequenceExamples.of(histories, source.targets, settings);
        targetMark =
                source.targets.map(targets -> Arrays.hashCode(targets.users())).orElse(0);
        engine = engine();
        manager = NDManager.newBaseManager();
        parameters = new SequenceParameters(
                settings.shape(), histories.itemCount(), texts, manager, new SplittableRandom(settings.seed()));
        curve = new EpochCurve(settings);
        network = new TorchNetwork(settings.shape(), settings.dropout(), parameters::tensor);
        loss = new TorchLoss(settings.loss(), histories.itemCount(), parameters::rows, parameters::table);
    }

    /// Trains until the held-out events are found no better, or all epochs are run.
    ///
    /// @throws RetrievalException with code BAD_INPUT when there is nothing to learn, TRAINING when PyTorch is
    ///     missing or disagrees with the scorer, CANCELLED when interrupted
    public static Trained fit(
            Source source, SequenceSettings settings, SequenceCheckpoints checkpoints, SequenceListener listener) {
        try (SequenceTraining training = new SequenceTraining(source, settings)) {
            if (training.examples.windows().isEmpty()) {
                throw new RetrievalException(
                        Code.BAD_INPUT, "no user has two events after the held-out one: nothing follows anything");
            }
            return training.run(checkpoints, listener);
        }
    }

    private Trained run(SequenceCheckpoints checkpoints, SequenceListener listener) {
        long fingerprint = fingerprint();
        checkpoints.load().filter(kept -> kept.fingerprint() == fingerprint).ifPresent(this::restore);
        while (!curve.over()) {
            int number = curve.size() + 1;
            SequenceEpoch epoch = epoch(number);
            curve.add(epoch);
            if (curve.newestLeads()) {
                best = parameters.copies(array -> array.average);
            }
            if (epoch.evaluation() != null || number % settings.evaluateEvery() == 0) {
                checkpoints.save(new SequenceCheckpoint(
                        fingerprint,
                        number,
                        steps,
                        curve.epochs(),
                        parameters.copies(array -> array.values),
                        parameters.copies(array -> array.first),
                        parameters.copies(array -> array.second),
                        parameters.copies(array -> array.average),
                        best));
            }
            listener.ended(epoch, settings.epochs());
        }
        Map<String, float[]> chosen = best.isEmpty() ? parameters.copies(array -> array.average) : best;
        parameters.show(chosen);
        SequenceModel model = parameters.model(chosen);
        double disagreement = disagreement(new SequenceScorer(model));
        if (!(disagreement <= TOLERATED)) {
            throw new RetrievalException(
                    Code.TRAINING,
                    "the plain Java pass differs from PyTorch by " + disagreement + ", allowed are " + TOLERATED
                            + ": this is a fault of the build, please report it");
        }
        return new Trained(model, curve.epochs(), disagreement);
    }

    private SequenceEpoch epoch(int number) {
        Duration before = cpu();
        long seed = new SplittableRandom(settings.seed() ^ (0x9E3779B97F4A7C15L * number)).nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        engine.setRandomSeed((int) seed);
        double sum = 0;
        long positions = 0;
        for (List<SequenceExamples.Window> windows : examples.batches(random)) {
            if (Thread.currentThread().isInterrupted()) {
                throw new RetrievalException(Code.CANCELLED, "training was cancelled");
            }
            SequenceBatch batch = SequenceBatch.of(windows);
            sum += step(batch, random) * batch.targets().length;
            positions += batch.targets().length;
        }
        double seconds = cpu().minus(before).toNanos() / 1e9;
        boolean evaluated = !examples.heldOut().isEmpty()
                && (number % settings.evaluateEvery() == 0 || number == settings.epochs());
        SequenceEpoch.Evaluation evaluation = evaluated
                ? SequenceEvaluation.of(
                        new SequenceScorer(parameters.model(parameters.copies(array -> array.average))),
                        examples.heldOut())
                : null;
        return new SequenceEpoch(number, sum / positions, evaluation, seconds, residentMebibytes());
    }

    private double step(SequenceBatch batch, SplittableRandom random) {
        double value;
        try (NDManager step = manager.newSubManager()) {
            parameters.attach(step);
            try (GradientCollector gradients = engine.newGradientCollector()) {
                NDArray hidden = forward(step, batch, true).get(step.create(batch.places()));
                NDArray made = loss.of(step, hidden, batch.targets(), random);
                gradients.backward(made);
                value = made.toFloatArray()[0];
            }
            steps++;
            parameters.update(settings, steps);
        }
        if (!Double.isFinite(value)) {
            throw new RetrievalException(
                    Code.TRAINING,
                    "the loss became " + value + " in step " + steps + ": lower the learning rate, which is "
                            + settings.learningRate());
        }
        return value;
    }

    private NDArray forward(NDManager step, SequenceBatch batch, boolean training) {
        NDArray buckets = step.create(
                settings.shape().layer() instanceof SequenceLayer.GatedAttention ? batch.buckets() : new long[1]);
        NDArray items = parameters.rows(step.create(batch.items()));
        return network.hidden(step, items, batch.size(), batch.length(), buckets, training);
    }

    private double disagreement(SequenceScorer scorer) {
        double largest = 0;
        int compared = 0;
        int dimension = settings.shape().dimension();
        for (int user = 0; user < histories.userCount() && compared < COMPARED_USERS; user++) {
            History history = histories.of(user);
            if (history.size() == 0) {
                continue;
            }
            compared++;
            try (NDManager step = manager.newSubManager()) {
                parameters.attach(step);
                SequenceBatch batch =
                        SequenceBatch.ofWhole(history, settings.shape().maximumLength());
                float[] expected = forward(step, batch, false).toFloatArray();
                float[] actual = scorer.hidden(history);
                for (int i = 0; i < dimension; i++) {
                    double difference = Math.abs(actual[i] - expected[expected.length - dimension + i]);
                    largest = Math.max(largest, difference);
                }
            }
        }
        return largest;
    }

    private void restore(SequenceCheckpoint kept) {
        parameters.restore(kept);
        curve.addAll(kept.curve());
        best = kept.best();
        steps = kept.steps();
    }

    /// Of everything that the result depends on.
    private long fingerprint() {
        CRC32C checksum = new CRC32C();
        byte[] said = (settings + " " + targetMark).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        checksum.update(said);
        java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocate(2 * Long.BYTES);
        long count = 0;
        for (int user = 0; user < histories.userCount(); user++) {
            History history = histories.of(user);
            for (int i = 0; i < history.size(); i++) {
                buffer.clear();
                checksum.update(buffer.putInt(user)
                        .putInt(history.items()[i])
                        .putLong(history.times()[i])
                        .flip());
                count++;
            }
        }
        texts.ifPresent(given -> {
            for (float value : given.values()) {
                buffer.clear();
                checksum.update(buffer.putFloat(value).flip());
            }
        });
        return count << 32 | checksum.getValue();
    }

    private static Engine engine() {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        try {
            return Engine.getEngine("PyTorch");
        } catch (EngineException | IllegalArgumentException e) {
            throw new RetrievalException(
                    Code.TRAINING, "PyTorch is not on the class path or cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static int residentMebibytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToInt(line -> Integer.parseInt(line.replaceAll("[^0-9]", "")) / 1_024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
