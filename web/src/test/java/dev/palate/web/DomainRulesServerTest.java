package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.turn.GraphAgent;
import dev.palate.agent.turn.TurnRequest;
import dev.palate.memory.access.Role;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.web.cli.DomainCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
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

    /// What a command did.
    private record Ran(int status, String out, String err) {}

    private Ran rules(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = new CommandLine(new DomainCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(
                                Stream.of("rules"),
                                Stream.concat(
                                        Stream.of(arguments),
                                        Stream.of(
                                                "--data", folder.resolve("data").toString())))
                        .toArray(String[]::new));
        return new Ran(status, out.toString(), err.toString());
    }

    @Test
    void theCommandShowsPreviewsAndActivatesAndMetersCount() throws Exception {
        assertThat(rules("list").err()).contains("no server runs over");
        Path file = folder.resolve("rule.json");
        try (TestServer server = TestServer.start(folder.resolve("data"), PROPAGATION, SYNTHESIS)) {
            server.films(8);
            Ran empty = rules("preview", "fresh");
            assertThat(empty.status()).as(empty.err()).isZero();
            assertThat(empty.out()).contains("nobody to choose for yet");
            for (int user = 1; user <= 6; user++) {
                likes(server, "u" + user, "i1");
                likes(server, "u" + user, "i" + (user + 1));
            }
            assertThat(server.bean("themePropagation", NoteFollower.class).await(Duration.ofSeconds(30)))
                    .isTrue();
            Ran listed = rules("list");
            assertThat(listed.out().lines()).hasSize(5);
            assertThat(listed.out()).startsWith("in force  steady@").contains("shipped   even@");

            Files.writeString(file, "{\"name\":\"r\",\"terms\":[{\"multiply\":7}]}");
            Ran bad = rules("preview", file.toString());
            assertThat(bad.status()).isEqualTo(1);
            assertThat(bad.err()).contains("must be 0.1 to 5.0, was 7.0");
            Files.writeString(file, "{\"name\"");
            assertThat(rules("preview", file.toString()).err()).contains("is no JSON");
            assertThat(rules("preview", "fesh").err())
                    .contains("no rule fesh: give a JSON file, or one of steady, fresh, close, even");
            assertThat(rules("activate", "steady@000000000000").err()).contains("preview the rule first");

            Files.writeString(file, "{\"name\":\"mine\",\"terms\":[{\"of\":\"item\",\"multiply\":0.5}]}");
            Ran preview = rules("preview", file.toString());
            assertThat(preview.status()).as(preview.err()).isZero();
            String last = preview.out().lines().reduce("", (before, line) -> line);
            assertThat(last).startsWith("./palate domain rules activate mine@").endsWith(" puts it into force.");
            String version = last.split(" ", -1)[4];
            Ran activated = rules("activate", version);
            assertThat(activated.out()).isEqualTo(version + " is in force" + System.lineSeparator());
            assertThat(rules("list").out()).startsWith("in force  " + version);
            assertThat(JsonMapper.shared()
                            .readTree(rules("list", "--json").out())
                            .path("in_force")
                            .path("version"))
                    .hasToString("\"" + version + "\"");
            assertThat(server.send(server.request("/local/domain-rules").GET()).statusCode())
                    .isEqualTo(401);

            String ann = server.key(Role.USER, "u1");
            traced(server, server.conversation(ann, "u1"));
            String meters = server.get(server.admin(), "/actuator/prometheus").body();
            assertThat(meters)
                    .contains("palate_synthesis_requests_total{outcome=\"answered\"} 0.0")
                    .contains("palate_synthesis_requests_total{outcome=\"failed\"} 0.0")
                    .contains("palate_synthesis_waiting 0.0")
                    .containsPattern("palate_synthesis_readings_seconds_count [1-9]");
        }
    }

    @Test
    void withoutItThereIsNothingAndItNeedsThePropagation() {
        try (TestServer server = TestServer.start(folder.resolve("data"))) {
            assertThat(server.get(server.admin(), "/v1/domain-rules").statusCode())
                    .isEqualTo(404);
            Ran refused = rules("list");
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.err()).contains("palate.synthesis.enabled");
        }
        assertThatThrownBy(() -> TestServer.start(folder.resolve("other"), SYNTHESIS))
                .hasStackTraceContaining("palate.synthesis.enabled=true reads what palate.propagation.enabled");
    }
}
