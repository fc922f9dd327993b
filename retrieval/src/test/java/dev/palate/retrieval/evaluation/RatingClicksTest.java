package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.network.ClickExamples;
import dev.palate.retrieval.embedding.network.ClickTraining;
import dev.palate.retrieval.embedding.recipe.Recipe;
import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.embedding.table.TableSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatingClicksTest {
    private static final Path SHIPPED =
            Path.of(System.getProperty("palate.project.root", "..")).resolve("datasets/ml-latest-small");

    @TempDir
    Path folder;

    private void files(String ratings) throws IOException {
        Files.writeString(folder.resolve("movies.csv"), """
                movieId,title,genres
                1,"One, The (1995)",Comedy|Drama
                2,Two (1903),Drama
                3,Three,(no genres listed)
                """);
        Files.writeString(folder.resolve("ratings.csv"), "userId,movieId,rating,timestamp\n" + ratings);
    }

    @Test
    void theLastOfEachUserAreHeldOut() throws IOException {
        // In no order of time, with ratings between that are left out.
        files("""
                7,1,5.0,60
                7,2,2.0,10
                7,3,4.0,20
                7,1,3.0,5
                7,2,1.0,50
                7,3,0.5,40
                7,1,4.5,30
                8,2,4.0,1
                8,3,3.5,2
                """);
        RatingClicks clicks = RatingClicks.read(folder.resolve("ratings.csv"));
        assertThat(clicks.train().clicked()).containsExactly(false, true, true);
        assertThat(clicks.valid().clicked()).containsExactly(true, false);
        assertThat(clicks.test().clicked()).containsExactly(false, true);
        // User 7 comes twice in what is learnt from, 8 once, and so do films 2, 3 and 2.
        assertThat(users(clicks.train())).containsExactly(0, 0, 1);
        assertThat(users(clicks.test())).containsExactly(0, 0);
        assertThat(clicks.train().rows().ids(0, 1)).containsExactly(0);
        assertThat(clicks.train().rows().ids(1, 1)).containsExactly(1);
        assertThat(clicks.test().rows().ids(1, 1)).as("never learnt from: last").containsExactly(2);
        // Drama is of two films and comes first.
        assertThat(clicks.test().rows().ids(1, 2)).containsExactly(1, 0);
        assertThat(clicks.train().rows().ids(1, 2)).isEmpty();
        assertThat(clicks.test().rows().ids(1, 3)).containsExactly(1 + (1995 - 1900) / 5);
        assertThat(clicks.train().rows().ids(1, 3)).as("no year").containsExactly(0);
    }

    private static List<Integer> users(ClickExamples examples) {
        List<Integer> users = new ArrayList<>();
        for (int row = 0; row < examples.rows().count(); row++) {
            users.add(examples.rows().ids(row, 0)[0]);
        }
        return users;
    }

    @Test
    void timeIsThreeHoursOfADayOfTheWeek() {
        // 2026-11-29 is a Sunday.
        assertThat(RatingClicks.time(Instant.parse("2026-11-29T19:12:00Z"))).isEqualTo(6 * 8 + 6);
        assertThat(RatingClicks.time(Instant.parse("2026-11-30T00:00:00Z"))).isZero();
        assertThat(RatingClicks.time(Instant.parse("2026-11-29T23:59:59Z"))).isEqualTo(55);
    }

    @Test
    void whatIsMissingOrMalformedIsSaid() throws IOException {
        assertThatThrownBy(() -> RatingClicks.read(folder))
                .isInstanceOf(RetrievalException.class)
                .hasMessageContaining("no ratings.csv");
        files("7,1,5.0,60\n7,2,five,61\n");
        assertThatThrownBy(() -> RatingClicks.read(folder))
                .isInstanceOf(RetrievalException.class)
                .hasMessageContaining("ratings.csv line 3")
                .hasMessageContaining("five");
        files("7,1,5.0,60\n7,2,1.0,61\n");
        assertThatThrownBy(() -> RatingClicks.read(folder))
                .isInstanceOf(RetrievalException.class)
                .hasMessageContaining("nothing can be held out");
    }

    /// The box of the lab: a tensor train in an eighth of the bytes of the items' table is within .05.
    @Test
    void aTensorTrainOfAnEighthIsNotFarBelowTheFullTable() {
        RatingClicks clicks = RatingClicks.read(SHIPPED);
        assertThat(clicks.train().clicked()).hasSize(62_273);
        assertThat(clicks.test().clicked()).hasSize(1_340);
        ClickTraining.Options training = ClickEvaluation.Settings.DEFAULTS.training();
        ClickEvaluation.Settings settings = new ClickEvaluation.Settings(
                ClickEvaluation.Settings.DEFAULTS.dimension(),
                ClickEvaluation.Settings.DEFAULTS.hidden(),
                new ClickTraining.Options(
                        4, training.rate(), training.layerRate(), training.regularization(), training.batch(), 2));
        Map<String, TableSpec> specs = new HashMap<>();
        double full =
                ClickEvaluation.run(clicks, specs, settings, 1, Progress.NONE).testAuc();
        int items = clicks.train().rows().fields().get(1).size();
        int[] counts = clicks.train().rows().counts(1);
        TableSpec train =
                ((Recipe.Trained) Recipe.of(TableKind.TT, new Recipe.Shape(counts, settings.dimension(), 1), 8)).spec();
        specs.put(RatingClicks.ITEM, train);
        ClickEvaluation.Result result = ClickEvaluation.run(clicks, specs, settings, 1, Progress.NONE);
        assertThat(train.compression(items)).isGreaterThanOrEqualTo(8);
        assertThat(result.tableBytes()).containsEntry(RatingClicks.ITEM, train.bytes());
        assertThat(full).isGreaterThan(0.78);
        assertThat(result.testAuc()).isGreaterThan(full - 0.05);
    }
}
