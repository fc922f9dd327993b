package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.text.HashingEncoder;
import dev.palate.retrieval.evaluation.ModelName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EvaluateCommandTest {
    private static final String HEADER = "user_id\titem_id\trating\ttimestamp\n";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /// Users of two tastes; the held-out items follow the taste.
    @BeforeEach
    void writeSplit() throws IOException {
        StringBuilder train = new StringBuilder(HEADER);
        StringBuilder valid = new StringBuilder(HEADER);
        StringBuilder test = new StringBuilder(HEADER);
        StringBuilder catalog = new StringBuilder();
        for (int user = 0; user < 40; user++) {
            for (int step = 0; step < 18; step++) {
                int item = 2 * ((user / 2 + step) % 20) + user % 2;
                StringBuilder part = step < 16 ? train : step == 16 ? valid : test;
                part.append("u%d\ti%d\t4\t%d\n".formatted(user, item, 1_000 * user + step));
            }
        }
        for (int item = 0; item < 40; item++) {
            catalog.append("{\"item_id\":\"i%d\",\"title\":\"%s %d\",\"year\":1990,\"genres\":[\"%s\"]}\n"
                    .formatted(item, item % 2 == 0 ? "comet" : "meadow", item, item % 2 == 0 ? "Space" : "Pastoral"));
        }
        Files.writeString(folder.resolve("train.tsv"), train);
        Files.writeString(folder.resolve("valid.tsv"), valid);
        Files.writeString(folder.resolve("test.tsv"), test);
        Files.writeString(folder.resolve("catalog.jsonl"), catalog);
    }

    @Test
    void everyModelPrintsTheMetrics() {
        for (String model : List.of(
                "random",
                "popular",
                "item-knn",
                "rp3beta",
                "transitions",
                "ease",
                "sparse-ease",
                "als",
                "bpr",
                "fused")) {
            boolean factors = List.of("als", "bpr", "fused").contains(model);
            String[] settings =
                    factors ? new String[] {"--model", model, "--factors", "8"} : new String[] {"--model", model};
            assertThat(evaluate(settings)).as(model + " " + err).isZero();
            assertThat(out.toString())
                    .contains("users\t40\n")
                    .contains("Recall@10\t")
                    .contains("SE_NDCG@10\t");
            assertThat(recall())
                    .as(model)
                    .isGreaterThan(List.of("popular", "random").contains(model) ? 0 : 0.9);
        }
        assertThat(evaluate("--model", "ease", "--part", "valid", "--history-decay", ".9"))
                .isZero();
        assertThat(evaluate("--model", "recent", "--recent-days", "3", "--threads", "2"))
                .isZero();
        assertThat(evaluate("--model", "als", "--factors", "8", "--solver-steps", "0", "--frequency-exponent", ".5"))
                .isZero();
        assertThat(recall()).isGreaterThan(0.9);
        assertThat(evaluate("--model", "item-knn", "--weighting", "bm25", "--neighbours", "20"))
                .isZero();
        assertThat(recall()).isGreaterThan(0.9);
    }

    @Test
    void writesListsAndJson() throws IOException {
        Path lists = folder.resolve("lists.tsv");
        Path json = folder.resolve("run.json");
        assertThat(evaluate("--model", "ease", "--seed", "7", "--lists", lists.toString(), "--json", json.toString()))
                .isZero();
        assertThat(Files.readAllLines(lists)).first().isEqualTo("user_id\titem_id\trank\tscore");
        assertThat(Files.readAllLines(lists))
                .hasSize(1 + 40 * 20)
                .element(1)
                .asString()
                .startsWith("u0\ti");
        JsonNode run = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(run.get("command").asString()).startsWith("./palate evaluate --split ");
        JsonNode model = run.get("models").get(0);
        assertThat(model.get("model").asString()).isEqualTo("ease");
        assertThat(model.get("runs").get(0).get("seed").asLong()).isEqualTo(7);
        assertThat(model.get("runs").get(0).get("metrics").get("users").asInt()).isEqualTo(40);
    }

    @Test
    void modelsAndPeersStandSideBySide() throws IOException {
        Path peers = Files.createDirectory(folder.resolve("peers"));
        evaluate("--model", "popular", "--lists", peers.resolve("rival.tsv").toString());
        Path json = folder.resolve("all.json");
        Path html = folder.resolve("all.html");
        assertThat(evaluate(
                        "--model", "fused,fused-fixed,source-ease,popular",
                        "--seed", "1,2",
                        "--factors", "8",
                        "--peers", peers.toString(),
                        "--resamples", "200",
                        "--json", json.toString(),
                        "--html", html.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("fused", "source-ease", "peer rival", "seed 2")
                .contains("fused - peer rival, NDCG@10: +");
        JsonNode run = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(run.get("models")).hasSize(5);
        JsonNode rival = run.get("models").get(4);
        assertThat(rival.get("peer").asBoolean()).isTrue();
        // The same lists, read back, are the same numbers.
        assertThat(rival.get("metrics")).isEqualTo(run.get("models").get(3).get("metrics"));
        JsonNode last = run.get("comparisons").get(run.get("comparisons").size() - 1);
        assertThat(last.get("low").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(last.get("difference").asDouble());
        assertThat(run.get("models").get(0).get("byActivity").get("NDCG@10").propertyNames())
                .containsExactly("quiet", "middle", "active");
        assertThat(run.get("models").get(0).get("qualities").get("Gini@10").asDouble())
                .isBetween(0.0, 1.0);
        assertThat(Files.readString(html))
                .startsWith("<!DOCTYPE html>")
                .contains("peer rival", "<svg", "fused minus each other")
                .doesNotContain("http://", "https://", "<script");
    }

    @Test
    void aPeerWithListsOfSomeUsersIsComparedOverThose() throws IOException {
        Path peers = Files.createDirectory(folder.resolve("peers"));
        Path all = folder.resolve("all.tsv");
        evaluate("--model", "popular", "--lists", all.toString());
        List<String> rows = Files.readAllLines(all);
        List<String> users = rows.stream()
                .skip(1)
                .map(row -> row.substring(0, row.indexOf('\t')))
                .distinct()
                .toList();
        List<String> few = users.subList(0, 5);
        Files.write(
                peers.resolve("some.tsv"),
                rows.stream()
                        .filter(row -> row.startsWith("user_id") || few.contains(row.substring(0, row.indexOf('\t'))))
                        .toList());
        assertThat(evaluate("--model", "popular", "--peers", peers.toString(), "--resamples", "100"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("popular - peer some, Recall@10: +0.0000 [+0.0000, +0.0000], over the 5 of " + users.size()
                        + " users who have both lists");
    }

    @Test
    void aCatalogAddsTextAndGenres() {
        String catalog = folder.resolve("catalog.jsonl").toString();
        assertThat(evaluate("--model", "fused", "--factors", "8", "--catalog", catalog))
                .isZero();
        assertThat(recall()).isGreaterThan(0.9);
    }

    /// All there is to see of variety: unlike items, rarer items, quotas, items of little exposure.
    @Test
    void listsAreArrangedAsARequestWouldHaveThem() throws IOException {
        double likeness = likeness();
        assertThat(likeness("--diversity", "1")).isLessThan(likeness);
        assertThat(likeness("--at-most-of", "space=3,Pastoral=3")).isBetween(0.0, likeness);
        assertThat(evaluate("--model", "popular", "--novelty", "1", "--seed", "1"))
                .isZero();
        String catalog = folder.resolve("catalog.jsonl").toString();
        assertThat(evaluate("--model", "ease", "--exploration", ".5", "--seed", "1,2", "--catalog", catalog))
                .isZero();
        assertThat(out.toString())
                .as("each seed draws other items")
                .contains("seed 1")
                .contains("seed 2");
        Path lists = folder.resolve("quota.tsv");
        assertThat(evaluate("--model", "ease", "--at-most", "4", "--catalog", catalog, "--lists", lists.toString()))
                .isZero();
        assertThat(Files.readAllLines(lists))
                .as("three left of the own genre, four")
                .hasSize(1 + 40 * 7);
        assertRefused(
                1,
                "diversity and quotas go by what items are: give --catalog, or leave them out",
                "--model",
                "ease",
                "--diversity",
                ".5");
        assertRefused(2, "novelty must be in [0.0, 1.0], was 3.0", "--model", "ease", "--novelty", "3");
        assertRefused(2, "at_most of a quota must be in [1, 100], was 0", "--model", "ease", "--at-most", "0");
    }

    private double likeness(String... variety) throws IOException {
        Path json = folder.resolve("variety.json");
        List<String> arguments = new ArrayList<>(List.of(
                "--model",
                "ease",
                "--json",
                json.toString(),
                "--catalog",
                folder.resolve("catalog.jsonl").toString()));
        arguments.addAll(List.of(variety));
        assertThat(evaluate(arguments.toArray(String[]::new)))
                .as(err.toString())
                .isZero();
        return JsonMapper.shared()
                .readTree(Files.readString(json))
                .get("models")
                .get(0)
                .get("qualities")
                .get("Likeness@10")
                .asDouble();
    }

    @Test
    void whatIsWrongIsSaidInOneLine() throws IOException {
        assertRefused(1, "no model {svd}; there are " + ModelName.keys(), "--model", "svd");
        assertRefused(
                1,
                "model {ease} has no setting --factors: it has --lambda, --history-decay",
                "--model",
                "ease",
                "--factors",
                "8");
        assertRefused(
                2,
                "--weighting must be cosine, tf-idf or bm25, was dice",
                "--model",
                "item-knn",
                "--weighting",
                "dice");
        assertRefused(2, "history decay must be in (0, 1], was 1.5", "--model", "ease", "--history-decay", "1.5");
        assertRefused(2, "--part must be test, valid or cold, was train", "--model", "ease", "--part", "train");
        assertRefused(2, "dimension must be in [1, 1024], was 0", "--model", "als", "--factors", "0");
        assertRefused(
                1,
                "model {popular} has no history decay: leave --history-decay out, or use item-knn, ease or fused",
                "--model",
                "popular",
                "--history-decay",
                ".9");
        Path catalog = folder.resolve("bad.jsonl");
        assertRefused(1, "no catalog file at " + catalog, "--model", "fused", "--catalog", catalog.toString());
        Files.writeString(catalog, "{\"item_id\":\"i1\",\"title\":\"x\"}\n{\"item_id\":\"i2\"}\n");
        assertRefused(
                1,
                catalog + " line 2: needs item_id and title, had item_id {i2} and title {}",
                "--model",
                "fused",
                "--catalog",
                catalog.toString());
        Files.writeString(catalog, "i1,x\n");
        assertRefused(
                1,
                catalog + " line 1: needs one JSON object per line",
                "--model",
                "fused",
                "--catalog",
                catalog.toString());
        Files.writeString(catalog, "{\"item_id\":\"other\",\"title\":\"x\"}\n");
        assertRefused(
                1,
                "the catalog has none of the split's 40 items: give the catalog of the same data set",
                "--model",
                "fused",
                "--catalog",
                catalog.toString());
        Path nowhere = folder.resolve("none/lists.tsv");
        assertRefused(
                1,
                "--lists " + nowhere + " cannot be written: no folder " + nowhere.getParent(),
                "--model",
                "ease",
                "--lists",
                nowhere.toString());
        Files.delete(folder.resolve("test.tsv"));
        assertRefused(1, "no test.tsv or test.tsv.gz in the split folder " + folder, "--model", "ease");
    }

    @Test
    void missingOptionsAreAUsageError() {
        assertThat(run("--split", folder.toString())).isEqualTo(2);
        assertThat(err.toString())
                .contains("give either --model or --all, or --part cold alone; there are random, popular");
    }

    @Test
    void coldItemsAreRankedByVectorsMadeElsewhere() throws IOException {
        int items = 120;
        StringBuilder train = new StringBuilder(HEADER);
        StringBuilder test = new StringBuilder(HEADER);
        StringBuilder cold = new StringBuilder();
        for (int user = 0; user < 40; user++) {
            for (int at = 0; at < 30; at++) {
                int item = (user % 2 + 2 * (user + 7 * at)) % items;
                (item < items / 2 ? test : train).append("u%d\ti%d\t5\t%d\n".formatted(user, item, at));
            }
        }
        Files.writeString(folder.resolve("train.tsv"), train);
        for (int item = 0; item < items / 2; item++) {
            cold.append("i").append(item).append('\n');
        }
        Files.writeString(folder.resolve("valid.tsv"), HEADER);
        Files.writeString(folder.resolve("test.tsv"), test);
        Files.writeString(folder.resolve("cold_items.txt"), cold);
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 2), }\n".formatted(items);
        ByteBuffer npy = ByteBuffer.allocate(10 + header.length() + 8 * items).order(ByteOrder.LITTLE_ENDIAN);
        npy.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        npy.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        StringBuilder ids = new StringBuilder();
        for (int item = 0; item < items; item++) {
            npy.putFloat(item % 2).putFloat(item % 7 / 20f);
            ids.append("i").append(item).append('\n');
        }
        Path vectors = Files.write(folder.resolve("vectors.npy"), npy.array());
        Path rows = Files.writeString(folder.resolve("vectors.ids"), ids);
        Path json = folder.resolve("cold.json");
        Path html = folder.resolve("cold.html");
        assertThat(evaluate(
                        "--part",
                        "cold",
                        "--vectors",
                        vectors.toString(),
                        "--ids",
                        rows.toString(),
                        "--json",
                        json.toString(),
                        "--html",
                        html.toString()))
                .as(err.toString())
                .isZero();
        // Each user has half of a taste's thirty cold items, twenty are shown: two thirds at best, one third by chance.
        assertThat(value("aligner")).isGreaterThan(0.55);
        assertThat(value("random")).isLessThan(0.45);
        assertThat(out.toString().lines())
                .anyMatch(line -> line.startsWith("inner: aligner title, w0 1.0, lambda 3.0\t"))
                .anyMatch(line -> line.startsWith("chosen: texts title"))
                .anyMatch(line -> line.startsWith("hit@20 by events seen\t0\t1-2\t3-9\t10-29\t30+\tall"))
                .anyMatch(line -> line.startsWith("minus the best part, 95 %\t"));
        assertColdFiles(json, html);
    }

    private void assertColdFiles(Path json, Path html) throws IOException {
        JsonNode run = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(run.get("command").asString()).contains("--part cold");
        assertThat(run.get("ways").valueStream().map(way -> way.get("way").asString()))
                .containsExactly(
                        "random",
                        "raw text",
                        "centred text",
                        "centred text, title",
                        "adapter",
                        "aligner",
                        "dynamic memory",
                        "blend");
        for (JsonNode way : run.get("ways")) {
            assertThat(way.get("metrics").get("Recall@20").asDouble())
                    .isEqualTo(value(way.get("way").asString()), within(5e-5));
            assertThat(way.get("against").get("low").asDouble())
                    .isLessThanOrEqualTo(way.get("against").get("high").asDouble());
        }
        JsonNode launch = run.get("launch");
        assertThat(launch.get("ways").valueStream().map(way -> way.get("way").asString()))
                .startsWith("text", "aligner", "dynamic memory", "blend")
                .endsWith("served fold-in", "served fold-in, memory");
        JsonNode part = launch.get("ways").get(1).get("byEvents").get(0);
        JsonNode blend = launch.get("ways").get(3).get("byEvents").get(0);
        assertThat(part.has("againstBest")).as("a part is not compared").isFalse();
        double best = 0;
        for (int at = 0; at < 3; at++) {
            best = Math.max(
                    best,
                    launch.get("ways")
                            .get(at)
                            .get("byEvents")
                            .get(0)
                            .get("rate")
                            .asDouble());
        }
        assertThat(blend.get("againstBest").get("difference").asDouble())
                .isEqualTo(blend.get("rate").asDouble() - best, within(1e-9));
        assertThat(blend.get("againstBest").get("events").asInt())
                .isEqualTo(launch.get("events").get(0).asInt());
        assertThat(Files.readString(html))
                .startsWith("<!DOCTYPE html>")
                .contains("cold items", "dynamic memory", "served fold-in, memory", "<svg")
                .doesNotContain("http://", "https://", "<script");
    }

    @Test
    void severalResultsStandOnOnePage() throws IOException {
        Path first = folder.resolve("first.json");
        Path second = folder.resolve("second.json");
        assertThat(evaluate("--model", "ease,popular", "--resamples", "100", "--json", first.toString()))
                .isZero();
        assertThat(evaluate("--model", "popular", "--part", "valid", "--json", second.toString()))
                .isZero();
        Path chat = Files.writeString(folder.resolve("chat.json"), """
                {"cases": 2, "nothing_found": 0.5, "arms": [
                 {"arm": "T0 <b>", "metrics": {"Recall@1": 0, "Recall@10": 0.5, "Recall@50": 1, "Hit@10": 0.5,
                  "MRR@50": 0.1}, "where_nothing_found": {"Recall@50": 0}}], "comparisons": [
                 {"slice": "all", "first": "T0 <b>", "second": "popular", "metric": "Recall@50", "difference": 0.25,
                  "low": -0.1, "high": 0.6, "cases": 2}]}
                """);
        Path html = folder.resolve("all.html");
        assertThat(report("--html", html.toString(), first.toString(), second.toString(), chat.toString()))
                .as(err.toString())
                .isZero();
        String page = Files.readString(html);
        assertThat(page)
                .contains("<a href=\"#part3\">Chat cases</a>", "<section id=\"part2\">", "--part valid")
                .contains("T0 &lt;b&gt; minus each other", "+0.2500 [-0.1000, +0.6000]", "ease minus each other")
                .doesNotContain("<b>");
        // What was read back from the file is what the run itself would have shown.
        Path alone = folder.resolve("alone.html");
        evaluate("--model", "ease,popular", "--resamples", "100", "--html", alone.toString());
        String one = Files.readString(alone);
        assertThat(page).contains(one.substring(one.indexOf("<h2>Accuracy"), one.indexOf("<h2>Each seed")));

        assertThat(report("--html", html.toString(), folder.resolve("none.json").toString()))
                .isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("palate report: no file " + folder.resolve("none.json") + ": give what --json wrote"
                        + System.lineSeparator());
        Files.writeString(chat, "{\"arms\":[{\"arm\":\"T0\"}],\"cases\":\"two\"}");
        assertThat(report("--html", html.toString(), chat.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("chat.json needs a number {cases}, had \"two\": write it anew");
        Files.writeString(chat, "[1]");
        assertThat(report("--html", html.toString(), chat.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("has none of the lists models, ways, arms, simulated and collaborative");
    }

    private int report(String... arguments) {
        err.getBuffer().setLength(0);
        return new CommandLine(new ReportCommand())
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void collaborativeMemoryIsMeasuredOnAndOff() throws IOException {
        Path json = folder.resolve("shared.json");
        Path html = folder.resolve("shared.html");
        String catalog = folder.resolve("catalog.jsonl").toString();
        assertThat(evaluate(
                        "--collaborative",
                        "--catalog",
                        catalog,
                        "--factors",
                        "8",
                        "--resamples",
                        "100",
                        "--json",
                        json.toString(),
                        "--html",
                        html.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("own themes - off, NDCG@10, quiet: ")
                .contains("with neighbours - own themes, Recall@10, all: ");
        JsonNode run = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(run.get("themes").asString()).isEqualTo("categories");
        assertThat(run.get("collaborative")).hasSize(4);
        assertThat(run.get("collaborative").get(0).get("arm").asString()).isEqualTo("off");
        assertThat(run.get("collaborative").get(2).get("signal_alone").asDouble())
                .as("the taste is in the themes of those who liked an item")
                .isGreaterThan(.2);
        assertThat(run.get("comparisons")).hasSize(5 * 2 * 4);
        assertThat(Files.readString(html)).contains("collaborative memory", "own themes − off, quiet");

        evaluate("--model", "fused", "--catalog", catalog, "--factors", "8", "--json", json.toString());
        JsonNode fused = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(run.get("collaborative").get(0).get("NDCG@10").get("all").asDouble())
                .as("off is fused as it is")
                .isCloseTo(
                        fused.get("models").get(0).get("metrics").get("NDCG@10").asDouble(), within(1e-12));

        assertThat(evaluate("--collaborative", "--model", "fused")).isEqualTo(2);
        assertThat(err.toString()).contains("--collaborative is of the fused ranking");
        assertThat(evaluate("--collaborative", "--themes-from", "words")).isEqualTo(2);
        assertThat(err.toString()).contains("--themes-from words needs --catalog");
        assertThat(evaluate("--collaborative", "--themes-from", "genres")).isEqualTo(2);
        assertThat(err.toString()).contains("must be categories, words or clusters, was genres");
        assertThat(evaluate("--collaborative", "--trials", "--catalog", catalog))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--trials is for choosing, so it takes --part valid, was test");
        assertThat(evaluate("--trials", "--model", "fused")).isEqualTo(2);
        assertThat(err.toString()).contains("need --collaborative");
    }

    @Test
    void coldItemsNeedTexts() throws IOException {
        Files.writeString(folder.resolve("cold_items.txt"), "new\n");
        Files.writeString(folder.resolve("test.tsv"), HEADER);
        assertRefused(
                1,
                folder.getFileName() + " has no event of a cold item and a known user, so nothing can be found",
                "--part",
                "cold");
        String user = Files.readAllLines(folder.resolve("train.tsv")).get(1).split("\t", -1)[0];
        Files.writeString(folder.resolve("test.tsv"), user + "\tnew\t5\t1\n");
        assertRefused(
                2,
                "--part cold without --model needs the items' texts: give --catalog, or --vectors and --ids",
                "--part",
                "cold");
        assertRefused(2, "--vectors and --ids go together: give both or neither", "--part", "cold", "--ids", "x");
        assertThat(evaluate("--part", "cold", "--model", "popular"))
                .as("one model alone, over the same items: " + err)
                .isZero();
        assertThat(out.toString()).contains("users\t1\n");
    }

    private void assertRefused(int status, String message, String... arguments) {
        assertThat(evaluate(arguments)).as(message).isEqualTo(status);
        assertThat(err.toString()).isEqualTo("palate evaluate: " + message + System.lineSeparator());
    }

    private double recall() {
        return out.toString()
                .lines()
                .filter(line -> line.startsWith("Recall@10\t"))
                .mapToDouble(line -> Double.parseDouble(line.substring(10)))
                .findFirst()
                .orElseThrow();
    }

    private int evaluate(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--split", folder.toString()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return new CommandLine(new EvaluateCommand(HashingEncoder::new))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private double value(String way) {
        return out.toString()
                .lines()
                .filter(line -> line.startsWith(way + "\t"))
                .mapToDouble(line -> Double.parseDouble(line.split("\t", -1)[1]))
                .findFirst()
                .orElseThrow();
    }
}
