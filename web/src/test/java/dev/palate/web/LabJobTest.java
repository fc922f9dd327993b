package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.access.Role;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.web.job.LabRuns;
import dev.palate.web.job.Trainer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The embedding lab as a job of the server: run over its own log, cancelled, taken up after a restart, chosen from.
@Timeout(300)
class LabJobTest {
    private static final Duration DEADLINE = Duration.ofMinutes(4);

    @TempDir
    Path directory;

    @Test
    void aLabIsRunAndATableOfItChosen() {
        try (TestServer server = TestServer.start(directory)) {
            JsonNode empty = server.ok(200, server.get(server.admin(), "/v1/lab"));
            assertThat(empty.has("results") && !empty.get("results").isNull()).isFalse();
            assertThat(empty.get("tables").get("items").asString()).isEqualTo("none");
            String nothing = start(server, "{\"tables\":[\"hash\"],\"seeds\":1}");
            assertThat(await(server, nothing, LabJobTest::ended).get("detail").asString())
                    .contains("there are no interactions to train on");

            server.films(40);
            interactions(server, 60);
            assertThat(server.call(server.admin(), "POST", "/v1/lab:run", "{\"tables\":[\"svd\"]}")
                            .body())
                    .contains("no table {svd}; give all, or some of full, narrow");
            assertThat(server.call(server.admin(), "POST", "/v1/lab:run", "{\"tables\":[null]}")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(server.call(server.admin(), "POST", "/v1/lab:run", "{\"budgets\":[\"0.5x\"]}")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(server.call(server.key(Role.APP, null), "POST", "/v1/lab:run", "{}")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(server.get(server.key(Role.APP, null), "/v1/lab").statusCode())
                    .isEqualTo(403);
            String job = start(
                    server,
                    "{\"tables\":[\"narrow\",\"pq\",\"hash\",\"mem-com\"],\"budgets\":[\"2x\",\"32x\"],\"seeds\":2}");
            JsonNode end = await(server, job, LabJobTest::ended);
            assertThat(end.get("status").asString()).as(end.toString()).isEqualTo("succeeded");
            JsonNode results =
                    server.ok(200, server.get(server.admin(), "/v1/lab")).get("results");
            assertThat(results.get("metric").asString()).isEqualTo("Recall@20");
            assertThat(results.get("seeds").asInt()).isEqualTo(2);
            List<String> texts = new ArrayList<>();
            results.get("rows").forEach(row -> texts.add(row.get("text").asString()));
            assertThat(texts).contains("full", "narrow@2x", "pq@2x", "hash@2x", "narrow@32x");
            assertThat(results.get("rows").get(0).get("of_full").asDouble()).isEqualTo(1);
            assertThat(results.get("unreachable").toString()).contains("mem-com at 32x");
            // Nothing of a user is left, only figures.
            Path folder = directory.resolve("models").resolve("lab");
            assertThat(folder.resolve("lab.input")).doesNotExist();
            assertThat(folder.resolve("work")).doesNotExist();
            assertThat(folder.resolve("plot.svg")).content().startsWith("<svg ");

            JsonNode chosen =
                    server.ok(200, server.call(server.admin(), "PUT", "/v1/lab/tables", "{\"items\":\"hash@2x\"}"));
            assertThat(chosen.get("items").asString()).isEqualTo("hash@2x");
            assertThat(chosen.get("here").asBoolean()).isTrue();
            assertThat(chosen.get("warnings").get(0).asString()).contains("the wrong tool for 40 items");
            assertThat(server.bean(Trainer.class).tables().chosen())
                    .isEqualTo(new ChosenTables("hash@2x", ChosenTables.FOLD_IN));
            assertThat(server.call(server.admin(), "PUT", "/v1/lab/tables", "{\"users\":\"svd\"}")
                            .body())
                    .contains("palate.embedding.user-table must be fold-in or a table: no table {svd}");
            assertThat(server.ok(200, server.call(server.admin(), "DELETE", "/v1/lab/tables", ""))
                            .get("here")
                            .asBoolean())
                    .isFalse();
        }
    }

    @Test
    void aLabThatARestartCutsShortGoesOnAndACancelledOneDoesNot() throws Exception {
        String order = "{\"tables\":[\"narrow\",\"dhe\",\"tt\",\"amtl\"],\"budgets\":[\"2x\"],\"seeds\":5}";
        String job;
        int finished;
        try (TestServer server = TestServer.start(directory)) {
            server.films(40);
            interactions(server, 60);
            job = start(server, order);
            await(server, job, seen -> seen.get("detail").asString().matches("([2-9]|1\\d) of 25 cells.*"));
        }
        Path journal = directory.resolve("models/lab/work/journal.jsonl");
        finished = Files.readAllLines(journal).size() - 1;
        assertThat(finished).isGreaterThanOrEqualTo(2);
        List<String> before = Files.readAllLines(journal);
        try (TestServer server = TestServer.start(directory)) {
            assertThat(server.bean(LabRuns.class).running().orElseThrow().id().value())
                    .isEqualTo(job);
            await(
                    server,
                    job,
                    seen -> ended(seen) || seen.get("detail").asString().matches("\\d+ of 25 cells.*"));
            // What was finished is there and not made again.
            assertThat(Files.readAllLines(journal)).startsWith(before.toArray(String[]::new));
            HttpResponse<String> refused = server.call(server.admin(), "POST", "/v1/models:train", "");
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body())
                    .contains("an embedding lab (job " + job + ") has been under way since ")
                    .contains("wait for its end, or cancel it first");
            assertThat(server.ok(200, server.get(server.admin(), "/v1/jobs")).toString())
                    .doesNotContain("\"train\"");

            server.ok(202, server.call(server.admin(), "POST", "/v1/jobs/" + job + "/cancel", ""));
            assertThat(await(server, job, LabJobTest::ended).get("status").asString())
                    .isEqualTo("cancelled");
            assertThat(journal).doesNotExist();

            String third = start(server, order);
            await(server, third, seen -> seen.get("detail").asString().contains(" of 25 cells"));
            server.ok(202, server.call(server.admin(), "POST", "/v1/jobs/" + third + "/cancel", ""));
            // At once: not the one that is about to end.
            String second = start(server, order);
            assertThat(second).isNotEqualTo(third);
            await(server, second, seen -> seen.get("detail").asString().contains(" of 25 cells"));
            JsonNode receipt = server.ok(200, server.call(server.admin(), "DELETE", "/v1/users/u1?mode=erase", ""));
            assertThat(receipt.get("complete").asBoolean())
                    .as(receipt.toString())
                    .isTrue();
            assertThat(receipt.get("places").toString()).contains("\"name\":\"embedding lab\"");
            assertThat(await(server, second, LabJobTest::ended).get("status").asString())
                    .isEqualTo("cancelled");
            assertThat(directory.resolve("models/lab/lab.input")).doesNotExist();
            assertThat(journal).doesNotExist();
        }
        // As after a back-up that does not know of the lab.
        Files.createDirectories(journal.getParent());
        Files.writeString(journal, "{}");
        Files.writeString(directory.resolve("models/lab/lab.input"), "");
        try (TestServer server = TestServer.start(directory)) {
            assertThat(server.bean(LabRuns.class).running()).isEmpty();
            assertThat(journal.getParent()).doesNotExist();
            assertThat(directory.resolve("models/lab/lab.input")).doesNotExist();
        }
    }

    @Test
    void aLabWhoseWorkCannotBeRemovedHasAnEnd() throws Exception {
        try (TestServer server = TestServer.start(directory)) {
            server.films(40);
            interactions(server, 60);
            Files.createDirectories(directory.resolve("models/lab/lab.input/in-the-way"));
            JsonNode end = await(server, start(server, "{\"tables\":[\"hash\"]}"), LabJobTest::ended);
            assertThat(end.get("status").asString()).isEqualTo("failed");
            assertThat(end.get("detail").asString()).contains("cannot remove the work of the lab");
        }
    }

    private static String start(TestServer server, String order) {
        return server.ok(202, server.call(server.admin(), "POST", "/v1/lab:run", order))
                .get("id")
                .asString();
    }

    private static boolean ended(JsonNode job) {
        return !List.of("pending", "running").contains(job.get("status").asString());
    }

    private static JsonNode await(TestServer server, String job, Predicate<JsonNode> enough) {
        Instant end = Instant.now().plus(DEADLINE);
        JsonNode seen = server.ok(200, server.get(server.admin(), "/v1/jobs/" + job));
        while (!enough.test(seen)) {
            assertThat(Instant.now()).as(seen.toString()).isBefore(end);
            seen = server.ok(200, server.get(server.admin(), "/v1/jobs/" + job));
        }
        return seen;
    }

    /// Even users like even items.
    static void interactions(TestServer server, int users) {
        for (int from = 0; from < users; from += 10) {
            List<String> liked = new ArrayList<>();
            for (int user = from; user < Math.min(users, from + 10); user++) {
                for (int item = 1; item <= 40; item++) {
                    if ((user + item) % 2 == 0 && (user * 7 + item * 5) % 3 != 0) {
                        liked.add("{\"user_id\":\"u" + user + "\",\"item_id\":\"i" + item
                                + "\",\"type\":\"liked\",\"at\":\""
                                + Instant.ofEpochSecond(1_600_000_000L + 1000L * item + user) + "\"}");
                    }
                }
            }
            server.ok(
                    200,
                    server.call(
                            server.admin(),
                            "POST",
                            "/v1/interactions:batch",
                            "{\"interactions\":[" + String.join(",", liked) + "]}"));
        }
    }
}
