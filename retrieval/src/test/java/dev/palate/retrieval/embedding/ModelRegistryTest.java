package dev.palate.retrieval.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {
    @TempDir
    Path folder;

    @Test
    void theActiveModelSurvivesAReopening() {
        ModelRegistry registry = ModelRegistry.open(folder);
        assertThat(registry.active()).isEmpty();
        activate(registry, "a");
        assertThat(version(registry)).isEqualTo("a");
        assertThat(version(ModelRegistry.open(folder))).isEqualTo("a");
    }

    @Test
    void keepsTheNewestThreeAndRollsBack() {
        ModelRegistry registry = ModelRegistry.open(folder);
        for (String version : new String[] {"a", "b", "c", "d"}) {
            activate(registry, version);
        }
        assertThat(registry.versions()).extracting(ModelVersion::value).containsExactly("b", "c", "d");
        assertThat(registry.rollBack().about().version().value()).isEqualTo("c");
        assertThat(registry.rollBack().about().version().value()).isEqualTo("b");
        assertThat(version(ModelRegistry.open(folder))).isEqualTo("b");
        assertThatThrownBy(registry::rollBack)
                .hasMessage("no model is older than the active one (b), so there is nothing to roll back to");
    }

    @Test
    void aBadFileLeavesTheModelInUse() throws IOException {
        ModelRegistry registry = ModelRegistry.open(folder);
        activate(registry, "a");
        ModelVersion bad = new ModelVersion("b");
        Files.writeString(registry.file(bad), "PALATEMD and then nothing that makes sense");
        assertThatThrownBy(() -> registry.activate(bad)).hasMessageContaining("has format version");
        assertThatThrownBy(() -> registry.activate(new ModelVersion("c"))).hasMessageStartingWith("no model file at ");
        Files.copy(registry.file(new ModelVersion("a")), registry.file(new ModelVersion("d")));
        assertThatThrownBy(() -> registry.activate(new ModelVersion("d")))
                .hasMessageEndingWith(" holds version a: rename it");
        assertThat(version(registry)).isEqualTo("a");
        assertThat(version(ModelRegistry.open(folder))).isEqualTo("a");
    }

    @Test
    void openingRemovesLeftoversAndReportsABadActiveFile() throws IOException {
        Files.writeString(folder.resolve("x.palate-model.part"), "half");
        ModelRegistry registry = ModelRegistry.open(folder);
        assertThat(folder).isEmptyDirectory();
        activate(registry, "a");
        Files.writeString(folder.resolve("ACTIVE"), "../../etc\n");
        assertThatThrownBy(() -> ModelRegistry.open(folder))
                .hasMessageStartingWith("cannot read which model is active");
        assertThat(ModelRegistry.openWithoutModel(folder).versions()).hasSize(1);
    }

    @Test
    void versionsAreNamedByTimeAndCannotLeaveTheFolder() {
        assertThat(ModelVersion.at(Instant.parse("2026-01-02T03:04:05.678Z")).value())
                .isEqualTo("20260102T030405678Z");
        assertThatThrownBy(() -> new ModelVersion("../x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ModelVersion(""))
                .hasMessage("a model version has 1 to 64 of the characters A-Z"
                        + " a-z 0-9 . _ - and does not start with a dot, was {}");
    }

    private static void activate(ModelRegistry registry, String version) {
        Snapshots.tiny(version).write(registry.file(new ModelVersion(version)));
        registry.activate(new ModelVersion(version));
    }

    private static String version(ModelRegistry registry) {
        return registry.active().orElseThrow().about().version().value();
    }
}
