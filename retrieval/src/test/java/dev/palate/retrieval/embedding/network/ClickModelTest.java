package dev.palate.retrieval.embedding.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.table.EmbeddingTable;
import dev.palate.retrieval.embedding.table.TableGradient;
import dev.palate.retrieval.embedding.table.TableSpec;
import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClickModelTest {
    private static final long SEED = Long.getLong("test.seed", 20_261_130L);
    private static final int USERS = 40;
    private static final int ITEMS = 60;
    private static final int GENRES = 5;
    private static final int DIMENSION = 8;
    private static final float SHRINK = 0.05f;

    @TempDir
    Path folder;

    /// Users click items of their half of the genres: only the two together tell, neither does by itself.
    private static ClickExamples examples(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FeatureRows.Builder rows = new FeatureRows.Builder(
                List.of(new Field("user", USERS), new Field("item", ITEMS), new Field("genre", GENRES)));
        boolean[] clicked = new boolean[count];
        for (int i = 0; i < count; i++) {
            int user = random.nextInt(USERS);
            int item = random.nextInt(ITEMS);
            clicked[i] = user % 2 == item % 2 ^ random.nextInt(20) == 0;
            rows.add(
                    new int[] {user},
                    new int[] {item},
                    switch (item % 3) {
                        case 0 -> new int[0];
                        case 1 -> new int[] {item % GENRES};
                        default -> new int[] {item % GENRES, (item + 1) % GENRES, (item + 3) % GENRES};
                    });
        }
        return new ClickExamples(rows.build(), clicked);
    }

    static List<TableSpec> itemTables() {
        return List.of(
                new TableSpec.Full(ITEMS, DIMENSION, SEED),
                new TableSpec.Narrow(ITEMS, DIMENSION, 5, SEED),
                new TableSpec.Hashed(50, DIMENSION, SEED),
                TableSpec.MixedRadix.quotientRemainder(ITEMS, DIMENSION, 8, Combination.MULTIPLY, SEED),
                TableSpec.Quantised.caching(ITEMS, DIMENSION, 8, 1, SEED),
                new TableSpec.Robe(200, DIMENSION, 4, true, SEED),
                new TableSpec.MemRec(30, 40, 3, 2, DIMENSION, SEED),
                new TableSpec.MemCom(ITEMS, DIMENSION, 20, true, SEED),
                new TableSpec.DeepHash(16, 12, 2, DIMENSION, SEED),
                new TableSpec.TensorTrain(ITEMS, DIMENSION, List.of(4, 4, 4), List.of(2, 2, 2), 4, SEED));
    }

    private static ClickModel model(ClickExamples examples, TableSpec items) {
        return ClickModel.create(examples.rows(), DIMENSION, Map.of("item", items), List.of(7, 5), SEED);
    }

    @ParameterizedTest
    @MethodSource("itemTables")
    void theGradientIsThatOfFiniteDifferences(TableSpec items) {
        ClickExamples examples = examples(30, SEED);
        ClickModel model = model(examples, items);
        // Larger than fresh ones, so that the machine's products matter.
        SplittableRandom random = new SplittableRandom(SEED);
        for (FieldEmbeddings embeddings : List.of(model.embeddings, model.numbers)) {
            for (EmbeddingTable table : embeddings.tables()) {
                for (int i = 0; i < table.parameterCount(); i++) {
                    table.adjust(i, new float[] {(float) random.nextDouble(-0.3, 0.3)}, 1);
                }
            }
        }
        awayFromCorners(model.layers);
        ClickTraining.Part part = new ClickTraining.Part(model);
        for (int row = 0; row < examples.clicked().length; row++) {
            part.add(examples.rows(), row, examples.clicked()[row], SHRINK);
        }
        Differences differences = new Differences();
        for (int f = 0; f < 3; f++) {
            compare(model, examples, model.embeddings.tables().get(f), part.vectors[f], differences);
            compare(model, examples, model.numbers.tables().get(f), part.numbers[f], differences);
        }
        for (int i = 0; i < model.layers.values.length; i++) {
            float value = model.layers.values[i];
            model.layers.values[i] = value + Differences.STEP;
            double above = loss(model, examples);
            model.layers.values[i] = value - Differences.STEP;
            double below = loss(model, examples);
            model.layers.values[i] = value;
            differences.add(above, below, part.layers[i]);
        }
        assertThat(differences.relative()).as("%s, seed %d", items, SEED).isLessThan(5e-3);
    }

    /// Gives the units of hidden layers biases that hold them open, or one in three shut, so that no
    /// difference of the parameters crosses the corner of a ReLU, where there is no slope to compare with.
    static void awayFromCorners(DenseLayers layers) {
        int[] sizes = layers.sizes();
        int from = 0;
        float away = 3;
        for (int layer = 1; layer < sizes.length - 1; layer++) {
            from += sizes[layer - 1] * sizes[layer];
            for (int unit = 0; unit < sizes[layer]; unit++) {
                layers.values[from + unit] = unit % 3 == 0 ? -away : away;
            }
            from += sizes[layer];
            away *= 6;
        }
    }

    /// How far gradients are from differences, all together.
    private static final class Differences {
        static final float STEP = 2e-3f;
        private double squares;
        private double wrong;

        void add(double above, double below, double gradient) {
            double difference = (above - below) / (2 * STEP);
            squares += difference * difference;
            wrong += (difference - gradient) * (difference - gradient);
        }

        double relative() {
            assertThat(squares).as("the loss depends on the parameters").isGreaterThan(0.1);
            return Math.sqrt(wrong / squares);
        }
    }

    private static void compare(
            ClickModel model,
            ClickExamples examples,
            EmbeddingTable table,
            TableGradient gradient,
            Differences differences) {
        for (int i = 0; i < table.parameterCount(); i++) {
            table.adjust(i, new float[] {Differences.STEP}, 1);
            double above = loss(model, examples);
            table.adjust(i, new float[] {-2 * Differences.STEP}, 1);
            double below = loss(model, examples);
            table.adjust(i, new float[] {Differences.STEP}, 1);
            differences.add(above, below, gradient.value(i));
        }
    }

    /// Written anew from the definition, with the regularisation.
    private static double loss(ClickModel model, ClickExamples examples) {
        ClickModel.Scorer scorer = model.new Scorer();
        double loss = 0;
        for (int row = 0; row < examples.clicked().length; row++) {
            double logit = scorer.logit(examples.rows(), row);
            float[] vectors = scorer.pass.input();
            loss += Math.log1p(Math.exp(examples.clicked()[row] ? -logit : logit))
                    + SHRINK / 2 * Kernels.dot(vectors, 0, vectors, 0, vectors.length);
        }
        return loss;
    }

    /// The machine's short form is the sum over all pairs of fields.
    @Test
    void theLogitIsNumbersPairsAndNetwork() {
        ClickExamples examples = examples(20, SEED);
        ClickModel model = model(examples, new TableSpec.Full(ITEMS, DIMENSION, SEED));
        train(model, examples, 1, 3);
        double[] logits = model.logits(examples.rows());
        for (int row = 0; row < logits.length; row++) {
            float[] vectors = new float[3 * DIMENSION];
            float[] numbers = new float[3];
            model.embeddings.lookup(examples.rows(), row, vectors, 0, new float[DIMENSION]);
            model.numbers.lookup(examples.rows(), row, numbers, 0, new float[1]);
            double expected = numbers[0] + numbers[1] + numbers[2];
            for (int f = 0; f < 3; f++) {
                for (int g = f + 1; g < 3; g++) {
                    expected += Kernels.dot(vectors, f * DIMENSION, vectors, g * DIMENSION, DIMENSION);
                }
            }
            DenseLayers.Pass pass = model.layers.newPass();
            System.arraycopy(vectors, 0, pass.input(), 0, vectors.length);
            model.layers.forward(pass);
            assertThat(logits[row]).isCloseTo(expected + pass.output()[0], within(1e-4));
        }
    }

    private static double train(ClickModel model, ClickExamples examples, int threads, int epochs) {
        double[] last = new double[1];
        ClickTraining.run(
                model,
                examples,
                new ClickTraining.Options(epochs, 0.1, 0.05, 0.001, 150, threads),
                SEED,
                (epoch, loss) -> {
                    last[0] = loss;
                    return true;
                });
        return last[0];
    }

    @ParameterizedTest
    @MethodSource("itemTables")
    void itLearnsWhatOnlyTwoFieldsTogetherTell(TableSpec items) {
        ClickExamples examples = examples(3_000, SEED + 1);
        ClickExamples others = examples(1_000, SEED + 2);
        ClickModel model = model(examples, items);
        double before = Auc.of(model.logits(others.rows()), others.clicked());
        double loss = train(model, examples, 1, 12);
        double after = Auc.of(model.logits(others.rows()), others.clicked());
        // One in twenty answers is turned round, so no model is above about .95.
        assertThat(before).as("seed %d", SEED).isBetween(0.4, 0.6);
        assertThat(after).as("%s, seed %d", items, SEED).isGreaterThan(0.8);
        assertThat(loss).as("%s, seed %d", items, SEED).isLessThan(0.6);
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBytes() throws IOException {
        ClickExamples examples = examples(1_000, SEED + 1);
        byte[] first = new byte[0];
        for (int threads : new int[] {1, 1, 3}) {
            ClickModel model = model(examples, TableSpec.Quantised.caching(ITEMS, DIMENSION, 8, 0.1, SEED));
            train(model, examples, threads, 2);
            Path file = folder.resolve("click.palate-model");
            model.write(file);
            byte[] bytes = Files.readAllBytes(file);
            assertThat(first.length == 0 || Arrays.equals(first, bytes))
                    .as("%d threads", threads)
                    .isTrue();
            first = bytes;
        }
    }

    @ParameterizedTest
    @MethodSource("itemTables")
    void whatWasWrittenIsRead(TableSpec items) {
        ClickExamples examples = examples(200, SEED);
        ClickModel model = model(examples, items);
        train(model, examples, 1, 2);
        Path file = folder.resolve("click.palate-model");
        model.write(file);
        ClickModel again = ClickModel.read(file);
        assertThat(again.logits(examples.rows())).isEqualTo(model.logits(examples.rows()));
        assertThat(again.embeddings().table("item").spec()).isEqualTo(items);
        assertThat(again.otherBytes()).isEqualTo(model.otherBytes());
    }

    @Test
    void aDamagedFileIsRefused() throws IOException {
        ClickExamples examples = examples(10, SEED);
        Path file = folder.resolve("click.palate-model");
        model(examples, new TableSpec.Full(ITEMS, DIMENSION, SEED)).write(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> ClickModel.read(file))
                .isInstanceOf(RetrievalException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void aTableThatDoesNotFitItsFieldIsRefused() {
        ClickExamples examples = examples(10, SEED);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model(examples, new TableSpec.Full(ITEMS - 1, DIMENSION, SEED)))
                .withMessageContaining("field item");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model(examples, new TableSpec.Full(ITEMS, DIMENSION + 1, SEED)))
                .withMessageContaining("dimension");
    }
}
