package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.interaction.Interactions;
import dev.palate.web.cli.ImportCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/// Diversity, novelty, quotas and exploration through the API, on the shipped films.
class VarietyTest {
    private static final String USER = "15";

    @TempDir
    static Path directory;

    private static TestServer server;
    private static final Map<String, Integer> EVENTS = new HashMap<>();

    @BeforeAll
    static void start() throws InterruptedException {
        Path films = Path.of(System.getProperty("palate.project.root", "..")).resolve("datasets/ml-latest-small");
        StringWriter said = new StringWriter();
        int status = new CommandLine(new ImportCommand())
                .setOut(new PrintWriter(said))
                .setErr(new PrintWriter(said))
                .execute("--format", "movielens", films.toString(), "--data", directory.toString());
        assertThat(status).as(said.toString()).isZero();
        server = TestServer.start(directory);
        server.bean(Interactions.class).scan(event -> EVENTS.merge(event.item().value(), 1, Integer::sum));
        assertThat(EVENTS).hasSizeGreaterThan(9_000);
        settle();
    }

    /// The films are encoded behind the start; until then each list sees a few vectors more than the one before.
    private static void settle() throws InterruptedException {
        assertThat(server.bean(IndexChanges.class).awaitEncoded(Duration.ofMinutes(3)))
                .isTrue();
        Instant end = Instant.now().plus(Duration.ofMinutes(2));
        List<String> last = List.of();
        for (int same = 0; same < 3 && Instant.now().isBefore(end); ) {
            List<String> now = ids(list(""));
            same = now.equals(last) ? same + 1 : 0;
            last = now;
            Thread.sleep(400);
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> ask(String wishes) {
        return server.call(
                server.admin(),
                "POST",
                "/v1/recommendations",
                "{\"user_id\":\"" + USER + "\",\"n\":20,\"deadline_ms\":20000" + wishes + "}");
    }

    /// Parts add up to the score but for rounding to seven decimals.
    private static JsonNode list(String wishes) {
        JsonNode list = server.ok(200, ask(wishes));
        double before = Double.POSITIVE_INFINITY;
        for (JsonNode item : list.get("items")) {
            double sum = 0;
            for (JsonNode part : item.get("signals")) {
                sum += part.asDouble();
            }
            assertThat(item.get("score").asDouble())
                    .isCloseTo(sum, within(1e-6))
                    .isLessThanOrEqualTo(before + 1e-9);
            before = item.get("score").asDouble();
        }
        return list;
    }

    private static List<String> ids(JsonNode list) {
        List<String> ids = new ArrayList<>();
        list.get("items").forEach(item -> ids.add(item.get("item_id").asString()));
        return ids;
    }

    private static double meanPart(JsonNode list, String part) {
        double sum = 0;
        for (JsonNode item : list.get("items")) {
            sum += item.get("signals").path(part).asDouble(0);
        }
        return sum / list.get("items").size();
    }

    private static double meanLogEvents(JsonNode list) {
        return ids(list).stream()
                .mapToDouble(id -> Math.log1p(EVENTS.getOrDefault(id, 0)))
                .average()
                .orElseThrow();
    }

    /// Shared over all genres, mean over all pairs of the list.
    private static double likeness(JsonNode list) {
        List<Set<String>> genres = new ArrayList<>();
        list.get("items").forEach(item -> {
            Set<String> of = new HashSet<>();
            item.get("categories").forEach(genre -> of.add(genre.asString()));
            genres.add(of);
        });
        double sum = 0;
        int pairs = 0;
        for (int one = 0; one < genres.size(); one++) {
            for (int other = 0; other < one; other++) {
                Set<String> either = new HashSet<>(genres.get(one));
                either.addAll(genres.get(other));
                Set<String> both = new HashSet<>(genres.get(one));
                both.retainAll(genres.get(other));
                sum += either.isEmpty() ? 0 : (double) both.size() / either.size();
                pairs++;
            }
        }
        return sum / pairs;
    }

    @Test
    void nothingIsOnUnlessItIsAskedFor() {
        JsonNode plain = list("");
        assertThat(plain.has("variety")).isFalse();
        plain.get("items").forEach(item -> {
            assertThat(item.has("propensity")).isFalse();
            assertThat(item.get("signals").has("novelty")).isFalse();
            assertThat(item.get("signals").has("diversity")).isFalse();
        });
        assertThat(ids(list(",\"diversity\":0,\"novelty\":0,\"exploration\":0,\"quotas\":[]")))
                .isEqualTo(ids(plain));
    }

    @Test
    void diversityMakesTheListLessAlikeAndSaysWhatItCost() {
        JsonNode plain = list("");
        JsonNode mixed = list(",\"diversity\":0.5");
        assertThat(likeness(mixed)).isLessThan(0.8 * likeness(plain));
        assertThat(meanPart(mixed, "diversity")).isNegative();
        assertThat(mixed.get("variety").get("diversity").asDouble()).isEqualTo(0.5);
    }

    @Test
    void noveltyBringsFilmsThatFewerKnowAndSaysSo() {
        // For nobody in particular it is the crowd's favourites that are shown.
        JsonNode plain = list(",\"anonymous\":true");
        JsonNode novel = list(",\"anonymous\":true,\"novelty\":0.5");
        JsonNode more = list(",\"anonymous\":true,\"novelty\":1");
        assertThat(meanLogEvents(novel)).isLessThan(meanLogEvents(plain) - 0.05);
        assertThat(meanLogEvents(more)).isLessThan(meanLogEvents(novel) - 0.05);
        assertThat(meanPart(more, "novelty")).isGreaterThan(meanPart(novel, "novelty"));
        assertThat(more.toString()).contains("not widely known");
    }

    @Test
    void quotasHoldAndSayWhatTheyKeptOff() {
        JsonNode plain = list("");
        Map<String, Integer> before = genres(plain);
        assertThat(before.getOrDefault("drama", 0))
                .as("dramas on the plain list")
                .isGreaterThan(2);
        JsonNode few = list(",\"quotas\":[{\"category\":\"Drama\",\"at_most\":2}]");
        assertThat(genres(few).getOrDefault("drama", 0)).isLessThanOrEqualTo(2);
        assertThat(few.get("items")).hasSize(20);
        assertThat(few.get("variety").get("passed_over").get("drama").asInt()).isPositive();
        assertThat(few.get("variety").get("quotas").get(0).get("at_most").asInt())
                .isEqualTo(2);
        JsonNode each = list(",\"quotas\":[{\"at_most\":3}]");
        assertThat(genres(each).values()).allMatch(count -> count <= 3);
    }

    private static Map<String, Integer> genres(JsonNode list) {
        Map<String, Integer> genres = new HashMap<>();
        list.get("items")
                .forEach(item -> item.get("categories")
                        .forEach(genre ->
                                genres.merge(genre.asString().toLowerCase(java.util.Locale.ROOT), 1, Integer::sum)));
        return genres;
    }

    @Test
    void explorationIsSeededAndKeptWithItsPropensities() {
        int explored = 0;
        for (int seed = 1; seed <= 10; seed++) {
            String wish = ",\"exploration\":0.3,\"record\":true,\"seed\":" + 1_000 * seed;
            JsonNode list = list(wish);
            assertThat(ids(list(wish))).as("the same seed").isEqualTo(ids(list));
            assertThat(list.get("variety").get("seed").asLong()).isEqualTo(1_000L * seed);
            JsonNode kept = server.ok(
                    200,
                    server.get(
                            server.admin(),
                            "/v1/recommendations/" + list.get("id").asString()));
            for (int at = 0; at < 20; at++) {
                JsonNode item = list.get("items").get(at);
                JsonNode entry = kept.get("items").get(at);
                assertThat(entry.get("propensity").asDouble())
                        .isEqualTo(item.get("propensity").asDouble())
                        .isPositive()
                        .isLessThanOrEqualTo(1);
                assertThat(entry.get("explored").asBoolean())
                        .isEqualTo(item.get("explored").asBoolean());
                if (item.get("explored").asBoolean()) {
                    explored++;
                    assertThat(EVENTS.getOrDefault(item.get("item_id").asString(), 0))
                            .isLessThan(30);
                    assertThat(item.get("propensity").asDouble()).isLessThan(0.75);
                    if (item.get("signals").path("exploration").asDouble(0) > 1) {
                        assertThat(item.get("reason").asString()).isEqualTo("little is known of it yet");
                    }
                } else {
                    assertThat(item.get("propensity").asDouble()).isGreaterThanOrEqualTo(0.7);
                }
            }
        }
        assertThat(explored).as("of 200 places, 60 expected").isBetween(38, 85);
        assertThat(server.ok(200, ask(",\"exploration\":0.3,\"record\":true"))
                        .get("variety")
                        .has("seed"))
                .as("one is made and told")
                .isTrue();
    }

    @Test
    void wishesOutOfBoundsAreRefusedWhereTheyStand() {
        refused(",\"diversity\":1.5", "#", "diversity must be in [0.0, 1.0], was 1.5");
        refused(",\"novelty\":2", "#", "novelty must be in [0.0, 1.0], was 2.0");
        refused(",\"exploration\":0.9,\"record\":true", "#", "exploration must be in [0.0, 0.5], was 0.9");
        refused(
                ",\"exploration\":0.1",
                "#/exploration",
                "exploration is to be learnt from, so the list must be kept: with exploration above 0 record must be"
                        + " true, was null");
        refused(",\"quotas\":[{\"category\":\"Drama\"}]", "#/quotas/0/at_most", "quotas/0/at_most is required");
        refused(
                ",\"quotas\":[{\"at_most\":3},{\"category\":\"Drama\",\"at_most\":0}]",
                "#/quotas/1",
                "at_most of a quota must be in [1, 100], was 0");
        refused(
                ",\"quotas\":[{\"category\":\"Drama\",\"at_most\":1},{\"category\":\"drama\",\"at_most\":2}]",
                "#",
                "quotas must name each category once, two are for drama");
    }

    private static void refused(String wishes, String pointer, String detail) {
        JsonNode problem = server.ok(400, ask(wishes));
        assertThat(problem.get("code").asString()).isEqualTo("validation_failed");
        assertThat(problem.get("errors").get(0).get("pointer").asString()).isEqualTo(pointer);
        assertThat(problem.get("errors").get(0).get("detail").asString()).isEqualTo(detail);
    }
}
