package dev.palate.retrieval.embedding.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.evaluation.SharedData;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The cache on accesses of a real recommendation service, beside LRU, Caffeine and the best fixed choice.
class TraceCacheTest {
    /// Keys as rows, numbered by first access: an order that says nothing of how frequent they will be.
    private static int[] trace() throws IOException, InterruptedException {
        Path file = SharedData.path("trace/scarab-recs.trace.xz");
        Process process = start(file);
        int[] rows = new int[1 << 21];
        int count = 0;
        Map<Long, Integer> byKey = new HashMap<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16))) {
            while (true) {
                rows[count++] = byKey.computeIfAbsent(in.readLong(), key -> byKey.size());
            }
        } catch (EOFException e) {
            count--;
        } finally {
            process.destroy();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        return Arrays.copyOf(rows, count);
    }

    private static Process start(Path file) {
        try {
            return new ProcessBuilder("xz", "-dc", file.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            String message = "needs the command xz (Debian: xz-utils): " + e.getMessage();
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError(message, e);
            }
            return Assumptions.abort(message);
        }
    }

    @Test
    @Timeout(300)
    void itIsNotBelowCaffeine() throws Exception {
        int[] trace = trace();
        int keys = Arrays.stream(trace).max().orElseThrow() + 1;
        assertThat(trace).hasSize(1_245_184);
        assertThat(keys).isEqualTo(258_368);
        int[] counts = new int[keys];
        Arrays.stream(trace).forEach(row -> counts[row]++);
        Arrays.sort(counts);
        StringBuilder table = new StringBuilder("share slots lru caffeine ours best-fixed\n");
        for (double share : new double[] {0.001, 0.01, 0.05, 0.1}) {
            int capacity = (int) (share * keys);
            long fixed =
                    Arrays.stream(counts, keys - capacity, keys).asLongStream().sum();
            double lru = FrequencyCacheTest.lru(trace, capacity);
            double caffeine = FrequencyCacheTest.caffeine(trace, capacity);
            double ours = ours(trace, keys, capacity);
            table.append(String.format(
                    "%.3f %d %.4f %.4f %.4f %.4f%n",
                    share, capacity, lru, caffeine, ours, fixed / (double) trace.length));
            assertThat(ours).as("%s", table).isGreaterThan(caffeine - 0.005).isGreaterThan(lru);
        }
        Files.writeString(Files.createDirectories(Path.of("target")).resolve("trace-cache.txt"), table);
    }

    private static double ours(int[] trace, int keys, int capacity) {
        FrequencyCache cache = new FrequencyCache(new FrequencyCacheTest.Rows(keys, 1), capacity);
        int[] row = new int[1];
        int[] slot = new int[1];
        for (int key : trace) {
            row[0] = key;
            cache.prepare(row, 1, slot);
        }
        return cache.stats().hitRate();
    }
}
