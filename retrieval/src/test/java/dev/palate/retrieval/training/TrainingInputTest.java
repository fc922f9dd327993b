package dev.palate.retrieval.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingInputTest {
    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsReadWithoutWhatWasDisliked() {
        Path file = write();
        TrainingInput input = TrainingInput.read(file);
        assertThat(input.changeNumber()).isEqualTo(12);
        assertThat(input.items().ids()).containsExactly("a", "Ünïcode");
        assertThat(input.histories().of(0).items()).containsExactly(1, 0);
        assertThat(input.histories().of(1).size()).isZero();
        assertThat(input.eventCount()).isEqualTo(2);
        assertThat(folder.resolve("in.part")).doesNotExist();
    }

    @Test
    void damageIsNoticed() throws IOException {
        Path file = write();
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 0x10;
            Files.write(file, bad);
            assertBad(file, at);
            Files.write(file, Arrays.copyOf(good, at));
            assertBad(file, at);
        }
    }

    @Test
    void anUnfinishedFileIsRemoved() {
        Path file = folder.resolve("in");
        try (TrainingInputWriter writer = TrainingInputWriter.create(file, 1)) {
            writer.add("u", "a", 1, 1);
        }
        assertThat(folder).isEmptyDirectory();
        assertThatThrownBy(() -> TrainingInput.read(file)).hasMessage("no training input at " + file);
    }

    @Test
    void refusesAnEmptyIdAndAnEmptyInput() {
        Path file = folder.resolve("in");
        try (TrainingInputWriter writer = TrainingInputWriter.create(file, 1)) {
            assertThatThrownBy(() -> writer.add("", "a", 1, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("ids must have 1 to 1000 bytes in UTF-8, one had 0");
            writer.finish();
        }
        assertThatThrownBy(() -> TrainingInput.read(file).requireEvents())
                .hasMessage("there are no interactions to train on: import some with ./palate import, or send some to"
                        + " /v1/interactions");
    }

    private Path write() {
        Path file = folder.resolve("in");
        try (TrainingInputWriter writer = TrainingInputWriter.create(file, 12)) {
            writer.add("u", "a", 1, 20);
            writer.add("u", "Ünïcode", 0.5f, 10);
            writer.add("v", "disliked", -1, 5);
            assertThat(writer.finish()).isEqualTo(3);
        }
        return file;
    }

    private static void assertBad(Path file, int at) {
        assertThatThrownBy(() -> TrainingInput.read(file))
                .as("byte %s", at)
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_FILE));
    }
}
