package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Script;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.agent.ranking.LlmWeight;
import dev.palate.agent.ranking.LlmWeightFile;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.prompts.RenderedPrompt;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Hand-written dialogues over the better known films of the shipped sample, with a store and a model of their own.
class ChatEvaluateCommandTest {
    private static final Path ROOT = Path.of(System.getProperty("palate.project.root", ".."));
    // Toy Story 2, The Shining, Dumb & Dumber, Back to the Future Part II, Die Hard: With a Vengeance.
    private static final String CASES = """
            {"case_id":"sequel","source":"hand","dialog":"sequel","turns":[{"text":"Hi"},{"text":"hello, what do you like?"},{"text":"I loved Toy Story (1995), do you know anything like it?"}],"mentioned":[{"title":"Toy Story (1995)","id":"1"}],"targets":[{"title":"Toy Story 2 (1999)","id":"3114"}]}
            {"case_id":"scary","source":"hand","dialog":"scary","turns":[{"text":"hi"},{"text":"Hello! What are you looking for?"},{"text":"a scary movie please"},{"text":"like The Babadook (2014)?"},{"text":"yeah"}],"mentioned":[],"targets":[{"title":"The Shining (1980)","id":"1258"}]}
            {"case_id":"year","source":"hand","dialog":"year","turns":[{"text":"I want a comedy, something like The Boss Baby (2017)"}],"mentioned":[],"targets":[{"title":"Dumb & Dumber (1994)","id":"231"}]}
            {"case_id":"person","source":"hand","dialog":"person","turns":[{"text":"Who do you like?"},{"text":"I love Zelda Quimby"}],"mentioned":[],"targets":[{"title":"Die Hard: With a Vengeance (1995)","id":"165"}]}
            {"case_id":"silent","source":"other","dialog":"silent","turns":[{"text":"hm"}],"mentioned":[],"targets":[{"title":"Back to the Future Part II (1989)","id":"2011"}]}
            {"case_id":"elsewhere","source":"other","dialog":"elsewhere","turns":[{"text":"hm"}],"mentioned":[],"targets":[{"title":"not here"}]}
            """;

    private static final Pattern TARGET =
            Pattern.compile("^(Toy Story 2|The Shining|Shining|Dumb|Die Hard: With|Back to)");

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeFiles() throws IOException {
        KnownFilms.write(folder, false);
        Files.writeString(folder.resolve("cases.jsonl"), CASES);
    }

    @Test
    void understandingIsMeasuredBesideThePlainArms() throws IOException, InterruptedException {
        Path lists = folder.resolve("lists.tsv");
        Path json = folder.resolve("run.json");
        Path readings = folder.resolve("readings.jsonl");
        assertThat(evaluate(
                        "--half", "all",
                        "--lists", lists.toString(),
                        "--json", json.toString(),
                        "--readings", readings.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("5 cases (half: all); rules found nothing in 20.0 % of them")
                .contains("random", "popular", "bm25", "text", "together", "fusion", "T0 - fusion, Recall@50: ");
        JsonNode run = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(run.get("command").asString()).startsWith("./palate chat-evaluate ");
        JsonNode turn = run.get("arms").get(6);
        assertThat(turn.get("arm").asString()).isEqualTo("T0");
        assertThat(turn.get("metrics").get("mentioned").asInt()).isZero();
        Map<String, Integer> ranks = ranks(readings);
        assertThat(ranks.get("sequel")).isBetween(1, 3);
        assertThat(ranks.get("scary")).isBetween(1, 10);
        // Of 1994: the year behind a title that the catalog lacks rules nothing out.
        assertThat(ranks.get("year")).isBetween(1, 50);
        assertThat(ranks.get("person")).isEqualTo(1);
        agreesWithTheReferee(lists, turn.get("metrics"));
        // The second run opens the store that the first one made, and gives the same.
        List<String> first = Files.readAllLines(lists);
        assertThat(evaluate("--half", "all", "--arms", "popular", "--lists", lists.toString()))
                .isZero();
        assertThat(err.toString()).doesNotContain("writing events");
        assertThat(Files.readAllLines(lists)).isEqualTo(first);
        assertThat(first.stream().filter(line -> line.startsWith("sequel\t"))).hasSize(50);
        // What was asked for is obeyed, all the way down.
        Map<String, String> genres = new HashMap<>();
        for (String line : Files.readAllLines(folder.resolve("catalog.jsonl"))) {
            JsonNode item = JsonMapper.shared().readTree(line);
            genres.put(item.get("item_id").asString(), item.get("genres").toString());
        }
        assertThat(first.stream().filter(line -> line.startsWith("scary\t")))
                .isNotEmpty()
                .allMatch(
                        line -> genres.getOrDefault(line.split("\t", -1)[1], "").contains("Horror"));
    }

    /// A scripted model that knows the targets: mechanics only, no measurement of anything.
    @Test
    void aModelsScoresAreMeasuredWithTheirControls() throws IOException {
        var oracle = new ScriptedModel(ModelLevel.T3, new Script() {
            @Override
            public Step fill(RenderedPrompt prompt, JsonShape shape) {
                return new Step.Piece(Pattern.compile("(?m)^([A-T])\\. (.*)$")
                        .matcher(prompt.user())
                        .results()
                        .map(match -> "{\"handle\":\"" + match.group(1) + "\",\"score\":"
                                + (TARGET.matcher(match.group(2)).find() ? 100 : 10) + "}")
                        .collect(Collectors.joining(",", "{\"scores\":[", "]}")));
            }

            @Override
            public Iterator<Step> say(RenderedPrompt prompt) {
                return List.<Step>of().iterator();
            }
        });
        Path json = folder.resolve("run.json");
        Path weights = folder.resolve("llm-weights.json");
        assertThat(evaluate(
                        oracle,
                        "--level",
                        "T3",
                        "--half",
                        "first",
                        "--json",
                        json.toString(),
                        "--weights",
                        weights.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("λ of the model: ")
                .contains("λ of random scores: ")
                .contains("Kendall τ 1.000")
                .contains("0 lists failed")
                .contains("LLM trusted - T0, MRR@50: ")
                .contains("random trusted - T0, MRR@50: ")
                .contains("LLM fitted - T0, Recall@10: ");
        JsonNode scored = JsonMapper.shared().readTree(Files.readString(json)).get("scored");
        assertThat(scored.get("cost").get("calls").asInt()).isPositive();
        LlmWeight weight = LlmWeightFile.read(weights).getFirst();
        assertThat(weight.of("scripted", ModelLevel.T3, "rank/v1")).isTrue();
        assertThat(weight.lists()).isEqualTo(scored.get("lambda").get("lists").asInt());
    }

    /// The same for what a model names where the rules find nothing.
    @Test
    void whatAModelNamesIsMeasuredBesideT0() throws IOException {
        var naming = new ScriptedModel(ModelLevel.T2, new Script() {
            @Override
            public Step fill(RenderedPrompt prompt, JsonShape shape) {
                assertThat(prompt.user()).contains("kinds: ");
                return new Step.Piece("{\"kinds\":[\"horror\"]}");
            }

            @Override
            public Iterator<Step> say(RenderedPrompt prompt) {
                return List.<Step>of().iterator();
            }
        });
        Path json = folder.resolve("slots.json");
        assertThat(evaluate(
                        naming,
                        "--level",
                        "T2",
                        "--uses",
                        "slots",
                        "--arms",
                        "popular",
                        "--half",
                        "all",
                        "--json",
                        json.toString()))
                .as(err.toString())
                .isZero();
        JsonNode slots = JsonMapper.shared().readTree(Files.readString(json)).get("slots");
        assertThat(slots.get("messages_asked").asInt()).isPositive();
        assertThat(slots.get("failed").asInt()).isZero();
        assertThat(slots.get("cases_with_something_new").asInt())
                .isEqualTo(slots.get("taken").size());
        assertThat(slots.get("minus_T0")).hasSize(6);
        assertThat(out.toString())
                .contains("slots: " + slots.get("messages_asked").asInt() + " messages asked, 0 of them failed")
                .doesNotContain("λ of the model");
    }

    private static Map<String, Integer> ranks(Path readings) throws IOException {
        Map<String, Integer> ranks = new HashMap<>();
        for (String line : Files.readAllLines(readings)) {
            JsonNode one = JsonMapper.shared().readTree(line);
            assertThat(one.get("degraded")).isEmpty();
            ranks.put(
                    one.get("case_id").asString(),
                    one.get("targets").get(0).get("rank").asInt());
        }
        return ranks;
    }

    /// The script itself, where it is.
    private void agreesWithTheReferee(Path lists, JsonNode ours) throws IOException, InterruptedException {
        Path script = ROOT.resolve("../shared/data/score_chat.py");
        if (!Files.exists(script)) {
            assertThat(System.getenv("CI")).as("%s is not here", script).isNotEqualTo("true");
            return;
        }
        Process referee = new ProcessBuilder(
                        "python3",
                        script.toString(),
                        "--cases",
                        folder.resolve("cases.jsonl").toString(),
                        "--pred",
                        lists.toString(),
                        "--id",
                        "id",
                        "--json")
                .redirectErrorStream(true)
                .start();
        String said = new String(referee.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(referee.waitFor(60, TimeUnit.SECONDS)).isTrue();
        JsonNode theirs = JsonMapper.shared().readTree(said);
        for (String metric : List.of(
                "cases",
                "Recall@1",
                "Recall@10",
                "Recall@50",
                "Hit@10",
                "MRR@50",
                "SE_Hit@10",
                "mentioned",
                "hand_Recall@50",
                "other_Recall@50")) {
            // It rounds to five places.
            assertThat(ours.get(metric).asDouble())
                    .as(metric)
                    .isEqualTo(theirs.get(metric).asDouble(), within(5.1e-6));
        }
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        assertThat(evaluate("--cases", folder.resolve("none.jsonl").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("palate chat-evaluate: no file of chat cases at");
        assertThat(evaluate("--level", "T1")).isEqualTo(2);
        assertThat(err.toString()).contains("--level T1 scores no lists; use T0, T2 or T3");
        assertThat(evaluate(
                        "--level", "T3", "--weights", folder.resolve("w.json").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("so that the other half is left to judge them");
        assertThat(evaluate("--uses", "slots")).isEqualTo(2);
        assertThat(err.toString()).contains("--uses says what a model does, and --level T0 has none");
        assertThat(evaluate(
                        "--level",
                        "T2",
                        "--half",
                        "first",
                        "--uses",
                        "slots",
                        "--weights",
                        folder.resolve("w.json").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--weights are of a model's scores");
        assertThat(evaluate("--level", "T3")).isEqualTo(2);
        assertThat(err.toString()).contains("--level T3 wants a hosted model: name it by --url and --model");
        assertThat(evaluate("--id", "other")).isEqualTo(1);
        assertThat(err.toString()).contains("name the field of the catalog's ids with --id");
        assertThat(evaluate("--lists", folder.resolve("no/where.tsv").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("cannot be written: no folder");
        assertThat(evaluate("--catalog", folder.resolve("none.jsonl").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no catalog file at");
        assertThat(evaluate("--split", folder.resolve("none").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("no split folder at");
        Files.writeString(folder.resolve("bad.jsonl"), "{\"item_id\":\"1\"}\n");
        assertThat(evaluate("--catalog", folder.resolve("bad.jsonl").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("line 1: needs item_id and title");
        assertThat(evaluate("--arms", "popular,none")).isEqualTo(2);
        assertThat(err.toString()).contains("--arms has no none; there are random, popular, bm25");
        // The SHA-256 of "hello" begins with 2c.
        Files.writeString(
                folder.resolve("one.jsonl"),
                CASES.lines().findFirst().orElseThrow().replace("\"dialog\":\"sequel\"", "\"dialog\":\"hello\""));
        assertThat(evaluate("--cases", folder.resolve("one.jsonl").toString(), "--half", "second"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("is in the half asked for, second; use --half all");
    }

    private int evaluate(String... options) {
        return evaluate(null, options);
    }

    private int evaluate(@Nullable LanguageModel model, String... options) {
        out.getBuffer().setLength(0);
        Map<String, String> all = new java.util.LinkedHashMap<>(Map.of(
                "--cases", folder.resolve("cases.jsonl").toString(),
                "--catalog", folder.resolve("catalog.jsonl").toString(),
                "--split", folder.toString(),
                "--work", folder.resolve("work").toString(),
                "--id", "id",
                "--half", "all",
                "--resamples", "200"));
        for (int at = 0; at < options.length; at += 2) {
            all.put(options[at], options[at + 1]);
        }
        List<String> arguments = new ArrayList<>();
        all.forEach((name, value) -> {
            arguments.add(name);
            arguments.add(value);
        });
        err.getBuffer().setLength(0);
        return new CommandLine(new ChatEvaluateCommand(HashingEncoder::new, model))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments.toArray(new String[0]));
    }
}
