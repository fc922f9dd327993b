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

    /// The arms of collaborative memory: what is not in force changes no list, and the weights say so.
    @Test
    void collaborativeMemoryStandsBesideItsParts() throws IOException {
        Path json = folder.resolve("run.json");
        Path html = folder.resolve("run.html");
        String[] arguments = {
            "--users", "40", "--arms", "collaborative", "--json", json.toString(), "--html", html.toString()
        };
        assertThat(simulate(arguments)).as(err.toString()).isZero();
        String first = Files.readString(json);
        JsonNode run = JsonMapper.shared().readTree(first);
        assertThat(run.get("simulated").valueStream().map(arm -> arm.get("arm").asString()))
                .containsExactly("no LLM", "no collaborative read", "no collaborative write", "generic rule", "full");
        assertThat(run.get("comparisons")).hasSize(4);
        double base = within(run.get("simulated").get(0));
        assertThat(base).isGreaterThan(.3);
        for (JsonNode arm : run.get("simulated")) {
            assertThat(arm.get("degraded").asInt()).isZero();
            assertThat(arm.get("least_crowd").asInt()).isGreaterThanOrEqualTo(20);
            boolean facets = !arm.get("arm").asString().equals("no LLM");
            assertThat(arm.path("facets").size()).isEqualTo(facets ? 2 : 0);
            boolean plain = arm.get("arm").asString().startsWith("no ");
            if (plain
                    && arm.path("facets")
                            .valueStream()
                            .allMatch(fold -> fold.get("in_force").asDouble() == 0)) {
                assertThat(within(arm)).as(arm.get("arm").asString()).isEqualTo(base);
            }
        }
        assertThat(run.get("simulated").get(4).get("facets").get(0).get("lists").asInt())
                .as("lists with the sought film and others")
                .isPositive();
        assertThat(Files.readString(html)).contains("no collaborative write");
        assertThat(out.toString()).contains("full - no LLM, found within 5: ", "full: weight of facets ");
        assertThat(simulate(arguments)).isZero();
        assertThat(Files.readString(json)).as("from the kept world").isEqualTo(first);
    }

    private static double within(JsonNode arm) {
        return arm.get("found_within").get(4).asDouble();
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
