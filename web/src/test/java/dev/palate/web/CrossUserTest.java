package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.access.Role;
import dev.palate.memory.index.IndexChanges;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A canary of one user, looked for with the key of another at every endpoint.
class CrossUserTest {
    private static final String CANARY = "canary4711";

    @TempDir
    static Path directory;

    private static TestServer server;
    private static String ann;
    private static String conversation;
    private static String turnEvents;
    private static String memory;
    private static String turn;
    private static String slate;

    @BeforeAll
    static void start() {
        server = TestServer.start(directory);
        server.films(3);
        for (String user : List.of("ann", "bob")) {
            server.ok(
                    201,
                    server.call(server.admin(), "PUT", "/v1/users/" + user, "{\"name\":\"" + user + CANARY + "\"}"));
        }
        ann = server.key(Role.USER, "ann");
        String bob = server.key(Role.USER, "bob");
        conversation = server.conversation(bob, "bob");
        turnEvents = server.ok(202, server.call(bob, "POST", messages(), "{\"content\":\"" + CANARY + "\"}"))
                .get("events")
                .asString();
        assertThat(server.get(bob, turnEvents).body()).contains("turn.completed");
        memory = Samples.memory(server, "bob", "Likes " + CANARY);
        turn = Samples.trace(server, "bob", conversation, CANARY);
        slate = server.ok(200, server.call(bob, "POST", "/v1/recommendations", "{\"record\":true}"))
                .get("id")
                .asString();
        server.ok(
                201,
                server.call(
                        bob,
                        "POST",
                        "/v1/interactions",
                        "{\"item_id\":\"i1\",\"type\":\"liked\",\"interaction_id\":\"" + CANARY + "\"}"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String messages() {
        return "/v1/conversations/" + conversation + "/messages";
    }

    @Test
    void whatIsNamedByItsOwnIdIsNotThere() {
        String talk = "/v1/conversations/" + conversation;
        for (String path : List.of(
                talk,
                messages(),
                turnEvents,
                "/v1/memories/" + memory,
                "/v1/memories/" + memory + "/history",
                "/v1/recommendations/" + slate,
                talk + "/turns",
                talk + "/turns/" + turn + "/trace",
                "/v1/conversations/" + server.conversation(ann, "ann") + "/turns/" + turn + "/trace",
                "/v1/recommendations/slate-of-" + turn + "/trace")) {
            refused(404, server.get(ann, path));
        }
        refused(404, server.call(ann, "POST", messages(), "{\"content\":\"hi\"}"));
        refused(404, server.call(ann, "POST", talk + "/cancel", ""));
        refused(404, server.call(ann, "POST", talk + "/turns/" + turn + "/replay", ""));
        refused(
                404,
                server.call(
                        ann,
                        "POST",
                        "/v1/recommendations/preview",
                        "{\"overrides\":[{\"memory_id\":\"" + memory + "\",\"muted\":true}]}"));
        assertThat(server.get(server.key(Role.USER, "bob"), talk + "/turns/" + turn + "/trace")
                        .body())
                .as("the owner sees it")
                .contains(CANARY);
        refused(404, server.call(ann, "DELETE", talk, ""));
        refused(404, server.call(ann, "PATCH", "/v1/memories/" + memory, "{\"muted\":true}"));
        refused(404, server.call(ann, "DELETE", "/v1/memories/" + memory, ""));
        refused(404, server.call(ann, "POST", "/v1/memories/" + memory + "/restore", "{\"revision\":1}"));
    }

    @Test
    void whereTheUserIsNamedItIsForbidden() {
        for (String path : List.of(
                "/v1/users/bob",
                "/v1/users/bob/interactions",
                "/v1/memories?user_id=bob",
                "/v1/memories?item_id=i1",
                "/v1/conversations?user_id=bob")) {
            refused(403, server.get(ann, path));
        }
        refused(403, server.call(ann, "DELETE", "/v1/users/bob?mode=erase", ""));
        refused(403, server.call(ann, "PUT", "/v1/users/bob", "{}"));
        refused(403, server.call(ann, "POST", "/v1/conversations", "{\"user_id\":\"bob\"}"));
        refused(403, server.call(ann, "POST", "/v1/recommendations", "{\"user_id\":\"bob\"}"));
        refused(
                403,
                server.call(
                        ann,
                        "POST",
                        "/v1/recommendations/preview",
                        "{\"user_id\":\"bob\",\"overrides\":[{\"memory_id\":\"" + memory + "\",\"muted\":true}]}"));
        refused(
                403,
                server.call(
                        ann,
                        "POST",
                        "/v1/interactions",
                        "{\"user_id\":\"bob\",\"item_id\":\"i1\",\"type\":\"liked\"}"));
        refused(
                403,
                server.call(
                        ann,
                        "POST",
                        "/v1/interactions:batch",
                        "{\"interactions\":[{\"user_id\":\"bob\",\"item_id\":\"i1\",\"type\":\"liked\"}]}"));
        refused(
                403,
                server.call(
                        ann,
                        "POST",
                        "/v1/memories/search",
                        "{\"query\":\"" + CANARY + "\",\"filters\":{\"user_id\":\"bob\"}}"));
    }

    @Test
    void withoutAUserTheKeysOwnUserIsMeant() {
        for (String path : List.of(
                "/v1/memories", "/v1/memories?words=" + CANARY, "/v1/conversations", "/v1/users/ann/interactions")) {
            HttpResponse<String> answer = server.get(ann, path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.body()).as(path).doesNotContain(CANARY);
        }
        HttpResponse<String> found = server.call(ann, "POST", "/v1/memories/search", "{\"query\":\"" + CANARY + "\"}");
        assertThat(server.ok(200, found).get("results")).isEmpty();
        HttpResponse<String> own = server.call(
                server.key(Role.USER, "bob"), "POST", "/v1/memories/search", "{\"query\":\"" + CANARY + "\"}");
        assertThat(own.body()).as("the owner finds it").contains(CANARY);
    }

    @Test
    void aSearchOverAllSubjectsIsForAdminsAndApps() throws Exception {
        assertThat(server.bean(IndexChanges.class).awaitEncoded(Duration.ofSeconds(20)))
                .isTrue();
        String search = "{\"query\":\"" + CANARY + "\",\"filters\":{\"subject_type\":\"%s\"}}";
        for (String key : List.of(server.admin(), server.key(Role.APP, null))) {
            JsonNode found = server.ok(
                            200, server.call(key, "POST", "/v1/memories/search", String.format(search, "user")))
                    .get("results");
            assertThat(found.get(0).get("id").asString()).isEqualTo(memory);
            assertThat(found.get(0).get("score_details").get("final").asDouble())
                    .isPositive();
            assertThat(server.ok(200, server.call(key, "POST", "/v1/memories/search", String.format(search, "item")))
                            .get("results"))
                    .isEmpty();
        }
        String others = "{\"query\":\"" + CANARY + "\",\"filters\":{\"user_id\":{\"in\":[\"bob\"]},"
                + "\"or\":[{\"user_id\":\"bob\"},{\"evidence\":{\"gte\":0}}]}}";
        assertThat(server.ok(200, server.call(server.admin(), "POST", "/v1/memories/search", others))
                        .get("results"))
                .isNotEmpty();
        assertThat(server.ok(200, server.call(ann, "POST", "/v1/memories/search", others))
                        .get("results"))
                .as("a condition only narrows what a key reaches")
                .isEmpty();
        for (String type : List.of("user", "item")) {
            HttpResponse<String> own = server.call(ann, "POST", "/v1/memories/search", String.format(search, type));
            assertThat(server.ok(200, own).get("results")).isEmpty();
        }
        refused(
                403,
                server.call(ann, "POST", "/v1/memories/search", "{\"query\":\"x\",\"filters\":{\"item_id\":\"i1\"}}"));
    }

    @Test
    void whatAnAdminDoesAUserMayNot() {
        for (String path : List.of(
                "/v1/users", "/v1/jobs", "/v1/api-keys", "/v1/stats", "/v1/models", "/memories", "/chat", "/turns")) {
            refused(403, server.get(ann, path));
        }
    }

    @Test
    void erasureEndsTheKeyAndLeavesNothing() {
        server.ok(201, server.call(server.admin(), "PUT", "/v1/users/eve", "{}"));
        String eve = server.key(Role.USER, "eve");
        Samples.memory(server, "eve", "Likes whales");
        String talk = "/v1/conversations/" + server.conversation(eve, "eve") + "/messages";
        String events = server.ok(202, server.call(eve, "POST", talk, "{\"content\":\"I like whales\"}"))
                .get("events")
                .asString();
        server.send(server.request(events).header("X-API-Key", eve).header("Accept", "text/event-stream"));

        var receipt = server.ok(200, server.call(eve, "DELETE", "/v1/users/eve?mode=erase", ""));

        assertThat(receipt.get("complete").asBoolean()).isTrue();
        assertThat(receipt.get("places").toString())
                .contains("{\"name\":\"events of turns\",\"removed\":1,\"remaining\":0}");
        assertThat(server.get(eve, "/v1/users/eve").statusCode()).isEqualTo(401);
        assertThat(server.get(server.admin(), "/v1/users/eve").statusCode()).isEqualTo(404);
        var later = server.ok(200, server.get(server.admin(), "/v1/users/eve/erasure"));
        assertThat(later.get("places")).isEqualTo(receipt.get("places"));
        assertThat(later.get("status").asString()).isEqualTo("ended");
        assertThat(server.get(server.admin(), "/v1/users/nobody/erasure").statusCode())
                .isEqualTo(404);
    }

    private static void refused(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode())
                .as(answer.request().method() + " " + answer.uri() + answer.body())
                .isEqualTo(status);
        assertThat(answer.body()).doesNotContain(CANARY);
    }
}
