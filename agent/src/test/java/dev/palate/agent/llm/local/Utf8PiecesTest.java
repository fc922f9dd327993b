package dev.palate.agent.llm.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class Utf8PiecesTest {
    @Test
    void holdsBackHalfCharacters() {
        var pieces = new Utf8Pieces();
        byte[] smile = "😀".getBytes(StandardCharsets.UTF_8);
        assertThat(pieces.add(Arrays.copyOf(smile, 1))).isEmpty();
        assertThat(pieces.add(Arrays.copyOfRange(smile, 1, 3))).isEmpty();
        assertThat(pieces.add(Arrays.copyOfRange(smile, 3, 4))).isEqualTo("😀");
        assertThat(pieces.add(new byte[] {'a', (byte) 0xc3})).isEqualTo("a");
        assertThat(pieces.end()).isEqualTo("\ufffd");
    }

    @Test
    void anyCutGivesTheSameText() {
        byte[] bytes = "Größe 怪獣 😀👩‍🚀 naïve".getBytes(StandardCharsets.UTF_8);
        String whole = new String(bytes, StandardCharsets.UTF_8);
        long seed = Long.getLong("test.seed", 5L);
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            var pieces = new Utf8Pieces();
            var text = new StringBuilder();
            for (int at = 0; at < bytes.length; ) {
                int next = Math.min(bytes.length, at + 1 + random.nextInt(4));
                text.append(pieces.add(Arrays.copyOfRange(bytes, at, next)));
                at = next;
            }
            assertThat(text.append(pieces.end()).toString()).as("seed %d", seed).isEqualTo(whole);
        }
    }
}
