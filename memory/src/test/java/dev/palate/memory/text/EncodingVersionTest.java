package dev.palate.memory.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.segment.TextSegment;
import dev.palate.memory.MemoryException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodingVersionTest {
    private final TextEncoder encoder = new HashingEncoder();

    @TempDir
    Path directory;

    @Test
    void centringTakesTheMeanAwayAndGivesUnitVectors() {
        float[] a = encoder.encode("space horror film");
        float[] b = encoder.encode("space comedy film");
        EncodingVersion version = new Centering(encoder)
                .add(a)
                .add(b)
                .add(new float[encoder.dimension()])
                .version();

        assertThat(version.texts()).isEqualTo(2);
        assertThat(version.centred()).isTrue();
        assertThat(TextEncoderContract.dot(version.center(a), version.center(a)))
                .isCloseTo(1, within(1e-4));
        // Two vectors lie on opposite sides of their mean.
        assertThat(TextEncoderContract.dot(version.center(a), version.center(b)))
                .isCloseTo(-1, within(1e-4));
        assertThat(version.center(new float[encoder.dimension()])).containsOnly(0f);
    }

    @Test
    void withoutTextsNothingIsTakenAway() {
        EncodingVersion version = EncodingVersion.uncentred(encoder);
        float[] raw = encoder.encode("space horror film");
        assertThat(version.centred()).isFalse();
        assertThat(version.id()).isEqualTo(encoder.version());
        assertThat(TextEncoderContract.dot(version.center(raw), raw)).isCloseTo(1, within(1e-4));
    }

    @Test
    void theFileComesBackWhole() {
        EncodingVersion version = new Centering(encoder)
                .add(encoder.encode("space horror film"))
                .add(encoder.encode("wedding"))
                .version();
        Path file = directory.resolve(EncodingVersion.FILE_NAME);
        version.write(file);
        EncodingVersion back = EncodingVersion.read(file);
        assertThat(back.mean()).isEqualTo(version.mean());
        assertThat(back.id()).isEqualTo(version.id()).startsWith(encoder.version() + "+");
        assertThat(back.texts()).isEqualTo(2);
        assertThat(directory).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void everyCutAndEveryFlippedBitIsSeen() throws Exception {
        Path file = directory.resolve(EncodingVersion.FILE_NAME);
        new Centering(new HashingEncoder(8, 0))
                .add(new HashingEncoder(8, 0).encode("a b"))
                .version()
                .write(file);
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] flipped = whole.clone();
            flipped[i] ^= 4;
            Files.write(file, flipped);
            assertThatThrownBy(() -> EncodingVersion.read(file))
                    .isInstanceOf(MemoryException.class)
                    .hasMessageContaining("is damaged or newer than this build")
                    .hasMessageContaining("restore it from a backup");
            Files.write(file, java.util.Arrays.copyOf(whole, i));
            assertThatThrownBy(() -> EncodingVersion.read(file)).isInstanceOf(MemoryException.class);
        }
    }

    @Test
    void langChainSeesTheSameVectors() {
        LangChainEmbeddings embeddings = new LangChainEmbeddings(encoder);
        assertThat(embeddings.embed("Alien").content().vector()).isEqualTo(encoder.encode("Alien"));
        assertThat(embeddings
                        .embedAll(List.of(TextSegment.from("Alien"), TextSegment.from("Up")))
                        .content())
                .hasSize(2);
        assertThat(embeddings.dimension()).isEqualTo(256);
    }
}
