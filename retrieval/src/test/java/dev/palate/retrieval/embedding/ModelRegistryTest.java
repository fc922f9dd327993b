package dev.palate.retrieval.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.ranking.RankerWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {
    private static final Activation.Order ORDER = new Activation.Order("operator:k", Instant.EPOCH, "");

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
        assertThat(registry.rollBack(ORDER).about().version().value()).isEqualTo("c");
        assertThat(registry.rollBack(ORDER).about().version().value()).isEqualTo("b");
        assertThat(version(ModelRegistry.open(folder))).isEqualTo("b");
        assertThatThrownBy(() -> registry.rollBack(ORDER))
                .hasMessage("no model is older than the active one (b), so there is nothing to roll back to");
    }

    /// Trainings whose models are refused come one after the other; what one can go back to stays.
    @Test
    void refusedModelsPushNothingOutAndAreNotRolledBackTo() {
        ModelRegistry registry = ModelRegistry.open(folder);
        for (String version : new String[] {"a", "b", "c"}) {
            activate(registry, version);
        }
        for (String version : new String[] {"d", "e", "f"}) {
            refused(version).write(registry.file(new ModelVersion(version)));
            assertThatThrownBy(() -> registry.activate(new ModelVersion(version)))
                    .hasMessageContaining("or activate it with a reason");
        }
        assertThat(registry.versions()).extracting(ModelVersion::value).containsExactly("a", "b", "c", "f");
        registry.activate(new ModelVersion("f"), new Activation.Order("operator:k", Instant.EPOCH, "I know better"));
        activate(registry, "g");
        assertThat(registry.versions()).extracting(ModelVersion::value).containsExactly("c", "f", "g");
        assertThat(registry.rollBackTarget()).contains(new ModelVersion("f"));
        assertThat(registry.rollBack(ORDER).about().version().value())
                .as("served before, whatever the gate said")
                .isEqualTo("f");
        assertThat(registry.rollBack(ORDER).about().version().value()).isEqualTo("c");
        assertThat(registry.activations())
                .extracting(Activation::version)
                .containsExactly("c", "f", "g", "f", "c", "b", "a");
        assertThat(registry.activations()).extracting(Activation::overrode).contains(true, true);
        assertThat(registry.activations().getFirst().reason()).isEqualTo("rolled back from f");
    }

    @Test
    void theReasonOfAnEarlierBuildIsRead() throws IOException {
        ModelRegistry registry = ModelRegistry.open(folder);
        activate(registry, "a");
        Files.writeString(folder.resolve("ACTIVE"), "a\nit had to be\n");
        assertThat(ModelRegistry.open(folder).activations()).singleElement().satisfies(activation -> {
            assertThat(activation.version()).isEqualTo("a");
            assertThat(activation.reason()).isEqualTo("it had to be");
            assertThat(activation.overrode()).isTrue();
        });
    }

    private static ModelSnapshot refused(String version) {
        return Snapshots.tiny(version).with(RankerWeights.FIXED, new Verdict(false, "a", 60, -.1, -.2, -.05));
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
