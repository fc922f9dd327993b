package dev.palate.retrieval.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.evaluation.ModelName;
import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.evaluation.Split;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SuccessiveHalvingTest {
    private static final String HEADER = "user_id\titem_id\trating\ttimestamp\n";
    private static final Search EASE = new Search(ModelName.Alone.EASE, 9, 3, Search.Objective.NDCG, 5);

    @TempDir
    Path folder;

    private RankingTask task;
    private Path journal;

    /// Users of four tastes with some noise; there is no test part at all.
    @BeforeEach
    void writeSplit() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        StringBuilder train = new StringBuilder(HEADER);
        StringBuilder valid = new StringBuilder(HEADER);
        for (int user = 0; user < 700; user++) {
            for (int step = 0; step < 12; step++) {
                boolean noise = random.nextInt(4) == 0;
                int item = 4 * random.nextInt(25) + (noise ? random.nextInt(4) : user % 4);
                (step < 11 ? train : valid).append("u%d\ti%d\t4\t%d\n".formatted(user, item, step));
            }
        }
        Files.writeString(folder.resolve("train.tsv"), train);
        Files.writeString(folder.resolve("valid.tsv"), valid);
        task = Split.readForTuning(folder).validTask();
        journal = folder.resolve("journal.jsonl");
    }

    @Test
    void rungsKeepTheBestAndTheDefaults() {
        Tuned tuned = SuccessiveHalving.run(task, EASE, 1, journal, Progress.NONE);
        assertThat(tuned.trials()).hasSize(9 + 4 + 4);
        assertThat(tuned.trials().stream().filter(trial -> trial.configuration() == 0))
                .hasSize(3);
        assertThat(tuned.defaults().settings()).isEmpty();
        assertThat(tuned.defaults().users()).isEqualTo(tuned.best().users()).isEqualTo(task.evaluated().length);
        assertThat(tuned.trials().getFirst().users()).isEqualTo(500);
        assertThat(tuned.best().score()).isGreaterThanOrEqualTo(tuned.defaults().score());
        List<Trial> first = tuned.trials().subList(0, 9);
        double worstKept = tuned.trials().subList(9, 13).stream()
                .filter(trial -> trial.configuration() != 0)
                .mapToDouble(kept -> first.get(kept.configuration()).score())
                .min()
                .orElseThrow();
        assertThat(first.stream()
                        .filter(trial -> trial.configuration() != 0 && trial.score() > worstKept)
                        .count())
                .isLessThanOrEqualTo(2);
        assertThat(tuned.trials()).allSatisfy(trial -> {
            assertThat(trial.wallSeconds()).isGreaterThanOrEqualTo(0);
            assertThat(trial.failure()).isEmpty();
            assertThat(trial.metrics()).containsOnlyKeys("NDCG@10", "Recall@10");
        });
        assertThat(tuned.table()).contains("| 3 | (defaults) | ").contains("--lambda ");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 9, 10, 14, 17})
    void afterAnInterruptionTheResultIsTheSame(int linesKept) throws IOException {
        Tuned whole = SuccessiveHalving.run(task, EASE, 1, journal, Progress.NONE);
        List<String> lines = Files.readAllLines(journal);
        Path cut = folder.resolve("cut.jsonl");
        // The line that was being written when the process ended is there in part.
        Files.writeString(
                cut,
                String.join("\n", lines.subList(0, linesKept)) + "\n"
                        + lines.get(linesKept).substring(0, lines.get(linesKept).length() / 2));
        Tuned resumed = SuccessiveHalving.run(task, EASE, 2, cut, Progress.NONE);
        assertThat(outcomes(resumed)).isEqualTo(outcomes(whole));
        assertThat(resumed.best().settings()).isEqualTo(whole.best().settings());
        assertThat(Files.readAllLines(cut)).hasSize(lines.size()).startsWith(lines.get(0));
        assertThat(Files.readAllLines(cut).subList(0, linesKept)).isEqualTo(lines.subList(0, linesKept));
    }

    /// The process is killed as soon as it has said that so many trials are done.
    @ParameterizedTest
    @ValueSource(ints = {1, 6, 12})
    void aKillLosesNoFinishedTrial(int said) throws IOException, InterruptedException {
        List<String> heard = new ArrayList<>();
        Process process = start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                heard.add(line);
                if (heard.stream().filter(one -> one.startsWith("rung")).count() >= said) {
                    break;
                }
            }
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(heard.stream().filter(one -> one.startsWith("rung"))).hasSize(said);
        List<String> left = Files.readString(journal).lines().toList();
        assertThat(left).hasSizeGreaterThanOrEqualTo(1 + said);
        Tuned resumed = SuccessiveHalving.run(task, TuneMain.SEARCH, 1, journal, Progress.NONE);
        Tuned whole = SuccessiveHalving.run(task, TuneMain.SEARCH, 1, folder.resolve("whole.jsonl"), Progress.NONE);
        assertThat(outcomes(resumed)).isEqualTo(outcomes(whole));
        assertThat(Files.readAllLines(journal).subList(0, 1 + said)).isEqualTo(left.subList(0, 1 + said));
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TuneMain.class.getName(),
                        folder.toString(),
                        journal.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /// Scores without what they cost.
    private static List<String> outcomes(Tuned tuned) {
        return tuned.trials().stream()
                .map(trial -> trial.rung() + " " + trial.configuration() + " " + trial.arguments() + " " + trial.users()
                        + " " + trial.share() + " " + trial.score() + " " + trial.metrics())
                .toList();
    }

    @Test
    void aTestPartIsNeverRead() throws IOException {
        Tuned without = SuccessiveHalving.run(task, EASE, 1, journal, Progress.NONE);
        Files.writeString(folder.resolve("test.tsv"), "this is no row\n");
        assertThatThrownBy(() -> Split.read(folder)).isInstanceOf(RetrievalException.class);
        RankingTask again = Split.readForTuning(folder).validTask();
        Tuned with = SuccessiveHalving.run(again, EASE, 1, folder.resolve("again.jsonl"), Progress.NONE);
        assertThat(outcomes(with)).isEqualTo(outcomes(without));
    }

    @Test
    void recallCanBeTheObjective() {
        Search recent = new Search(ModelName.Alone.RECENT, 4, 2, Search.Objective.RECALL, 1);
        Tuned tuned = SuccessiveHalving.run(task, recent, 1, journal, Progress.NONE);
        assertThat(tuned.trials()).hasSize(4 + 4 + 4);
        assertThat(tuned.best().score()).isEqualTo(tuned.best().metrics().get("Recall@10"));
    }

    @Test
    void journalsOfOtherSearchesAndDamagedOnesAreRefused() throws IOException {
        SuccessiveHalving.run(task, EASE, 1, journal, Progress.NONE);
        Search other = new Search(ModelName.Alone.EASE, 9, 3, Search.Objective.RECALL, 5);
        assertThatThrownBy(() -> SuccessiveHalving.run(task, other, 1, journal, Progress.NONE))
                .isInstanceOf(RetrievalException.class)
                .hasMessageContaining("is of other work")
                .hasMessageContaining("or another --out");
        try (Journal<Trial> open = Journal.open(folder.resolve("held.jsonl"), header(), Trial.class)) {
            assertThatThrownBy(() -> Journal.open(folder.resolve("held.jsonl"), header(), Trial.class))
                    .isInstanceOf(RetrievalException.class)
                    .hasMessageContaining("is in use by another process");
            assertThat(open.entries()).isEmpty();
        }
        Files.writeString(journal, "{\"rung\":\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> SuccessiveHalving.run(task, EASE, 1, journal, Progress.NONE))
                .isInstanceOfSatisfying(
                        RetrievalException.class,
                        e -> assertThat(e.code()).isEqualTo(RetrievalException.Code.BAD_FILE));
        assertThatThrownBy(() -> new Search(ModelName.Alone.EASE, 0, 3, Search.Objective.NDCG, 5))
                .hasMessage("configurations must be in [1, 10000], was 0");
        assertThatThrownBy(() -> new Search(ModelName.Alone.EASE, 9, 1, Search.Objective.NDCG, 5))
                .hasMessage("reduction must be in [2, 10], was 1");
    }

    private SuccessiveHalving.Header header() {
        return new SuccessiveHalving.Header(1, "s", 1, 1, EASE);
    }
}
