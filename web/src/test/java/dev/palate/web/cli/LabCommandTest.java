package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LabCommandTest {
    private static final String HEADER = "user_id\titem_id\trating\ttimestamp\n";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /// Users of two tastes.
    @BeforeEach
    void writeSplit() throws IOException {
        StringBuilder train = new StringBuilder(HEADER);
        StringBuilder valid = new StringBuilder(HEADER);
        StringBuilder test = new StringBuilder(HEADER);
        for (int user = 0; user < 60; user++) {
            for (int step = 0; step < 14; step++) {
                int item = 2 * ((user / 2 + 3 * step) % 40) + user % 2;
                (step < 12 ? train : step < 13 ? valid : test).append("u%d\ti%d\t4\t%d\n".formatted(user, item, step));
            }
        }
        Files.writeString(folder.resolve("train.tsv"), train);
        Files.writeString(folder.resolve("valid.tsv"), valid);
        Files.writeString(folder.resolve("test.tsv"), test);
    }

    @Test
    void measuresTablesAndSaysHowItWasMade() throws IOException {
        Path html = folder.resolve("lab.html");
        Path json = folder.resolve("lab.json");
        String[] arguments = {
            "--tables",
            "int8-after,qr,hash,mem-com",
            "--budget",
            "2x,16x",
            "--seeds",
            "1,2",
            "--dimension",
            "16",
            "--epochs",
            "5",
            "--cut",
            "time80",
            "--report",
            html.toString(),
            "--json",
            json.toString(),
        };
        assertThat(lab(arguments)).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains(
                        "\nqr 2x ", "\nfull ", "\nmem-com 16x: out of reach, a number for each item and one row needs ")
                .contains("\nint8-after 16x: out of reach, it is 2.7x whatever the budget")
                .contains("\nqr 2x - hash 2x, Recall@20: ");
        JsonNode report = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(report.get("task").asString()).endsWith("/time80-test");
        assertThat(report.get("made").get("command").asString())
                .startsWith("./palate lab --split ")
                .contains("--budget 2x,16x");
        assertThat(report.get("made").get("version").asString()).startsWith("Palate ");
        assertThat(report.get("seeds").size()).isEqualTo(2);
        JsonNode full = report.get("tables").get(0);
        assertThat(full.get("table").asString()).isEqualTo("full");
        assertThat(full.get("ofFull").get("mean").asDouble()).isEqualTo(1);
        assertThat(full.get("cells").get(0).get("bytes").asLong()).isEqualTo(80L * 16 * 4);
        assertThat(full.get("cells").get(0).get("trainSeconds").asDouble()).isPositive();
        assertThat(Files.readString(html))
                .contains("--tables int8-after,qr,hash,mem-com", "Palate ", "<svg ", "seeds [1, 2]")
                .doesNotContain("<script");
        // Everything is there: the same once more changes nothing but is quick to say.
        List<String> journal = Files.readAllLines(folder.resolve("o/journal.jsonl"));
        String page = Files.readString(html);
        assertThat(lab(arguments)).as(err.toString()).isZero();
        assertThat(Files.readAllLines(folder.resolve("o/journal.jsonl"))).isEqualTo(journal);
        assertThat(Files.readString(html)).isEqualTo(page);
    }

    @Test
    void theTestPartIsNotOpenedWhereSettingsAreChosen() throws IOException {
        Files.writeString(folder.resolve("test.tsv"), "this is no row\n");
        assertThat(lab("--tables", "full", "--seeds", "1", "--epochs", "2", "--part", "valid"))
                .as(err.toString())
                .isZero();
    }

    @Test
    void whatIsWrongIsSaidWithWhatIsAllowed() {
        assertRefused(2, "no table {svd}; give all, or some of full, narrow, ", "--tables", "svd");
        assertRefused(
                2,
                "--budget must be numbers from 1x to 1000x with commas between, as 2x,4x,8x,16x, one was {8}",
                "--budget",
                "2x,8");
        assertRefused(2, "--budget must be in [1.0, 1000.0], was 0.5", "--budget", "0.5x");
        assertRefused(
                2,
                "--seeds must be how many there are to be, or the seeds with commas between, as 1,2,3, was {a}",
                "--seeds",
                "a");
        assertRefused(
                2,
                "--seeds must be in [1, 100], was 700: for one seed of that number write it with a comma, 700,",
                "--seeds",
                "700");
        assertRefused(2, "--dimension must be in [4, 1024], was 2", "--dimension", "2");
        assertRefused(2, "--batch must be in [1, 65536], was 0", "--batch", "0");
        assertRefused(2, "--threads must be in [1, 256], was 0", "--threads", "0");
        assertRefused(2, "--checkpoint-seconds must be at least 0, was -1", "--checkpoint-seconds", "-1");
        assertRefused(2, "--part must be test, or valid to choose settings by, was train", "--part", "train");
        assertRefused(
                2,
                "--cut must be loo (the split's own files) or time80 (the last fifth of each user's rows by time), was"
                        + " random",
                "--cut",
                "random");
        assertRefused(1, "--report nowhere/lab.html cannot be written: no folder ", "--report", "nowhere/lab.html");
    }

    @Test
    void helpNamesEveryTable() {
        assertThat(run("lab", "--help")).isZero();
        String help = out.toString().replaceAll("\\s+", " ");
        assertThat(help).contains("int8+5%", "amtl-log-rule", "mem-com-biased", "--checkpoint-seconds", "time80");
    }

    /// A real process ends by itself when it is asked to, as by Ctrl-C, and says that the same command goes on. The
    /// signal is TERM, since INT is ignored by what a shell runs in the background.
    @Test
    void askedToEndItEndsCleanly() throws IOException, InterruptedException {
        Path place = folder.resolve("stopped");
        List<String> arguments = List.of(
                "lab",
                "--split",
                folder.toString(),
                "--tables",
                "hash",
                "--seeds",
                "1",
                "--epochs",
                "1500",
                "--out",
                place.toString());
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                Palate.class.getName()));
        command.addAll(arguments);
        command.addAll(List.of("--checkpoint-seconds", "0"));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader reader = process.errorReader(StandardCharsets.UTF_8)) {
            boolean asked = false;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                said.append(line).append('\n');
                if (!asked && line.contains("0 of 2 cells, full seed 1")) {
                    asked = true;
                    process.toHandle().destroy(); // unlike that of the process it leaves the stream open
                }
            }
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said.toString()).isEqualTo(128 + 15);
        assertThat(said.toString())
                .contains("palate lab: stopped; the same command goes on from the last checkpoint in " + place);
        assertThat(place.resolve("training/full-seed1.state")).exists();
        assertThat(Files.readAllLines(place.resolve("journal.jsonl"))).hasSize(1);
        assertThat(run(arguments.toArray(String[]::new))).as(err.toString()).isZero();
        assertThat(Files.readAllLines(place.resolve("journal.jsonl"))).hasSize(3);
    }

    private void assertRefused(int status, String message, String... arguments) {
        assertThat(lab(arguments)).as(message).isEqualTo(status);
        assertThat(err.toString()).startsWith("palate lab: " + message);
    }

    private int lab(String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "lab",
                "--split",
                folder.toString(),
                "--out",
                folder.resolve("o").toString()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Palate.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
