package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.ranking.Ranker;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The product's metrics and those of the referee script must be the same numbers.
class MetricsTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    Path folder;

    @Test
    void equalTheGoldenNumbersWithDuplicatesSeenItemsAndMissingLists() throws Exception {
        Path tiny = resource("tiny");
        Metrics metrics = Metrics.of(RankedLists.read(Split.read(tiny).testTask(), tiny.resolve("lists.tsv")));
        assertThat(metrics.duplicates()).isPositive();
        assertThat(metrics.seen()).isPositive();
        assertThat(metrics.withoutList()).isPositive();
        assertEqual(metrics, JSON.readTree(Files.readString(tiny.resolve("golden.json"))));
    }

    @Test
    void equalTheRefereeOnPeerLists() throws Exception {
        RankingTask task = Split.read(SharedData.path("splits/ml100k_loo")).testTask();
        for (String line : Files.readAllLines(resource("ml100k_loo-peers.jsonl"))) {
            JsonNode golden = JSON.readTree(line);
            Path list = SharedData.path(
                    "peer_lists/ml100k_loo/" + golden.get("list").asString() + ".tsv");
            Metrics metrics = Metrics.of(RankedLists.read(task, list));
            assertEqual(metrics, golden.get("metrics"));
        }
    }

    @Test
    void equalWhatTheRefereePrintsForListsThatWeWrote() throws Exception {
        Path referee = SharedData.path("score.py");
        if (!python3()) {
            abort("python3 is not on the PATH");
        }
        Path split = SharedData.path("splits/ml100k_loo");
        RankingTask task = Split.read(split).testTask();
        Ranker ranker = new Models(task, ModelSettings.DEFAULT, Models.Content.NONE, Progress.NONE)
                .fit(ModelName.Alone.POPULAR);
        RankedLists lists = RankedLists.of(task, ranker, Progress.NONE);
        Path file = folder.resolve("lists.tsv");
        lists.write(file);
        Process process = new ProcessBuilder(
                        "python3", referee.toString(), "--split", split.toString(), "--pred", file.toString(), "--json")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(folder.resolve("score.json").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertEqual(Metrics.of(lists), JSON.readTree(Files.readString(folder.resolve("score.json"))));
        assertThat(Metrics.of(RankedLists.read(task, file)).means())
                .isEqualTo(Metrics.of(lists).means());
    }

    @Test
    void keepOneValuePerUser() throws Exception {
        Path tiny = resource("tiny");
        Metrics metrics = Metrics.of(RankedLists.read(Split.read(tiny).testTask(), tiny.resolve("lists.tsv")));
        double[] recall = metrics.perUser().getOrDefault("Recall@10", new double[0]);
        assertThat(recall).hasSize(metrics.users());
        assertThat(Arrays.stream(recall).average().orElseThrow())
                .isCloseTo(metrics.mean("Recall@10"), Offset.offset(1e-12));
        assertThatThrownBy(() -> metrics.mean("Recall@7"))
                .hasMessageStartingWith("no metric {Recall@7}; there are [Hit@10, Hit@20, MRR@20, NDCG@10");
    }

    private static void assertEqual(Metrics metrics, JsonNode golden) {
        Map<String, Number> report = metrics.report();
        assertThat(report.keySet()).containsExactlyElementsOf(golden.propertyNames());
        for (Iterator<Map.Entry<String, JsonNode>> fields = golden.properties().iterator(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            assertThat(report.getOrDefault(field.getKey(), Double.NaN).doubleValue())
                    .as(field.getKey())
                    .isCloseTo(field.getValue().asDouble(), Offset.offset(1e-9));
        }
    }

    private static Path resource(String name) throws Exception {
        return Path.of(
                Objects.requireNonNull(MetricsTest.class.getResource(name)).toURI());
    }

    private static boolean python3() throws IOException {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3")));
    }
}
