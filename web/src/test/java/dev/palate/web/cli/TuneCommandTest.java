package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TuneCommandTest {
    private static final String HEADER = "user_id\titem_id\trating\ttimestamp\n";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /// Users of two tastes; there is no test part.
    @BeforeEach
    void writeSplit() throws IOException {
        StringBuilder train = new StringBuilder(HEADER);
        StringBuilder valid = new StringBuilder(HEADER);
        for (int user = 0; user < 40; user++) {
            for (int step = 0; step < 14; step++) {
                int item = 2 * ((user / 2 + step) % 20) + user % 2;
                (step < 13 ? train : valid).append("u%d\ti%d\t4\t%d\n".formatted(user, item, step));
            }
        }
        Files.writeString(folder.resolve("train.tsv"), train);
        Files.writeString(folder.resolve("valid.tsv"), valid);
    }

    @Test
    void writesWhatItTriedAndTheCommandOfTheBest() throws IOException {
        Path tuned = folder.resolve("tuned");
        assertThat(tune("--model", "ease", "--configurations", "4", "--reduction", "2", "--out", tuned.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("--lambda\t[10.0, 3000.0] log")
                .contains("| 3 | ")
                .contains("\nbest\tRecall@10 ");
        JsonNode report = JsonMapper.shared().readTree(Files.readString(tuned.resolve("tune.json")));
        assertThat(report.get("model").asString()).isEqualTo("ease");
        assertThat(report.get("trials").size()).isEqualTo(12);
        assertThat(report.get("trials").get(0).get("cpuSeconds").isNumber()).isTrue();
        assertThat(Files.readAllLines(tuned.resolve("journal.jsonl"))).hasSize(13);
        assertThat(Files.readString(tuned.resolve("tune.md"))).contains("| (defaults) |");
        List<String> journal = Files.readAllLines(tuned.resolve("journal.jsonl"));
        assertThat(tune("--model", "ease", "--configurations", "4", "--reduction", "2", "--out", tuned.toString()))
                .isZero();
        assertThat(Files.readAllLines(tuned.resolve("journal.jsonl"))).isEqualTo(journal);
        String last = out.toString().lines().reduce("", (before, line) -> line);
        assertThat(last).startsWith("./palate evaluate --split " + folder + " --model ease");
        // The command that is printed is one that evaluate takes.
        List<String> command = new ArrayList<>(List.of(last.split(" ", -1)));
        command.addAll(List.of("--part", "valid"));
        Files.writeString(folder.resolve("test.tsv"), Files.readString(folder.resolve("valid.tsv")));
        assertThat(run(command.subList(1, command.size()).toArray(String[]::new)))
                .as(err.toString())
                .isZero();
    }

    @Test
    void whatIsWrongIsSaidInOneLine() {
        String place = folder.resolve("t").toString();
        assertRefused(1, "model {fused} has no settings to tune", "--model", "fused", "--out", place);
        assertRefused(1, "no model {svd}; there are ", "--model", "svd", "--out", place);
        assertRefused(
                2,
                "--objective must be ndcg or recall, was hits",
                "--model",
                "als",
                "--objective",
                "hits",
                "--out",
                place);
        assertRefused(
                2,
                "configurations must be in [1, 10000], was 0",
                "--model",
                "als",
                "--configurations",
                "0",
                "--out",
                place);
    }

    private void assertRefused(int status, String message, String... arguments) {
        assertThat(tune(arguments)).as(message).isEqualTo(status);
        assertThat(err.toString()).startsWith("palate tune: " + message);
    }

    private int tune(String... arguments) {
        List<String> all = new ArrayList<>(List.of("tune", "--split", folder.toString()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Palate.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
