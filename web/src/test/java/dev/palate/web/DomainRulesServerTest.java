package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.turn.GraphAgent;
import dev.palate.agent.turn.TurnRequest;
import dev.palate.memory.access.Role;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.derived.NoteFollower;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// What like users and items tell, switched on by a setting: rules over HTTP, and a turn that reads.
class DomainRulesServerTest {
    private static final String PROPAGATION = "--palate.propagation.enabled=true";
    private static final String SYNTHESIS = "--palate.synthesis.enabled=true";

    @TempDir
    Path folder;

    private static HttpResponse<String> post(TestServer server, String path, String body) {
        return server.call(server.admin(), "POST", path, body);
    }

    private static void likes(TestServer server, String user, String item) {
        server.ok(
                200,
                post(
                        server,
                        "/v1/interactions:batch",
                        "{\"interactions\":[{\"interaction_id\":\"" + user + "-" + item + "\",\"user_id\":\"" + user
                                + "\",\"item_id\":\"" + item + "\",\"type\":\"liked\"}]}"));
    }

    @Test
    void aRuleIsPreviewedAndPutIntoForceByAdmins() throws Exception {
        try (TestServer server = TestServer.start(folder.resolve("data"), PROPAGATION, SYNTHESIS)) {
            server.films(8);
            for (int user = 1; user <= 6; user++) {
                likes(server, "u" + user, "i1");
                likes(server, "u" + user, "i" + (user + 1));
            }
            assertThat(server.bean("themePropagation", NoteFollower.class).await(Duration.ofSeconds(30)))
                    .isTrue();
            JsonNode rules = server.ok(200, server.get(server.admin(), "/v1/domain-rules"));
            assertThat(rules.path("in_force").path("version").asString()).startsWith("steady@");
            assertThat(rules.path("shipped")).hasSize(4);

            HttpResponse<String> bad = post(
                    server,
                    "/v1/domain-rules:preview",
                    "{\"rule\":{\"name\":\"r\",\"terms\":[{\"grow\":\"mem\",\"by\":1},{\"multiply\":7}]}}");
            assertThat(bad.statusCode()).isEqualTo(400);
            assertThat(bad.body()).contains("#/rule/terms/1/multiply").contains("must be 0.1 to 5.0, was 7.0");

            JsonNode preview = server.ok(
                    200,
                    post(
                            server,
                            "/v1/domain-rules:preview",
                            "{\"rule\":{\"name\":\"mine\",\"terms\":[{\"of\":\"item\",\"multiply\":0.5}]}}"));
            assertThat(preview.path("users")).hasSize(6);
            assertThat(preview.path("users").get(0).path("users").asInt()).isEqualTo(5);
            String version = preview.path("version").asString();
            assertThat(version).startsWith("mine@");
            HttpResponse<String> unseen =
                    post(server, "/v1/domain-rules:activate", "{\"version\":\"steady@000000000000\"}");
            assertThat(unseen.statusCode()).isEqualTo(400);
            assertThat(unseen.body()).contains("preview the rule first");
            server.ok(200, post(server, "/v1/domain-rules:activate", "{\"version\":\"" + version + "\"}"));

            String ann = server.key(Role.USER, "u1");
            assertThat(server.get(ann, "/v1/domain-rules").statusCode()).isEqualTo(403);
            assertThat(server.call(ann, "POST", "/v1/domain-rules:activate", "{}")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(server.get(server.key(Role.APP, null), "/v1/domain-rules")
                            .statusCode())
                    .isEqualTo(403);

            String talk = server.conversation(ann, "u1");
            String messages = "/v1/conversations/" + talk + "/messages";
            server.ok(202, server.call(ann, "POST", messages, "{\"content\":\"a drama, please\"}"));
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            String said = "";
            while (!said.contains("\"assistant\"") && System.nanoTime() < end) {
                Thread.sleep(50);
                said = server.ok(200, server.get(ann, messages)).toString();
            }
            assertThat(said).contains("\"assistant\"").doesNotContain("\"u2\"");

            String trace = traced(server, talk);
            JsonNode full = curate(server.ok(200, server.get(server.admin(), trace)));
            assertThat(full.path("input").path("candidates").get(0)).hasSize(6);
            for (JsonNode own : List.of(
                    curate(server.ok(200, server.get(ann, trace))),
                    curate(server.ok(200, server.get(ann, "/v1/users/u1/export"))
                            .path("traces")
                            .get(0)))) {
                assertThat(own.path("input").path("candidates").get(0).toString())
                        .isEqualTo("[\"U1\"]");
                assertThat(own.path("output").path("members").valueStream())
                        .filteredOn(member -> member.path("handle").asString().startsWith("U"))
                        .isNotEmpty()
                        .allSatisfy(member -> assertThat(member).hasSize(1));
            }
        }
        try (TestServer server = TestServer.start(folder.resolve("data"), PROPAGATION, SYNTHESIS)) {
            assertThat(server.ok(200, server.get(server.admin(), "/v1/domain-rules"))
                            .path("in_force")
                            .path("version")
                            .asString())
                    .as("after a restart")
                    .startsWith("mine@");
        }
    }

    /// The trace of a turn by the agent of the server that read others in time; HTTP has a staged one.
    private static String traced(TestServer server, String talk) throws Exception {
        for (int tries = 0; tries < 10; tries++) {
            var turn = server.bean(GraphAgent.class)
                    .start(
                            new TurnRequest(new ConversationId(talk), "another drama", 3, TurnRequest.UseModels.NEVER),
                            event -> {});
            turn.done().get(60, TimeUnit.SECONDS);
            String path = "/v1/conversations/" + talk + "/turns/" + turn.id().value() + "/trace";
            if (!curate(server.ok(200, server.get(server.admin(), path))).isMissingNode()) {
                return path;
            }
        }
        throw new AssertionError("ten turns went on without others");
    }

    private static JsonNode curate(JsonNode trace) {
        return trace.path("steps")
                .valueStream()
                .filter(step -> step.path("name").asString().equals("curate"))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    @Test
    void withoutItThereIsNothingAndItNeedsThePropagation() {
        try (TestServer server = TestServer.start(folder.resolve("data"))) {
            assertThat(server.get(server.admin(), "/v1/domain-rules").statusCode())
                    .isEqualTo(404);
        }
        assertThatThrownBy(() -> TestServer.start(folder.resolve("other"), SYNTHESIS))
                .hasStackTraceContaining("palate.synthesis.enabled=true reads what palate.propagation.enabled");
    }
}
