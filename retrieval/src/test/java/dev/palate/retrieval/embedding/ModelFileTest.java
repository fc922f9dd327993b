package dev.palate.retrieval.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {
    private static final long SEED = Long.getLong("test.seed", 99L);

    @TempDir
    Path folder;

    @Test
    void aFileOfTheFirstVersionStaysReadable() throws Exception {
        Path golden = Path.of(Objects.requireNonNull(getClass().getResource("v1.palate-model"))
                .toURI());
        Snapshots.assertSame(ModelSnapshot.read(golden), Snapshots.tiny("golden"));
    }

    @Test
    void whatIsWrittenIsRead() {
        Path file = folder.resolve("m");
        Snapshots.tiny("v").write(file);
        Snapshots.assertSame(ModelSnapshot.read(file), Snapshots.tiny("v"));
        Snapshots.full("v").write(file);
        Snapshots.assertSame(ModelSnapshot.read(file), Snapshots.full("v"));
        assertThat(folder.resolve("m.part")).doesNotExist();
    }

    @Test
    void sectionsLargerThanTheBufferSurvive() {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] floats = new float[700_001];
        int[] ints = new int[300_007];
        Arrays.setAll(ints, i -> random.nextInt());
        for (int i = 0; i < floats.length; i++) {
            floats[i] = random.nextFloat();
        }
        byte[] bytes = new byte[1_500_003];
        random.nextBytes(bytes);
        Map<String, ModelFile.Section> sections = new LinkedHashMap<>();
        sections.put("odd", new ModelFile.Section.Bytes(bytes));
        sections.put("floats", new ModelFile.Section.Floats(floats));
        sections.put("ints", new ModelFile.Section.Ints(ints));
        Path file = folder.resolve("large");
        new ModelFile(file, sections).write();
        ModelFile read = ModelFile.read(file);
        assertThat(read.bytes("odd")).isEqualTo(bytes);
        assertThat(read.floats("floats")).isEqualTo(floats);
        assertThat(read.ints("ints")).isEqualTo(ints);
        assertThatThrownBy(() -> read.ints("floats"))
                .hasMessage("model file " + file + " is damaged: section {floats} holds another kind of values; roll"
                        + " back, or train again");
        assertThatThrownBy(() -> read.ints("none")).hasMessageContaining("it has no section {none}");
    }

    @Test
    void anyFlippedBitIsNoticed() throws IOException {
        Path file = folder.resolve("m");
        Snapshots.tiny("v").write(file);
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) (1 << (at % 8));
            Files.write(file, bad);
            assertThatThrownBy(() -> ModelSnapshot.read(file))
                    .as("byte %s", at)
                    .isInstanceOfSatisfying(
                            RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_FILE));
        }
    }

    @Test
    void anyTruncationIsNoticed() throws IOException {
        Path file = folder.resolve("m");
        Snapshots.tiny("v").write(file);
        byte[] good = Files.readAllBytes(file);
        for (int size = 0; size < good.length; size += 7) {
            Files.write(file, Arrays.copyOf(good, size));
            assertThatThrownBy(() -> ModelSnapshot.read(file))
                    .as("size %s", size)
                    .isInstanceOf(RetrievalException.class)
                    .hasMessageContaining(" is damaged: it has ");
        }
    }

    @Test
    void aNewerFormatAndAForeignFileAreNamed() throws IOException {
        Path file = folder.resolve("m");
        Snapshots.tiny("v").write(file);
        byte[] newer = Files.readAllBytes(file);
        ByteBuffer.wrap(newer).order(ByteOrder.LITTLE_ENDIAN).putInt(8, 7);
        Files.write(file, newer);
        assertThatThrownBy(() -> ModelSnapshot.read(file))
                .hasMessage("model file " + file
                        + " has format version 7, this build reads 1 to 1: use a newer Palate, or train again");
        Files.writeString(file, "user_id\titem_id\trating\ttimestamp\n1\t2\t3\t4\n");
        assertThatThrownBy(() -> ModelSnapshot.read(file))
                .hasMessage(file + " is not a model file: it does not start with PALATEMD");
        assertThatThrownBy(() -> ModelSnapshot.read(folder.resolve("none")))
                .hasMessage("no model file at " + folder.resolve("none") + ": train one with ./palate train");
    }

    @Test
    void aFailedWriteLeavesNothingBehind() throws IOException {
        Path occupied = folder.resolve("m");
        Files.createDirectories(occupied.resolve("child"));
        assertThatThrownBy(() -> Snapshots.tiny("v").write(occupied))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.STORAGE))
                .hasMessageStartingWith("cannot write the model file ");
        assertThat(folder.resolve("m.part")).doesNotExist();
    }
}
