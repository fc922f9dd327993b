package dev.palate.retrieval.semantic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.HistoryDecay;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AudienceProfileTest {
    private static final double DECAY = 0.9;

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of maps
    void itIsThePlainFormula() {
        SplittableRandom random = new SplittableRandom(4);
        int items = 40;
        int codes = 7;
        int[][] themes = new int[items][];
        Map<Integer, Long>[] audiences = new Map[items];
        for (int item = 0; item < items; item++) {
            themes[item] =
                    random.ints(0, codes).distinct().limit(random.nextInt(4)).toArray();
            Map<Integer, Long> audience = new java.util.HashMap<>();
            if (item % 5 != 0) {
                random.ints(0, codes)
                        .distinct()
                        .limit(1 + random.nextInt(codes))
                        .forEach(code -> audience.put(code, (long) random.nextInt(-200_000, 1_000_000)));
            }
            audiences[item] = audience;
        }
        AudienceProfile profile = new AudienceProfile(themes, audiences, codes, HistoryDecay.of(DECAY));
        for (int round = 0; round < 50; round++) {
            int[] had = random.ints(0, items)
                    .distinct()
                    .limit(1 + random.nextInt(6))
                    .toArray();
            float[] scores = new float[items];
            profile.score(History.of(had), scores);
            for (int item = 0; item < items; item++) {
                double expected = plain(themes, audiences, codes, had, item);
                if (Double.isNaN(expected)) {
                    assertThat(scores[item]).isNaN();
                } else {
                    assertThat((double) scores[item]).isCloseTo(expected, within(1e-5));
                }
            }
        }
    }

    private static double[] share(Map<Integer, Long> audience, int codes) {
        double[] share = new double[codes];
        audience.forEach((code, weight) -> share[code] = Math.max(0, weight));
        double sum = IntStream.range(0, codes).mapToDouble(code -> share[code]).sum();
        for (int code = 0; code < codes; code++) {
            share[code] /= sum;
        }
        return share;
    }

    private static double plain(int[][] themes, Map<Integer, Long>[] audiences, int codes, int[] had, int item) {
        double[] mean = new double[codes];
        int told = 0;
        for (Map<Integer, Long> audience : audiences) {
            double[] share = share(audience, codes);
            if (!Double.isNaN(share[0])) {
                told++;
                for (int code = 0; code < codes; code++) {
                    mean[code] += share[code];
                }
            }
        }
        double[] wish = new double[codes];
        double sum = 0;
        for (int at = 0; at < had.length; at++) {
            double weight = Math.pow(DECAY, had.length - 1 - at);
            for (int code : themes[had[at]]) {
                wish[code] += weight / themes[had[at]].length;
            }
            sum += themes[had[at]].length > 0 ? weight : 0;
        }
        double[] share = share(audiences[item], codes);
        double dot = 0;
        double squared = 0;
        for (int code = 0; code < codes; code++) {
            mean[code] /= told;
            double liked = sum == 0 ? 0 : wish[code] / sum - mean[code];
            dot += liked * (share[code] - mean[code]);
            squared += Math.pow(share[code] - mean[code], 2);
        }
        return dot / Math.sqrt(squared);
    }
}
