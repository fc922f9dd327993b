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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

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
            return curve.stream()
                    .filter(epoch -> ndcg(epoch) >= 0)
                    .reduce((a, b) -> ndcg(b) > ndcg(a) ? b : a)
                    .orElse(curve.getLast());
        }
    }

    static final String ITEMS = "items";
    static final String ADAPTER = "adapter";

    private static final double NARROW = 0.02;
    private static final double WIDE = 0.05;
    private static final int COMPARED_USERS = 50;
    private static final double TOLERATED = 1e-3;

    private final Histories histories;
    private final Optional<ItemTexts> texts;
    private final SequenceSettings settings;
    private final SequenceExamples examples;
    private final int targetMark;
    private final Engine engine;
    private final NDManager manager;
    private final Map<String, TrainedArray> arrays = new LinkedHashMap<>();
    private final @Nullable NDArray textTensor;
    private final TorchNetwork network;
    private final TorchLoss loss;
    private final List<SequenceEpoch> curve = new ArrayList<>();
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
        SplittableRandom random = new SplittableRandom(settings.seed());
        int dimension = settings.shape().dimension();
        add(ITEMS, new SequenceShape.Weight(histories.itemCount(), dimension, SequenceShape.Start.RANDOM), random);
        settings.shape().weights().forEach((name, weight) -> add(name, weight, random));
        textTensor = texts.map(given -> {
                    add(
                            ADAPTER,
                            new SequenceShape.Weight(given.dimension(), dimension, SequenceShape.Start.RANDOM),
                            random);
                    return manager.create(
                            given.values(), new ai.djl.ndarray.types.Shape(given.itemCount(), given.dimension()));
                })
                .orElse(null);
        network = new TorchNetwork(settings.shape(), settings.dropout(), name -> array(name).tensor);
        loss = new TorchLoss(settings.loss(), histories.itemCount(), this::rows, this::table);
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
        while (curve.size() < settings.epochs() && !exhausted()) {
            int number = curve.size() + 1;
            SequenceEpoch epoch = epoch(number);
            curve.add(epoch);
            SequenceEpoch leader = bestSoFar();
            if (leader != null && leader.epoch() == number) {
                best = copies(array -> array.average);
            }
            if (epoch.evaluation() != null || number % settings.evaluateEvery() == 0) {
                checkpoints.save(new SequenceCheckpoint(
                        fingerprint,
                        number,
                        steps,
                        curve,
                        copies(array -> array.values),
                        copies(array -> array.first),
                        copies(array -> array.second),
                        copies(array -> array.average),
                        best));
            }
            listener.ended(epoch, settings.epochs());
        }
        Map<String, float[]> chosen = best.isEmpty() ? copies(array -> array.average) : best;
        chosen.forEach((name, values) -> array(name).show(values));
        SequenceModel model = model(chosen);
        double disagreement = disagreement(new SequenceScorer(model));
        if (!(disagreement <= TOLERATED)) {
            throw new RetrievalException(
                    Code.TRAINING,
                    "the plain Java pass differs from PyTorch by " + disagreement + ", allowed are " + TOLERATED
                            + ": this is a fault of the build, please report it");
        }
        return new Trained(model, curve, disagreement);
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
                ? SequenceEvaluation.of(new SequenceScorer(model(copies(array -> array.average))), examples.heldOut())
                : null;
        return new SequenceEpoch(number, sum / positions, evaluation, seconds, residentMebibytes());
    }

    private double step(SequenceBatch batch, SplittableRandom random) {
        double value;
        try (NDManager step = manager.newSubManager()) {
            attach(step);
            try (GradientCollector gradients = engine.newGradientCollector()) {
                NDArray hidden = forward(step, batch, true).get(step.create(batch.places()));
                NDArray made = loss.of(step, hidden, batch.targets(), random);
                gradients.backward(made);
                value = made.toFloatArray()[0];
            }
            steps++;
            for (TrainedArray array : arrays.values()) {
                array.update(settings.learningRate(), settings.averaging(), steps);
            }
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
        NDArray items = rows(step.create(batch.items()));
        return network.hidden(step, items, batch.size(), batch.length(), buckets, training);
    }

    /// Vectors of items by their rows.
    private NDArray rows(NDArray indexes) {
        NDArray vectors = array(ITEMS).tensor.get(indexes);
        return textTensor == null
                ? vectors
                : vectors.add(textTensor.get(indexes).matMul(array(ADAPTER).tensor));
    }

    /// Vectors of all items.
    private NDArray table() {
        NDArray vectors = array(ITEMS).tensor;
        return textTensor == null ? vectors : vectors.add(textTensor.matMul(array(ADAPTER).tensor));
    }

    private void attach(NDManager step) {
        arrays.values().forEach(array -> array.tensor.tempAttach(step));
        if (textTensor != null) {
            textTensor.tempAttach(step);
        }
    }

    private SequenceModel model(Map<String, float[]> values) {
        int dimension = settings.shape().dimension();
        float[] items = kept(values, ITEMS).clone();
        texts.ifPresent(given -> {
            float[] adapted = new float[items.length];
            SequenceKernels.linear(
                    given.values(),
                    0,
                    given.itemCount(),
                    given.dimension(),
                    kept(values, ADAPTER),
                    new float[dimension],
                    dimension,
                    adapted,
                    0);
            SequenceKernels.add(items, 0, adapted, 0, items.length);
        });
        Map<String, float[]> weights = new LinkedHashMap<>(values);
        weights.keySet().retainAll(settings.shape().weights().keySet());
        return new SequenceModel(settings.shape(), items, weights);
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
                attach(step);
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

    private void add(String name, SequenceShape.Weight weight, SplittableRandom random) {
        float[] values = new float[Math.multiplyExact(weight.rows(), weight.columns())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float)
                    switch (weight.start()) {
                        case RANDOM -> NARROW * random.nextGaussian();
                        case WIDE -> WIDE * random.nextGaussian();
                        case ZERO -> 0;
                        case ONE -> 1;
                    };
        }
        arrays.put(name, new TrainedArray(manager, weight.rows(), weight.columns(), values));
    }

    private TrainedArray array(String name) {
        TrainedArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("no trained array {" + name + "}; there are " + arrays.keySet());
        }
        return array;
    }

    private Map<String, float[]> copies(java.util.function.Function<TrainedArray, float[]> which) {
        Map<String, float[]> copies = new LinkedHashMap<>();
        arrays.forEach((name, array) -> copies.put(name, which.apply(array).clone()));
        return copies;
    }

    private void restore(SequenceCheckpoint kept) {
        arrays.forEach((name, array) -> array.restore(
                kept(kept.values(), name),
                kept(kept.first(), name),
                kept(kept.second(), name),
                kept(kept.average(), name)));
        curve.addAll(kept.curve());
        best = kept.best();
        steps = kept.steps();
    }

    private static float[] kept(Map<String, float[]> arrays, String name) {
        float[] array = arrays.get(name);
        if (array == null) {
            throw new RetrievalException(
                    Code.BAD_FILE, "the checkpoint has no array {" + name + "}: remove it and train again");
        }
        return array;
    }

    private boolean exhausted() {
        long evaluations = curve.stream().filter(epoch -> ndcg(epoch) >= 0).count();
        SequenceEpoch leader = bestSoFar();
        if (evaluations == 0 || leader == null) {
            return false;
        }
        long since = curve.stream()
                .filter(epoch -> ndcg(epoch) >= 0 && epoch.epoch() > leader.epoch())
                .count();
        return since >= settings.patience();
    }

    private @Nullable SequenceEpoch bestSoFar() {
        return curve.stream()
                .filter(epoch -> ndcg(epoch) >= 0)
                .reduce((a, b) -> ndcg(b) > ndcg(a) ? b : a)
                .orElse(null);
    }

    private static double ndcg(SequenceEpoch epoch) {
        return epoch.evaluation() == null ? -1 : epoch.evaluation().ndcg();
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
