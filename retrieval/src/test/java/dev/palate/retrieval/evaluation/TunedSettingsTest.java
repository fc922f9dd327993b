package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.training.SourceOptions;
import dev.palate.retrieval.training.Training;
import dev.palate.retrieval.training.TrainingInput;
import dev.palate.retrieval.training.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TunedSettingsTest {
    private static final TrainingOptions DEFAULTS = TrainingOptions.defaults(1, 1);

    @TempDir
    Path folder;

    private Path file(String name, String json) throws IOException {
        return Files.writeString(folder.resolve(name), json);
    }

    private TunedSettings all() throws IOException {
        return TunedSettings.read(List.of(
                file(
                        "a",
                        "{\"model\":\"als\",\"best\":{\"settings\":{\"factors\":\"48\",\"unobserved-weight\":\".5\"}}}"),
                file("b", "{\"model\":\"ease\",\"best\":{\"settings\":{\"lambda\":\"77\",\"history-decay\":\".8\"}}}"),
                file("c", "{\"model\":\"item-knn\",\"best\":{\"settings\":{\"neighbours\":\"40\"}}}"),
                file(
                        "d",
                        "{\"model\":\"transitions\",\"best\":{\"settings\":{\"window\":\"3\","
                                + "\"history-decay\":\".5\"}}}")));
    }

    @Test
    void takeThePlaceOfWhatTrainingWouldHaveLearntWith() throws IOException {
        TrainingOptions options = all().over(DEFAULTS);
        assertThat(options.sources().als().dimension()).isEqualTo(48);
        assertThat(options.sources().als().unobservedWeight()).isEqualTo(0.5);
        assertThat(options.sources().alsSparse()).isEqualTo(SourceOptions.SPARSE);
        assertThat(options.sources().ease().regularization()).isEqualTo(77);
        assertThat(options.sources().ease().decay()).isEqualTo(0.8);
        assertThat(options.sources().knn().neighbours()).isEqualTo(40);
        assertThat(options.sources().knnDecay()).isEqualTo(1);
        assertThat(options.sources().transitions().window()).isEqualTo(3);
        assertThat(options.sources().transitionsDecay()).isEqualTo(0.5);
        assertThat(options.tuned()).isEqualTo(all().byModel());
        assertThat(options.ranker()).isEqualTo(DEFAULTS.ranker());
        assertThat(TunedSettings.NONE.over(DEFAULTS)).isEqualTo(DEFAULTS);
        assertThat(TunedSettings.ofJson(all().toJson())).isEqualTo(all());
        ImplicitAls.Options sparse = new TunedSettings(Map.of("als", Map.of("unobserved-weight", "0.02")))
                .over(DEFAULTS)
                .sources()
                .alsSparse();
        assertThat(sparse.unobservedWeight())
                .as("little weight: those of sparse data")
                .isEqualTo(0.02);
        TunedSettings untouched = new TunedSettings(Map.of("ease", Map.of()));
        assertThat(untouched.over(DEFAULTS).sources().ease().decay())
                .as("its defaults were best")
                .isEqualTo(0.9);
    }

    /// What a model was learnt with is kept with it, and the transitions are served with their decay.
    @Test
    void areKeptWithTheModel() throws IOException {
        int items = 30;
        Histories.Builder histories = new Histories.Builder(items);
        for (int user = 0; user < 40; user++) {
            for (int at = 0; at < 6; at++) {
                histories.add(user, (user + 3 * at) % items, at);
            }
        }
        Vocabulary ids = Vocabulary.inOrder(
                IntStream.range(0, items).mapToObj(Integer::toString).toList());
        Path file = folder.resolve("model");
        Training.run(
                        new TrainingInput(0, ids, histories.build()),
                        all().over(DEFAULTS),
                        new ModelVersion("v"),
                        InstantSource.fixed(Instant.EPOCH),
                        Progress.NONE)
                .write(file);
        ModelSnapshot read = ModelSnapshot.read(file);
        assertThat(read.about().tuned()).isEqualTo(all().byModel());
        assertThat(read.about().ofTransitions().factor()).isEqualTo(0.5);
        assertThat(read.factors().dimension()).isEqualTo(48);
        assertThat(TunedSettings.described(read.about().tuned()))
                .containsExactly(
                        "als: factors 48, unobserved-weight .5",
                        "ease: history-decay .8, lambda 77",
                        "item-knn: neighbours 40",
                        "transitions: history-decay .5, window 3");
    }

    @Test
    void whatCannotBeUsedIsSaid() throws IOException {
        Path bpr = file("bpr", "{\"model\":\"bpr\",\"best\":{\"settings\":{}}}");
        assertThatThrownBy(() -> TunedSettings.read(List.of(bpr)))
                .hasMessage("training learns no model {bpr} with tuned settings; it does als, ease, item-knn,"
                        + " transitions");
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> TunedSettings.read(List.of(none)))
                .hasMessage("no file " + none + ": give the tune.json that ./palate tune wrote");
        Path other = file("other", "{\"model\":\"als\"}");
        assertThatThrownBy(() -> TunedSettings.read(List.of(other)))
                .hasMessage(other + " is no result of tuning: it needs {model} and {best.settings}; give the tune.json"
                        + " that ./palate tune wrote");
        Path als = file("als", "{\"model\":\"als\",\"best\":{\"settings\":{\"factors\":\"0\"}}}");
        assertThatThrownBy(() -> TunedSettings.read(List.of(als)))
                .hasMessage("[" + als + "]: dimension must be in [1, 1024], was 0");
        assertThatThrownBy(() -> new TunedSettings(Map.of("ease", Map.of("factors", "8"))))
                .hasMessageStartingWith("model {ease} has no setting --factors");
        Path good = file("good", "{\"model\":\"als\",\"best\":{\"settings\":{}}}");
        assertThatThrownBy(() -> TunedSettings.read(List.of(good, good)))
                .hasMessage("model {als} was given twice, again by " + good);
        assertThatThrownBy(() -> TunedSettings.ofJson("[]")).hasMessage("tuned settings must be an object of models");
    }

    @Test
    void tuningBeginsFromWhatSuitsTheData() {
        Histories.Builder sparse = new Histories.Builder(1_000).withUserCount(1_000);
        for (int user = 0; user < 1_000; user++) {
            sparse.add(user, user, 0);
        }
        assertThat(SettingSpace.of(ModelName.Alone.ALS).defaults(sparse.build()))
                .isEqualTo(Map.of("unobserved-weight", "0.01", "regularization", "0.01"));
        Histories dense = new Histories.Builder(2).add(0, 0, 0).add(0, 1, 1).build();
        assertThat(SettingSpace.of(ModelName.Alone.ALS).defaults(dense)).isEmpty();
        assertThat(SettingSpace.of(ModelName.Alone.EASE).defaults(sparse.build()))
                .isEmpty();
    }
}
