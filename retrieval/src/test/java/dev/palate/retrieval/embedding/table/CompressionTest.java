package dev.palate.retrieval.embedding.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import dev.palate.retrieval.embedding.table.TableSpec.Eviction;
import dev.palate.retrieval.embedding.table.TableSpec.Rounding;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What is particular to one kind of table.
class CompressionTest {
    private static final long SEED = Long.getLong("test.seed", 20_260_202L);

    private static EmbeddingTable learnt(int rows, int dimension) {
        return EmbeddingTables.create(new TableSpec.Full(rows, dimension, SEED));
    }

    private static int[] counts(int rows) {
        int[] counts = new int[rows];
        Arrays.setAll(counts, row -> 1 + 1000 / (row + 1));
        return counts;
    }

    @Test
    void compressedWithRoomIsEqual() {
        EmbeddingTable learnt = learnt(40, 16);
        for (TableSpec spec : List.of(
                new TableSpec.Full(40, 16, 1),
                new TableSpec.Narrow(40, 16, 16, 1),
                TableSpec.Quantised.caching(40, 16, 4, 1, 1),
                new TableSpec.ProductQuantised(40, 16, 40, 1),
                new TableSpec.HotCold(
                        7, new TableSpec.Full(7, 16, 1), new TableSpec.ProductQuantised(33, 16, 33, 1)))) {
            EmbeddingTable table = EmbeddingTables.compress(spec, learnt, counts(40));
            float[][] rows = EmbeddingTables.rows(table, 0, 40);
            float[][] wanted = EmbeddingTables.rows(learnt, 0, 40);
            // A centroid of one row is its weight times the row, over its weight.
            float rounding =
                    spec instanceof TableSpec.ProductQuantised || spec instanceof TableSpec.HotCold ? 1e-8f : 0;
            for (int row = 0; row < 40; row++) {
                assertThat(rows[row]).as("%s row %d", spec, row).containsExactly(wanted[row], within(rounding));
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddingTables.compress(
                        new TableSpec.ChineseRemainder(40, 16, List.of(7, 8), Combination.ADD, 1), learnt, counts(40)))
                .withMessageContaining("create and train it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddingTables.compress(new TableSpec.Full(41, 16, 1), learnt, counts(41)))
                .withMessageContaining("ids to 39");
    }

    @Test
    void aNarrowRowKeepsTheFirstValues() {
        EmbeddingTable learnt = learnt(10, 6);
        EmbeddingTable narrow = EmbeddingTables.compress(new TableSpec.Narrow(10, 6, 4, 1), learnt, counts(10));
        float[][] rows = EmbeddingTables.rows(learnt, 0, 10);
        for (float[] row : rows) {
            Arrays.fill(row, 4, 6, 0);
        }
        assertThat(EmbeddingTables.rows(narrow, 0, 10)).isDeepEqualTo(rows);
    }

    private static TableSpec.Quantised uncached(int dimension, int bits, Rounding rounding) {
        return new TableSpec.Quantised(1, dimension, bits, 0, rounding, Eviction.LEAST_FREQUENT, SEED);
    }

    @Test
    void roundingAtRandomHasTheValueAsMean() {
        for (int bits : new int[] {4, 8}) {
            QuantisedRows rows = QuantisedRows.empty(uncached(1_003, bits, Rounding.STOCHASTIC));
            float[] source = new float[1_003];
            SplittableRandom random = new SplittableRandom(SEED);
            for (int i = 0; i < source.length; i++) {
                source[i] = (float) random.nextDouble(-1, 1);
            }
            source[0] = -1;
            source[1] = 1;
            float scale = 2f / ((1 << bits) - 1);
            double[] sums = new double[source.length];
            float[] read = new float[source.length];
            int draws = 1_000;
            for (int draw = 0; draw < draws; draw++) {
                rows.write(0, source, 0);
                rows.read(0, read, 0);
                for (int i = 0; i < source.length; i++) {
                    assertThat(Math.abs(read[i] - source[i])).isLessThan(scale * 1.001f);
                    sums[i] += read[i] - source[i];
                }
            }
            double mean = Arrays.stream(sums).sum() / draws / source.length;
            assertThat(Math.abs(mean))
                    .as("over a million draws, %d bits, seed %d", bits, SEED)
                    .isLessThan(0.01 * scale);
            // No value of its own is off either: the standard error of one mean is at most scale / 2 / √draws.
            for (double sum : sums) {
                assertThat(Math.abs(sum / draws)).as("seed %d", SEED).isLessThan(5 * scale / 2 / Math.sqrt(draws));
            }
        }
    }

    /// A thousand steps of a tenth of a code.
    @Test
    void smallStepsAddUpOnlyWhenRoundedAtRandom() {
        assertThat(moved(Rounding.STOCHASTIC)).as("seed %d", SEED).isBetween(90.0, 110.0);
        assertThat(moved(Rounding.NEAREST)).isZero();
    }

    private static double moved(Rounding rounding) {
        TableSpec.Quantised spec = uncached(3, 8, rounding);
        EmbeddingTable table = QuantisedTable.filled(spec, (number, target) -> {
            target[0] = -1;
            target[1] = 1;
            target[2] = -0.5f;
        });
        float[] before = EmbeddingTables.rows(table, 0, 1)[0];
        double scale = 2.0 / 255;
        for (int step = 0; step < 1_000; step++) {
            table.adjust(2, new float[] {(float) (0.1 * scale)}, 1);
        }
        return (EmbeddingTables.rows(table, 0, 1)[0][2] - before[2]) / scale;
    }

    @Test
    void bytesOfMixedPrecisionAreThoseOfTheArithmetic() {
        assertThat(TableSpec.Quantised.caching(100_000, 64, 8, 0.05, 1).compression(100_000))
                .isCloseTo(3.00, within(0.06));
        assertThat(TableSpec.Quantised.caching(100_000, 32, 8, 0.05, 1).compression(100_000))
                .isCloseTo(2.74, within(0.05));
        assertThat(TableSpec.Quantised.caching(100_000, 64, 4, 0.01, 1).compression(100_000))
                .isCloseTo(6.0, within(0.12));
        TableSpec.Quantised spec = TableSpec.Quantised.caching(10_000, 64, 8, 0.05, 1);
        assertThat(EmbeddingTables.create(spec).residentBytes()).isEqualTo(10_000 * (64 + 8) + 500 * (4 * 64 + 8));
    }

    /// In a set of 32 slots, row 0 is changed often; then more rows than there is room for pass by once.
    @Test
    void theCacheKeepsWhatIsChangedOftenOrLately() {
        assertThat(cachedAfterAScan(Eviction.LEAST_FREQUENT)).isTrue();
        assertThat(cachedAfterAScan(Eviction.LEAST_RECENT)).isFalse();
    }

    private static boolean cachedAfterAScan(Eviction eviction) {
        TableSpec.Quantised spec = new TableSpec.Quantised(400, 4, 4, 32, Rounding.STOCHASTIC, eviction, SEED);
        EmbeddingTable table = QuantisedTable.filled(spec, (number, target) -> Arrays.fill(target, number));
        float[] exact = {0.123f, -0.77f, 0.5f, 0.3141f};
        table.adjust(0, exact, 4);
        table.adjust(0, new float[4], 4);
        for (int row = 100; row < 200; row++) {
            table.adjust(row * 4, new float[4], 4);
        }
        return Arrays.equals(EmbeddingTables.rows(table, 0, 1)[0], exact);
    }

    @Test
    void productsByTablesAreThoseOfTheVectors() {
        EmbeddingTable learnt = learnt(300, 20);
        ProductQuantisedTable table = (ProductQuantisedTable)
                EmbeddingTables.compress(new TableSpec.ProductQuantised(300, 20, 32, SEED), learnt, counts(300));
        float[] query = EmbeddingTables.rows(learnt, 17, 1)[0];
        float[] products = new float[300];
        table.products(query, products);
        float[][] rows = EmbeddingTables.rows(table, 0, 300);
        for (int row = 0; row < 300; row++) {
            assertThat(products[row]).isCloseTo(Kernels.dot(query, 0, rows[row], 0, 20), within(1e-5f));
        }
    }

    @Test
    void popularRowsAreKeptBetterWhenTheyCountMore() {
        EmbeddingTable learnt = learnt(600, 16);
        int[] popular = new int[600];
        Arrays.fill(popular, 0, 100, 1 << 12);
        TableSpec spec = new TableSpec.ProductQuantised(600, 16, 24, SEED);
        double weighted = error(learnt, EmbeddingTables.compress(spec, learnt, popular), 100);
        double even = error(learnt, EmbeddingTables.compress(spec, learnt, new int[600]), 100);
        assertThat(weighted).as("seed %d", SEED).isLessThan(0.9 * even);
        assertThat(ProductQuantisedTable.weight(0)).isEqualTo(1);
        assertThat(ProductQuantisedTable.weight(7)).isEqualTo(2);
        assertThat(ProductQuantisedTable.weight(8)).isEqualTo(3);
    }

    private static double error(EmbeddingTable a, EmbeddingTable b, int rows) {
        double sum = 0;
        float[][] ofA = EmbeddingTables.rows(a, 0, rows);
        float[][] ofB = EmbeddingTables.rows(b, 0, rows);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < ofA[row].length; i++) {
                sum += Math.pow(ofA[row][i] - ofB[row][i], 2);
            }
        }
        return sum;
    }

    /// Rows that hold their own number, concatenated: a vector is the classes of its id.
    private static EmbeddingTable numbered(TableSpec spec, List<Integer> classes) {
        EmbeddingTable table = EmbeddingTables.create(spec);
        float[] first = EmbeddingTables.rows(table, 0, 1)[0];
        assertThat(first).hasSize(classes.size());
        PartitionTable parts = (PartitionTable) table;
        int next = 0;
        for (int count : classes) {
            for (int number = 0; number < count; number++) {
                parts.values[next++] = number;
            }
        }
        return table;
    }

    @Test
    void noTwoIdsHaveAllClassesInCommon() {
        int rows = 1_000_000;
        for (TableSpec spec : List.of(
                TableSpec.MixedRadix.quotientRemainder(rows, 2, 7, Combination.CONCATENATE, 1),
                new TableSpec.ChineseRemainder(rows, 2, List.of(1000, 1001), Combination.CONCATENATE, 1))) {
            EmbeddingTable table = numbered(
                    spec,
                    spec instanceof TableSpec.MixedRadix digits
                            ? digits.radices()
                            : ((TableSpec.ChineseRemainder) spec).moduli());
            Set<Long> seen = new HashSet<>();
            float[] classes = new float[2];
            for (int id = 0; id < rows; id++) {
                table.lookup(id, classes, 0);
                seen.add((long) classes[0] << 32 | (long) classes[1]);
            }
            assertThat(seen).as("%s", spec).hasSize(rows);
        }
    }

    /// Where a float or an int would have lost the last bits of the id.
    @Test
    void longIdsKeepAllTheirDigits() {
        List<Integer> radices = List.of(1 << 20, 1 << 20);
        EmbeddingTable table =
                numbered(new TableSpec.MixedRadix(1L << 40, 2, radices, Combination.CONCATENATE, 1), radices);
        float[] classes = new float[2];
        for (long id : new long[] {0, (1L << 24) + 1, (1L << 31) + 5, (1L << 40) - 1}) {
            table.lookup(id, classes, 0);
            assertThat((long) classes[1] << 20 | (long) classes[0]).isEqualTo(id);
        }
        EmbeddingTable widest = EmbeddingTables.create(new TableSpec.ChineseRemainder(
                Long.MAX_VALUE, 2, List.of(1 << 16, 65_535, 65_533, 65_531), Combination.ADD, 1));
        widest.lookup(Long.MAX_VALUE - 1, classes, 0);
        assertThat(classes[0]).isBetween(-1f, 1f).isNotZero();
    }

    @Test
    void classesThatDoNotTellIdsApartAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TableSpec.ChineseRemainder(40, 4, List.of(6, 9), Combination.ADD, 1))
                .withMessageContaining("6 and 9 have");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TableSpec.MixedRadix(40, 4, List.of(6, 6), Combination.ADD, 1))
                .withMessageContaining("at least the rows, 40");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TableSpec.MixedRadix(30, 5, List.of(6, 6), Combination.CONCATENATE, 1))
                .withMessageContaining("multiple of 2, was 5");
    }
}
