package dev.palate.retrieval.embedding.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrequencyCacheTest {
    private static final long SEED = Long.getLong("test.seed", 20_260_205L);

    /// Rows in the heap, which counts how often it is asked.
    static final class Rows implements RowStore {
        final float[] values;
        private final int dimension;
        int reads;
        int writes;

        Rows(int rows, int dimension) {
            this.dimension = dimension;
            values = new float[rows * dimension];
            for (int i = 0; i < values.length; i++) {
                values[i] = i;
            }
        }

        @Override
        public int rows() {
            return values.length / dimension;
        }

        @Override
        public int dimension() {
            return dimension;
        }

        @Override
        public void read(int row, float[] target, int offset) {
            reads++;
            System.arraycopy(values, row * dimension, target, offset, dimension);
        }

        @Override
        public void write(int row, float[] source, int offset) {
            writes++;
            System.arraycopy(source, offset, values, row * dimension, dimension);
        }
    }

    /// Ids whose k-th has the weight 1 / k^exponent, the most frequent one being `first`.
    static int[] zipf(int rows, int count, double exponent, int first, SplittableRandom random) {
        double[] sums = new double[rows];
        double sum = 0;
        for (int k = 0; k < rows; k++) {
            sum += Math.pow(k + 1, -exponent);
            sums[k] = sum;
        }
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++) {
            int found = Arrays.binarySearch(sums, random.nextDouble(sum));
            drawn[i] = ((found >= 0 ? found : -found - 1) + first) % rows;
        }
        return drawn;
    }

    private static double hitRate(FrequencyCache cache, int[] trace, int from) {
        int[] slot = new int[1];
        int[] row = new int[1];
        long hits = 0;
        for (int i = 0; i < trace.length; i++) {
            row[0] = trace[i];
            long before = cache.stats().hits();
            cache.prepare(row, 1, slot);
            hits += i >= from ? cache.stats().hits() - before : 0;
        }
        return hits / (double) (trace.length - from);
    }

    static double lru(int[] trace, int capacity) {
        Map<Integer, Integer> cache = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, Integer> eldest) {
                return size() > capacity;
            }
        };
        int hits = 0;
        for (int row : trace) {
            hits += cache.put(row, row) != null ? 1 : 0;
        }
        return hits / (double) trace.length;
    }

    static double caffeine(int[] trace, int capacity) {
        Cache<Integer, Integer> cache = Caffeine.newBuilder()
                .maximumSize(capacity)
                .executor(Runnable::run)
                .build();
        int hits = 0;
        for (int row : trace) {
            if (cache.getIfPresent(row) != null) {
                hits++;
            } else {
                cache.put(row, row);
            }
        }
        return hits / (double) trace.length;
    }

    @Test
    void rowsAreThoseOfTheStoreAndChangesReachIt() {
        Rows store = new Rows(500, 3);
        float[] expected = store.values.clone();
        FrequencyCache cache = new FrequencyCache(store, 40);
        SplittableRandom random = new SplittableRandom(SEED);
        int[] slots = new int[12];
        for (int batch = 0; batch < 3_000; batch++) {
            int[] rows = zipf(500, 12, 0.8, 0, random);
            if (batch % 7 == 3) {
                cache.prefetch(zipf(500, 30, 0.8, 0, random), 30);
            }
            cache.prepare(rows, 12, slots);
            for (int i = 0; i < 12; i++) {
                for (int j = 0; j < 3; j++) {
                    assertThat(cache.block()[slots[i] * 3 + j]).isEqualTo(expected[rows[i] * 3 + j]);
                }
            }
            int changed = random.nextInt(12);
            cache.block()[slots[changed] * 3 + 1] = batch;
            expected[rows[changed] * 3 + 1] = batch;
            cache.changed(slots[changed]);
        }
        assertThat(store.values).isNotEqualTo(expected);
        cache.flush();
        assertThat(store.values).isEqualTo(expected);
        FrequencyCache.Stats stats = cache.stats();
        assertThat(stats.hits() + stats.misses()).isEqualTo(36_000);
        assertThat(stats.misses() + stats.readAhead()).isEqualTo(store.reads);
        assertThat(stats.written()).isEqualTo(store.writes).isLessThanOrEqualTo(3_000);
        cache.flush();
        assertThat(store.writes).as("nothing is left to write").isEqualTo((int) stats.written());
    }

    @Test
    void aBatchThatDoesNotFitIsRefused() {
        FrequencyCache cache = new FrequencyCache(new Rows(50, 2), 4);
        int[] slots = new int[6];
        cache.prepare(new int[] {1, 2, 3, 4, 1, 2}, 6, slots);
        assertThat(slots[4]).isEqualTo(slots[0]);
        cache.prepare(new int[] {5, 6, 7, 8, 5, 5}, 6, slots);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cache.prepare(new int[] {9, 10, 11, 12, 13}, 5, slots))
                .withMessageContaining("at most 4 different rows");
    }

    @Test
    void whatIsBroughtAheadIsThereWhenItsBatchComes() {
        Rows store = new Rows(100, 2);
        FrequencyCache cache = new FrequencyCache(store, 20);
        int[] slots = new int[8];
        int[] now = {1, 2, 3, 4, 5, 6, 7, 8};
        int[] next = {31, 32, 33, 34, 35, 36, 37, 38};
        cache.prepare(now, 8, slots);
        assertThat(cache.prefetch(next, 8)).isEqualTo(8);
        // Ten slots at most are held for what is to come.
        assertThat(cache.prefetch(new int[] {41, 42, 43, 44, 45}, 5)).isEqualTo(2);
        cache.prepare(new int[] {51, 52, 53, 54, 55, 56, 57, 58}, 8, slots);
        int reads = store.reads;
        cache.prepare(next, 8, slots);
        assertThat(store.reads).isEqualTo(reads);
        assertThat(cache.stats().hits()).isEqualTo(8);
    }

    /// Half of the slots were held for batches that never came, for good, and nothing more could be brought in.
    @Test
    void whatWasBroughtAheadForABatchThatNeverComesIsLetGo() {
        Rows store = new Rows(1_000, 2);
        FrequencyCache cache = new FrequencyCache(store, 20);
        int[] slots = new int[4];
        assertThat(cache.prefetch(new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10))
                .isEqualTo(10);
        int other = 100;
        for (int batch = 0; batch < FrequencyCache.HOLD; batch++) {
            cache.prepare(new int[] {other++, other++, other++, other++}, 4, slots);
            assertThat(cache.prefetch(new int[] {900}, 1))
                    .as("all places are taken, batch %d", batch)
                    .isZero();
        }
        cache.prepare(new int[] {other++, other++, other++, other++}, 4, slots);
        assertThat(cache.prefetch(new int[] {901, 902, 903, 904, 905, 906, 907, 908, 909, 910}, 10))
                .isEqualTo(10);
        int reads = store.reads;
        for (int batch = 0; batch < 10; batch++) {
            cache.prepare(new int[] {other, other + 1, other + 2, other + 3}, 4, slots);
        }
        assertThat(store.reads).as("others live in what is left").isEqualTo(reads + 4);
        cache.prepare(new int[] {901, 902, 909, 910}, 4, slots);
        assertThat(store.reads).as("the second ones are still there").isEqualTo(reads + 4);
    }

    /// Of hashes spread evenly over w counters, n distinct rows use w (1 − e^(−n / w)) of them.
    @Test
    void everyLineOfTheSketchUsesAllItsCounters() {
        int width = 1 << 18;
        int rows = 300_000;
        CountMinSketch sketch = new CountMinSketch(width);
        double expected = width * (1 - Math.exp(-rows / (double) width));
        for (int line = 0; line < CountMinSketch.DEPTH; line++) {
            BitSet used = new BitSet();
            for (int row = 0; row < rows; row++) {
                int place = sketch.place(Hashes.mix(row), line);
                assertThat(place / width).isEqualTo(line);
                used.set(place);
            }
            assertThat((double) used.cardinality()).as("line %d", line).isCloseTo(expected, withinPercentage(1));
        }
    }

    /// The exact share of accesses to the most frequent rows that fit is what a static choice could reach.
    @Test
    void onSteadyTrafficItComesNearTheBestChoice() {
        int rows = 20_000;
        SplittableRandom random = new SplittableRandom(SEED);
        for (double exponent : new double[] {0.8, 1.0, 1.2}) {
            int[] trace = zipf(rows, 400_000, exponent, 0, random);
            for (int capacity : new int[] {200, 1_000}) {
                double best = 0;
                double all = 0;
                for (int k = 1; k <= rows; k++) {
                    double weight = Math.pow(k, -exponent);
                    all += weight;
                    best += k <= capacity ? weight : 0;
                }
                double rate = hitRate(new FrequencyCache(new Rows(rows, 1), capacity), trace, 200_000);
                assertThat(rate)
                        .as("exponent %s, capacity %d, seed %d", exponent, capacity, SEED)
                        .isGreaterThan(best / all - 0.04)
                        .isGreaterThan(lru(trace, capacity));
            }
        }
    }

    /// Other rows become popular: the hit rate falls and comes back when they are ranked anew.
    @Test
    void itFollowsWhatBecomesPopular() {
        int rows = 20_000;
        SplittableRandom random = new SplittableRandom(SEED);
        FrequencyCache cache = new FrequencyCache(new Rows(rows, 1), 500);
        double before = hitRate(cache, zipf(rows, 200_000, 1, 0, random), 100_000);
        double fallen = hitRate(cache, zipf(rows, 2_000, 1, 9_000, random), 0);
        double after = hitRate(cache, zipf(rows, 200_000, 1, 9_000, random), 100_000);
        assertThat(fallen).as("seed %d", SEED).isLessThan(before - 0.1);
        assertThat(after).as("seed %d", SEED).isGreaterThan(before - 0.02);
    }

    @Test
    void theSketchCountsAtLeastWhatWasSeenAndForgetsByHalves() {
        CountMinSketch sketch = new CountMinSketch(1 << 10);
        int[] counts = new int[5_000];
        for (int row : zipf(5_000, 100_000, 1, 0, new SplittableRandom(SEED))) {
            sketch.add(row);
            counts[row]++;
        }
        double over = 0;
        for (int row = 0; row < counts.length; row++) {
            assertThat(sketch.estimate(row)).isGreaterThanOrEqualTo(counts[row]);
            over += sketch.estimate(row) - counts[row];
        }
        assertThat(over / counts.length).as("mean overestimate, seed %d", SEED).isLessThan(40);
        int first = sketch.estimate(0);
        sketch.halve();
        assertThat(sketch.estimate(0)).isEqualTo(first / 2);
    }
}
