package dev.palate.memory.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MiniLmEncoderTest extends TextEncoderContract {
    private static MiniLmEncoder encoder;

    @BeforeAll
    static void open() {
        encoder = MiniLmEncoder.open(new MiniLmEncoder.Options(2, Duration.ofSeconds(30), cache()));
    }

    @AfterAll
    static void close() {
        encoder.close();
    }

    private static Path cache() {
        return Path.of("target", "native-cache").toAbsolutePath();
    }

    @Override
    TextEncoder encoder() {
        return encoder;
    }

    @Test
    void meaningIsSeenBehindOtherWords() {
        float[] query = encoder.encode("a scary movie about aliens");
        assertThat(dot(query, encoder.encode("extraterrestrial terror film")))
                .isGreaterThan(dot(query, encoder.encode("a movie about wedding planners")) + 0.05);
    }

    @Test
    void nativesAreUnpackedBelowTheCacheGivenAndNobodyIsCalled() {
        assertThat(cache().resolve("tokenizers")).isDirectoryRecursivelyContaining("glob:**tokenizers*");
        assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
        assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
    }

    @Test
    void aClosedEncoderSaysSo() {
        MiniLmEncoder own = MiniLmEncoder.open(new MiniLmEncoder.Options(1, Duration.ofSeconds(5), cache()));
        own.close();
        own.close();
        assertThatThrownBy(() -> own.encode("Alien"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the text encoder is closed");
    }
}
