package dev.palate.retrieval.embedding.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.vector.Kernels;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What is particular to tables that share or compute what they store.
class SharedTablesTest {
    private static final long SEED = Long.getLong("test.seed", 20_260_203L);

    private static float[] lookup(EmbeddingTable table, long id) {
        float[] vector = new float[table.dimension()];
        table.lookup(id, vector, 0);
        return vector;
    }

    /// An array that holds its own indices, from 1.
    private static RobeTable numbered(TableSpec.Robe spec) {
        float[] values = new float[spec.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        return new RobeTable(spec, values);
    }

    @Test
    void blocksAreStretchesOfTheArrayAtAnyPlace() {
        RobeTable table = numbered(new TableSpec.Robe(40, 11, 4, true, SEED));
        Set<Integer> starts = new HashSet<>();
        int turned = 0;
        for (long id = 0; id < 4_000; id++) {
            float[] vector = lookup(table, id << 40 | id);
            for (int block = 0; block < 3; block++) {
                int at = 4 * block;
                float sign = Math.signum(vector[at]);
                turned += sign < 0 ? 1 : 0;
                starts.add((int) Math.abs(vector[at]) - 1);
                for (int i = 1; i < Math.min(4, 11 - at); i++) {
                    assertThat(vector[at + i]).isEqualTo(vector[at] + sign * i);
                }
            }
        }
        assertThat(starts).hasSize(37).allMatch(start -> start >= 0 && start <= 36);
        assertThat(turned / 12_000.0).as("seed %d", SEED).isCloseTo(0.5, within(0.03));
    }

    /// Two ids are alike only when both the two tokens and the weight are.
    @Test
    void encodingsCollideAsOftenAsTheyShould() {
        int ids = 20_000;
        int tokens = 64;
        int weights = 8;
        EmbeddingTable table = EmbeddingTables.create(new TableSpec.MemRec(tokens, weights, 2, 1, 2, SEED));
        Map<List<Float>, Integer> seen = new HashMap<>();
        long pairs = 0;
        for (int i = 0; i < ids; i++) {
            float[] vector = lookup(table, Hashes.mix(i) >>> 1);
            pairs += seen.merge(List.of(vector[0], vector[1]), 1, Integer::sum) - 1;
        }
        double expected = ids * (ids - 1.0) / 2 * (2.0 * tokens - 1) / Math.pow(tokens, 3) / weights;
        assertThat(pairs / expected).as("seed %d", SEED).isCloseTo(1, within(0.1));
    }

    /// What the documentation warns of: ids of one row differ in length only, unless they have a bias.
    @Test
    void idsOfOneRowAreParallelWithoutABias() {
        EmbeddingTable plain = EmbeddingTables.create(new TableSpec.MemCom(60, 16, 10, false, SEED));
        float[] one = lookup(plain, 3);
        float[] other = lookup(plain, 43);
        assertThat(one).isNotEqualTo(other);
        assertThat(Math.abs(cosine(one, other))).isCloseTo(1, within(1e-6));
        EmbeddingTable biased = EmbeddingTables.create(new TableSpec.MemCom(60, 16, 10, true, SEED));
        biased.adjust(10 * 16 + 60 + 43, new float[] {0.05f}, 1);
        assertThat(Math.abs(cosine(lookup(biased, 3), lookup(biased, 43)))).isLessThan(0.98);
    }

    private static double cosine(float[] a, float[] b) {
        int length = a.length;
        return Kernels.dot(a, 0, b, 0, length)
                / Math.sqrt(Kernels.dot(a, 0, a, 0, length) * Kernels.dot(b, 0, b, 0, length));
    }

    private static TableSpec.TensorTrain train(int rank) {
        return new TableSpec.TensorTrain(58, 24, List.of(4, 5, 3), List.of(2, 3, 4), rank, SEED);
    }

    @Test
    void aRowIsTheProductOfItsSlices() {
        int rank = 3;
        TensorTrainTable table = (TensorTrainTable) EmbeddingTables.create(train(rank));
        int second = 4 * 2 * rank;
        int third = second + 5 * 3 * rank * rank;
        for (int id = 0; id < 58; id++) {
            float[] row = lookup(table, id);
            int i1 = id / 15;
            int i2 = id / 3 % 5;
            int i3 = id % 3;
            for (int column = 0; column < 24; column++) {
                double sum = 0;
                for (int r = 0; r < rank; r++) {
                    for (int s = 0; s < rank; s++) {
                        float a = table.values[(i1 * 2 + column / 12) * rank + r];
                        float b = table.values[second + ((i2 * rank + r) * 3 + column / 4 % 3) * rank + s];
                        float c = table.values[third + (i3 * rank + s) * 4 + column % 4];
                        sum += (double) a * b * c;
                    }
                }
                assertThat(row[column]).isCloseTo((float) sum, within(1e-5f));
            }
        }
    }

    @Test
    void whatIsATensorTrainIsImportedWithoutLoss() {
        TableSpec spec = new TableSpec.TensorTrain(60, 24, List.of(4, 5, 3), List.of(2, 3, 4), 3, SEED);
        EmbeddingTable made = EmbeddingTables.create(spec);
        assertThat(error(made, EmbeddingTables.compress(spec, made, new int[60])))
                .isLessThan(1e-4);
    }

    @Test
    void aHigherRankImportsMore() {
        EmbeddingTable learnt = EmbeddingTables.create(new TableSpec.Full(58, 24, SEED));
        double before = 1;
        for (int rank : new int[] {1, 2, 4, 8}) {
            double error = error(learnt, EmbeddingTables.compress(train(rank), learnt, new int[58]));
            assertThat(error).as("rank %d, seed %d", rank, SEED).isBetween(1e-3, before - 1e-3);
            before = error;
        }
        assertThat(error(learnt, EmbeddingTables.compress(train(12), learnt, new int[58])))
                .isLessThan(1e-5);
    }

    /// Relative, of all rows.
    private static double error(EmbeddingTable wanted, EmbeddingTable had) {
        double squares = 0;
        double wrong = 0;
        float[][] a = EmbeddingTables.rows(wanted, 0, 58);
        float[][] b = EmbeddingTables.rows(had, 0, 58);
        for (int row = 0; row < 58; row++) {
            for (int i = 0; i < a[row].length; i++) {
                squares += Math.pow(a[row][i], 2);
                wrong += Math.pow(a[row][i] - b[row][i], 2);
            }
        }
        return Math.sqrt(wrong / squares);
    }

    @Test
    void keptRowsAreThoseOfTheTableAndGoWhenItChanges() {
        EmbeddingTable plain = EmbeddingTables.create(train(3));
        MaterialisedTable kept = (MaterialisedTable) EmbeddingTables.create(new TableSpec.Materialised(10, train(3)));
        for (int round = 0; round < 3; round++) {
            for (int id = 0; id < 58; id++) {
                assertThat(lookup(kept, id)).isEqualTo(lookup(plain, id));
            }
        }
        assertThat(kept.kept()).isEqualTo(10);
        float[] handed = lookup(kept, 7);
        Arrays.fill(handed, 5);
        assertThat(lookup(kept, 7)).as("a row handed out is a copy").isEqualTo(lookup(plain, 7));
        float[] delta = new float[plain.parameterCount()];
        Arrays.fill(delta, 0.01f);
        plain.adjust(0, delta, delta.length);
        kept.adjust(0, delta, delta.length);
        assertThat(kept.kept()).isZero();
        for (int id = 0; id < 58; id++) {
            assertThat(lookup(kept, id)).isEqualTo(lookup(plain, id));
        }
    }

    private static int[] counts(int rows) {
        int[] counts = new int[rows];
        Arrays.setAll(counts, row -> 1 + 400 / (row + 1));
        return counts;
    }

    private static TableSpec.Masked masked(double penalty) {
        return new TableSpec.Masked(30, 8, 5, 0.7, penalty, SEED);
    }

    @Test
    void masksBeginWithTheWholeRow() {
        EmbeddingTable learnt = EmbeddingTables.create(new TableSpec.Full(30, 8, 5));
        EmbeddingTable table = EmbeddingTables.compress(masked(1), learnt, counts(30));
        assertThat(EmbeddingTables.rows(table, 0, 30)).isDeepEqualTo(EmbeddingTables.rows(learnt, 0, 30));
        assertThat(((MaskedTable) table).widths()).containsOnly(8);
    }

    /// The networks' gradient is that of the loss where the mask is the softmax's mean of the masks of all widths.
    @Test
    void theGradientOfTheChoiceIsTheSoftmaxs() {
        MaskedTable table = (MaskedTable) EmbeddingTables.create(masked(0.4), counts(30));
        shaken(table);
        int row = 4;
        float[] gradient = {0.5f, -0.3f, 0.7f, 0.1f, -0.9f, 0.2f, 0.4f, -0.6f};
        TableGradient found = new TableGradient(table.parameterCount());
        table.accumulate(row, gradient, 0, found);
        int from = 30 * 8;
        double squares = 0;
        double wrong = 0;
        float step = 1e-2f;
        for (int parameter = from; parameter < table.parameterCount(); parameter++) {
            table.adjust(parameter, new float[] {step}, 1);
            double above = softLoss(table, row, gradient);
            table.adjust(parameter, new float[] {-2 * step}, 1);
            double below = softLoss(table, row, gradient);
            table.adjust(parameter, new float[] {step}, 1);
            double difference = (above - below) / (2 * step);
            squares += difference * difference;
            wrong += Math.pow(difference - found.value(parameter), 2);
        }
        assertThat(squares).isPositive();
        assertThat(Math.sqrt(wrong / squares)).as("seed %d", SEED).isLessThan(1e-3);
    }

    private static void shaken(MaskedTable table) {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] delta = new float[table.parameterCount()];
        for (int i = 0; i < delta.length; i++) {
            delta[i] = (float) random.nextDouble(-0.5, 0.5);
        }
        table.adjust(0, delta, delta.length);
    }

    private static double softLoss(MaskedTable table, int row, float[] gradient) {
        float[] probabilities = table.masks().probabilities(row);
        double loss = 0;
        for (int width = 1; width <= 8; width++) {
            double let = width * table.price(row);
            for (int i = 0; i < width; i++) {
                let += gradient[i] * table.values[row * 8 + i];
            }
            loss += probabilities[width - 1] * let;
        }
        return loss;
    }

    @Test
    void whatIsKeptOfAMaskedTableIsEqual() {
        MaskedTable table = (MaskedTable) EmbeddingTables.create(masked(0), counts(30));
        shaken(table);
        int[] widths = table.widths();
        assertThat(Arrays.stream(widths).distinct().count()).as("seed %d", SEED).isGreaterThan(1);
        EmbeddingTable packed = table.packed();
        float[][] rows = EmbeddingTables.rows(table, 0, 30);
        assertThat(EmbeddingTables.rows(packed, 0, 30)).isDeepEqualTo(rows);
        for (int row = 0; row < 30; row++) {
            for (int i = 0; i < 8; i++) {
                assertThat(rows[row][i]).isEqualTo(i < widths[row] ? table.values[row * 8 + i] : 0);
            }
        }
        assertThat(packed.residentBytes()).isLessThan(4 * 30 * 8);
    }

    /// When values are of no use, all that is left is their price.
    @Test
    void aPriceMakesRowsNarrow() {
        MaskedTable table = (MaskedTable) EmbeddingTables.create(masked(0.5), counts(30));
        TableGradient gradient = new TableGradient(table.parameterCount());
        SparseAdagrad adagrad = new SparseAdagrad(table, 0.05);
        for (int step = 0; step < 6_000; step++) {
            table.accumulate(step % 30, new float[8], 0, gradient);
            adagrad.step(gradient);
        }
        assertThat(table.widths()).containsOnly(1);
    }

    @Test
    void theLogRuleKeepsWithinItsValues() {
        int[] counts = counts(300);
        int[] widths = LogFrequencyRule.within(counts, 32, 1_500);
        assertThat(Arrays.stream(widths).sum()).isBetween(1_350, 1_500);
        for (int row = 1; row < 300; row++) {
            assertThat(widths[row]).isBetween(1, widths[row - 1]);
        }
        assertThat(LogFrequencyRule.widths(new int[] {0, 1, 7, 1_000}, 16, 2)).containsExactly(1, 2, 6, 16);
        TableSpec.Slabs spec = TableSpec.Slabs.of(new int[] {4, 4, 2, 2, 2, 1, 4}, 4, 1);
        assertThat(spec.runs())
                .containsExactly(
                        new TableSpec.Run(2, 4),
                        new TableSpec.Run(3, 2),
                        new TableSpec.Run(1, 1),
                        new TableSpec.Run(1, 4));
    }
}
