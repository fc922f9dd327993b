package dev.palate.memory.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What every text encoder keeps.
abstract class TextEncoderContract {
    private static final List<String> TEXTS = List.of(
            "Alien (1979), a horror film in space", "Two friends open a bakery in Lyon", "naïve café 映画 🚀 7", "x");

    /// The encoder under test, open.
    abstract TextEncoder encoder();

    @Test
    void vectorsHaveTheDimensionAndLengthOne() {
        for (String text : TEXTS) {
            float[] vector = encoder().encode(text);
            assertThat(vector).as(text).hasSize(encoder().dimension());
            assertThat(dot(vector, vector)).as(text).isCloseTo(1, within(1e-4));
        }
    }

    @Test
    void theSameTextGivesTheSameBits() {
        for (String text : TEXTS) {
            assertThat(encoder().encode(text)).as(text).isEqualTo(encoder().encode(text));
        }
    }

    @Test
    void textWithoutWordsGivesTheZeroVector() {
        assertThat(encoder().encode("")).containsOnly(0f);
        assertThat(encoder().encode(" \n\t ")).containsOnly(0f);
    }

    @Test
    void aLongTextIsCut() {
        String start = "space horror ".repeat(400);
        assertThat(encoder().encode(start + "a bakery in Lyon ".repeat(2_000)))
                .isEqualTo(encoder().encode(start));
    }

    @Test
    void textsAboutOneThingAreCloserThanOthers() {
        float[] space = encoder().encode("a horror film set on a space ship");
        float[] near = encoder().encode("horror in space");
        float[] far = encoder().encode("baking bread with friends");
        assertThat(dot(space, near)).isGreaterThan(dot(space, far) + 0.1);
    }

    @Test
    void manyThreadsGetTheVectorsOfOne() throws Exception {
        List<float[]> expected = TEXTS.stream().map(encoder()::encode).toList();
        List<Callable<Void>> calls = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            int text = i % TEXTS.size();
            calls.add(() -> {
                assertThat(encoder().encode(TEXTS.get(text))).isEqualTo(expected.get(text));
                return null;
            });
        }
        try (var executor = Executors.newFixedThreadPool(8)) {
            for (Future<Void> done : executor.invokeAll(calls, 30, TimeUnit.SECONDS)) {
                done.get();
            }
        }
    }

    @Test
    void theVersionNamesTheModelAndItsLimit() {
        assertThat(encoder().version()).matches("[a-z0-9.-]+/[0-9]+");
    }

    static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
