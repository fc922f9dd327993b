package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.text.HashingEncoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Simulated users over the better known films of the shipped sample, with a store and a model of their own.
class ChatSimulateCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeFiles() throws IOException {
        KnownFilms.write(folder, true);
    }

    @Test
    void wordsAndHistoryTogetherFindMore() throws IOException {
        Path json = folder.resolve("run.json");
        Path html = folder.resolve("run.html");
        assertThat(simulate("--users", "40", "--seed", "1,2", "--json", json.toString(), "--html", html.toString()))
                .as(err.toString())
                .isZero();

        JsonNode run = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(run.get("command").asString()).startsWith("./palate chat-simulate ");
        double[] within = run.get("simulated")
                .valueStream()
                .mapToDouble(arm -> arm.get("found_within").get(4).asDouble())
                .toArray();
        assertThat(within).as("neither, history, words, both").hasSize(4);
        assertThat(within[2]).as("words against neither").isGreaterThan(within[0]);
        assertThat(within[3]).as("both against history").isGreaterThan(within[1]);
        run.get("simulated").forEach(arm -> {
            assertThat(arm.get("least_crowd").asInt()).isGreaterThanOrEqualTo(20);
            assertThat(arm.get("degraded").asInt()).isZero();
            double[] byTurn = arm.get("found_within")
                    .valueStream()
                    .mapToDouble(JsonNode::asDouble)
                    .toArray();
            assertThat(byTurn).isSorted();
        });
        assertThat(out.toString())
                .contains("40 users, 5 turns of 10 items, 2 conversations each")
                .contains("words and history - history, found within 5: ");
        assertThat(Files.readString(html)).contains("Simulated users, valid part", "words and history");
        String first = Files.readString(json);
        assertThat(simulate("--users", "40", "--seed", "1,2", "--json", json.toString(), "--html", html.toString()))
                .isZero();
        assertThat(Files.readString(json)).as("the same again").isEqualTo(first);
    }

    @Test
    void badInputIsSaidWithWhatIsAllowed() throws IOException {
        assertThat(simulate("--users", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--users takes 1 to 100000, had 0");
        assertThat(simulate("--turns", "21")).isEqualTo(2);
        assertThat(err.toString()).contains("turns").contains("21").contains("20");
        assertThat(simulate("--crowd", "1")).isEqualTo(2);
        assertThat(err.toString()).contains("crowd").contains("10000");
        Files.writeString(folder.resolve("valid.tsv"), "user_id\titem_id\trating\ttimestamp\n");
        assertThat(simulate()).isEqualTo(2);
        assertThat(err.toString()).contains("no row of the valid part of").contains("give the catalog of this split");
    }

    private int simulate(String... more) {
        String[] arguments = Stream.concat(
                        Stream.of(
                                "--catalog",
                                folder.resolve("catalog.jsonl").toString(),
                                "--split",
                                folder.toString(),
                                "--work",
                                folder.resolve("work").toString()),
                        Stream.of(more))
                .toArray(String[]::new);
        return new CommandLine(new ChatSimulateCommand(HashingEncoder::new))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
