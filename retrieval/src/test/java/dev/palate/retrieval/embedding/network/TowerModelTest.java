package dev.palate.retrieval.embedding.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.vector.Kernels;
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

class TowerModelTest {
    private static final long SEED = Long.getLong("test.seed", 20_261_131L);
    private static final int USERS = 30;
    private static final int ITEMS = 40;
    private static final int DIMENSION = 8;
    private static final double SHRINK = 0.05;

    @TempDir
    Path folder;

    private static FeatureRows items() {
        FeatureRows.Builder rows = new FeatureRows.Builder(List.of(new Field("item", ITEMS), new Field("genre", 4)));
        for (int item = 0; item < ITEMS; item++) {
            rows.add(new int[] {item}, item % 5 == 0 ? new int[] {item % 4, (item + 1) % 4} : new int[] {item % 4});
        }
        return rows.build();
    }

    /// Even users choose even items, item 0 and 1 four times as often as the others.
    private static TowerExamples examples(int count) {
        SplittableRandom random = new SplittableRandom(SEED);
        FeatureRows.Builder users = new FeatureRows.Builder(List.of(new Field("user", USERS), new Field("had", ITEMS)));
        int[] chosen = new int[count];
        for (int i = 0; i < count; i++) {
            int user = random.nextInt(USERS);
            int place = Math.max(0, random.nextInt(ITEMS / 2 + 3) - 3);
            chosen[i] = 2 * place + user % 2;
            users.add(
                    new int[] {user},
                    i % 7 == 0 ? new int[0] : new int[] {random.nextInt(ITEMS), random.nextInt(ITEMS)});
        }
        return new TowerExamples(users.build(), items(), chosen);
    }

    static List<TableSpec> itemTables() {
        return List.of(
                new TableSpec.Full(ITEMS, DIMENSION, SEED),
                new TableSpec.Hashed(60, DIMENSION, SEED),
                TableSpec.MixedRadix.quotientRemainder(ITEMS, DIMENSION, 5, Combination.MULTIPLY, SEED),
                new TableSpec.MemRec(30, 40, 3, 2, DIMENSION, SEED),
                new TableSpec.TensorTrain(ITEMS, DIMENSION, List.of(4, 4, 3), List.of(2, 2, 2), 4, SEED));
    }

    private static TowerModel model(TowerExamples examples, TableSpec items) {
        return TowerModel.create(
                examples.users(),
                examples.items(),
                new TowerModel.Shape(DIMENSION, List.of(9), 6),
                Map.of("item", items, "had", items),
                SEED);
    }

    private static TowerTraining.Options options(int epochs, int batch, int threads) {
        return new TowerTraining.Options(epochs, 0.1, 0.05, SHRINK, 0.3, 1, batch, threads);
    }

    @ParameterizedTest
    @MethodSource("itemTables")
    void theGradientIsThatOfFiniteDifferences(TableSpec items) {
        TowerExamples examples = examples(24);
        TowerModel model = model(examples, items);
        SplittableRandom random = new SplittableRandom(SEED);
        for (Tower tower : List.of(model.users, model.items)) {
            for (EmbeddingTable table : tower.embeddings.tables()) {
                for (int i = 0; i < table.parameterCount(); i++) {
                    table.adjust(i, new float[] {(float) random.nextDouble(-0.5, 0.5)}, 1);
                }
            }
            ClickModelTest.awayFromCorners(tower.layers);
        }
        int[] pairs = new int[24];
        Arrays.setAll(pairs, i -> i);
        TowerTraining.Batch batch = new TowerTraining.Batch(model, examples, options(1, 24, 1));
        assertThat(batch.gradients(pairs)).isCloseTo(loss(model, examples, 0), within(1e-2));
        TowerTraining.Part sum = batch.sum();
        double[] squaresAndWrong = new double[2];
        compare(model, examples, model.users, sum.userTables, sum.userLayers, squaresAndWrong);
        compare(model, examples, model.items, sum.itemTables, sum.itemLayers, squaresAndWrong);
        assertThat(squaresAndWrong[0]).as("the loss depends on the parameters").isGreaterThan(0.1);
        assertThat(Math.sqrt(squaresAndWrong[1] / squaresAndWrong[0]))
                .as("%s, seed %d", items, SEED)
                .isLessThan(1e-2);
    }

    private static void compare(
            TowerModel model,
            TowerExamples examples,
            Tower tower,
            TableGradient[] tables,
            float[] layers,
            double[] squaresAndWrong) {
        float step = 2e-3f;
        for (int f = 0; f < tables.length; f++) {
            EmbeddingTable table = tower.embeddings.tables().get(f);
            for (int i = 0; i < table.parameterCount(); i++) {
                table.adjust(i, new float[] {step}, 1);
                double above = loss(model, examples, SHRINK);
                table.adjust(i, new float[] {-2 * step}, 1);
                double below = loss(model, examples, SHRINK);
                table.adjust(i, new float[] {step}, 1);
                add(squaresAndWrong, (above - below) / (2 * step), tables[f].value(i));
            }
        }
        for (int i = 0; i < layers.length; i++) {
            float value = tower.layers.values[i];
            tower.layers.values[i] = value + step;
            double above = loss(model, examples, SHRINK);
            tower.layers.values[i] = value - step;
            double below = loss(model, examples, SHRINK);
            tower.layers.values[i] = value;
            add(squaresAndWrong, (above - below) / (2 * step), layers[i]);
        }
    }

    private static void add(double[] squaresAndWrong, double difference, double gradient) {
        squaresAndWrong[0] += difference * difference;
        squaresAndWrong[1] += (difference - gradient) * (difference - gradient);
    }

    /// Written anew from the definition: one batch of all pairs, an item's doubles left out.
    private static double loss(TowerModel model, TowerExamples examples, double shrink) {
        float[] users = model.userVectors(examples.users());
        float[] items = model.itemVectors(examples.items());
        int[] chosen = examples.chosen();
        int[] counts = new int[ITEMS];
        Arrays.stream(chosen).forEach(item -> counts[item]++);
        double loss = 0;
        for (int i = 0; i < chosen.length; i++) {
            double sum = 0;
            double own = 0;
            for (int j = 0; j < chosen.length; j++) {
                double logit = Kernels.dot(users, i * 6, items, chosen[j] * 6, 6) / 0.3
                        - Math.log(counts[chosen[j]] / (double) chosen.length);
                if (j == i) {
                    own = logit;
                }
                sum += j == i || chosen[j] != chosen[i] ? Math.exp(logit) : 0;
            }
            loss += Math.log(sum) - own;
            loss += shrink
                    / 2
                    * (squares(model.users, examples.users(), i) + squares(model.items, examples.items(), chosen[i]));
        }
        return loss;
    }

    private static double squares(Tower tower, FeatureRows rows, int row) {
        float[] vectors = new float[tower.embeddings.width()];
        tower.embeddings.lookup(rows, row, vectors, 0, new float[DIMENSION]);
        return Kernels.dot(vectors, 0, vectors, 0, vectors.length);
    }

    /// The share of pairs of an item of the user's kind and one of the other that are in order.
    private static double ordered(TowerModel model) {
        FeatureRows.Builder rows = new FeatureRows.Builder(List.of(new Field("user", USERS), new Field("had", ITEMS)));
        for (int user = 0; user < USERS; user++) {
            rows.add(new int[] {user}, new int[0]);
        }
        float[] users = model.userVectors(rows.build());
        float[] items = model.itemVectors(items());
        float[] scores = new float[ITEMS];
        int right = 0;
        for (int user = 0; user < USERS; user++) {
            model.score(users, user, items, scores);
            for (int own = user % 2; own < ITEMS; own += 2) {
                for (int other = 1 - user % 2; other < ITEMS; other += 2) {
                    right += scores[own] > scores[other] ? 1 : 0;
                }
            }
        }
        return right / (double) (USERS * ITEMS / 2 * ITEMS / 2);
    }

    private static void train(TowerModel model, TowerExamples examples, int epochs, double correction, int threads) {
        TowerTraining.run(
                model,
                examples,
                new TowerTraining.Options(epochs, 0.1, 0.05, 0.001, 0.3, correction, 100, threads),
                SEED,
                (epoch, loss) -> true);
    }

    @ParameterizedTest
    @MethodSource("itemTables")
    void itLearnsWhoChoosesWhat(TableSpec items) {
        TowerExamples examples = examples(1_500);
        TowerModel model = model(examples, items);
        double before = ordered(model);
        train(model, examples, 8, 1, 1);
        assertThat(before).as("seed %d", SEED).isBetween(0.3, 0.7);
        assertThat(ordered(model)).as("%s, seed %d", items, SEED).isGreaterThan(0.9);
    }

    /// Where batches hold popular items more often, they are rivals more often; the correction takes that
    /// off, so that they score higher with it than without.
    @Test
    void theCorrectionGivesPopularItemsTheirDue() {
        double[] lead = new double[2];
        for (int correction = 0; correction < 2; correction++) {
            TowerExamples examples = examples(1_500);
            TowerModel model = model(examples, new TableSpec.Full(ITEMS, DIMENSION, SEED));
            train(model, examples, 8, correction, 1);
            float[] users = model.userVectors(examples.users());
            float[] items = model.itemVectors(examples.items());
            float[] scores = new float[ITEMS];
            for (int pair = 0; pair < 200; pair++) {
                model.score(users, pair, items, scores);
                int kind = examples.chosen()[pair] % 2;
                double others = 0;
                for (int item = 2 + kind; item < ITEMS; item += 2) {
                    others += scores[item];
                }
                lead[correction] += (scores[kind] - others / (ITEMS / 2 - 1)) / 200;
            }
        }
        assertThat(lead[1]).as("seed %d", SEED).isGreaterThan(lead[0] + 0.05);
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBytesAndFilesAreRead() throws IOException {
        TowerExamples examples = examples(700);
        byte[] first = new byte[0];
        Path file = folder.resolve("towers.palate-model");
        for (int threads : new int[] {1, 3}) {
            TowerModel model = model(examples, new TableSpec.MemRec(30, 40, 3, 2, DIMENSION, SEED));
            train(model, examples, 2, 1, threads);
            model.write(file);
            byte[] bytes = Files.readAllBytes(file);
            assertThat(first.length == 0 || Arrays.equals(first, bytes)).isTrue();
            first = bytes;
            TowerModel again = TowerModel.read(file);
            assertThat(again.userVectors(examples.users())).isEqualTo(model.userVectors(examples.users()));
            assertThat(again.itemVectors(examples.items())).isEqualTo(model.itemVectors(examples.items()));
            assertThat(again.layerBytes()).isEqualTo(model.layerBytes());
        }
    }

    @Test
    void vectorsHaveLengthOne() {
        TowerExamples examples = examples(50);
        TowerModel model = model(examples, new TableSpec.Full(ITEMS, DIMENSION, SEED));
        float[] users = model.userVectors(examples.users());
        for (int pair = 0; pair < 50; pair++) {
            assertThat(Kernels.dot(users, pair * 6, users, pair * 6, 6)).isCloseTo(1, within(1e-4f));
        }
    }
}
