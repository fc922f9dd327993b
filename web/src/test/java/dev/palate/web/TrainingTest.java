package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.access.Role;
import dev.palate.web.security.LocalDoor;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Training as a job of the server: done, activated, cancelled, asked for by a command of the same machine.
class TrainingTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    @Test
    void aRunActivatesItsModelAndAnotherCanBeCancelled() {
        try (TestServer server = TestServer.start(directory)) {
            server.films(12);
            interactions(server);
            JsonNode job = server.ok(202, server.call(server.admin(), "POST", "/v1/models:train", ""));

            JsonNode end = ended(server, job.get("id").asString());

            assertThat(end.get("status").asString()).as(end.toString()).isEqualTo("succeeded");
            JsonNode models = server.ok(200, server.get(server.admin(), "/v1/models"));
            String version = models.get("active").get("version").asString();
            assertThat(end.get("detail").asString()).contains(version);
            String list = server.call(
                            server.admin(), "POST", "/v1/recommendations", "{\"user_id\":\"u1\",\"deadline_ms\":20000}")
                    .body();
            assertThat(server.ok(200, server.get(server.admin(), "/v1/stats"))
                            .get("collaborative_model")
                            .asString())
                    .isEqualTo(version);
            assertThat(TestServer.JSON.readTree(list).get("model_version").asString())
                    .isEqualTo(version);

            assertThat(models.get("active").get("gate").asString()).isNotEmpty();
            assertThat(server.ok(200, server.call(server.admin(), "POST", "/v1/models/" + version + "/activate", ""))
                            .get("version")
                            .asString())
                    .isEqualTo(version);
            assertThat(server.call(server.admin(), "POST", "/v1/models/none/activate", "{\"reason\":\"try\"}")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(server.call(server.key(Role.APP, null), "POST", "/v1/models/" + version + "/activate", "{}")
                            .statusCode())
                    .isEqualTo(403);

            String second = byCommand(server);
            server.ok(202, server.call(server.admin(), "POST", "/v1/jobs/" + second + "/cancel", ""));
            assertThat(ended(server, second).get("status").asString()).isEqualTo("cancelled");
            assertThat(server.call(server.admin(), "POST", "/v1/jobs/" + second + "/cancel", "")
                            .statusCode())
                    .isEqualTo(409);
            JsonNode receipt = server.ok(200, server.call(server.admin(), "DELETE", "/v1/users/u1?mode=erase", ""));
            assertThat(receipt.get("complete").asBoolean())
                    .as(receipt.toString())
                    .isTrue();
            assertThat(receipt.get("places").toString()).contains("training input and earlier models");
            assertThat(receipt.get("notes").toString()).contains("model " + version + ", which is in use");
            assertThat(server.call(server.key(Role.APP, null), "POST", "/v1/models:train", "")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(server.ok(200, server.get(server.admin(), "/v1/models"))
                            .get("active")
                            .get("version")
                            .asString())
                    .isEqualTo(version);
        }
    }

    /// Its heap holds what it read of the user, so the receipt waits until it is gone.
    @Test
    void anErasureEndsTheProcessThatTrains() throws InterruptedException {
        try (TestServer server = TestServer.start(directory)) {
            server.films(12);
            interactions(server);
            Set<Long> before = children().map(ProcessHandle::pid).collect(Collectors.toSet());
            String job = server.ok(202, server.call(server.admin(), "POST", "/v1/models:train", ""))
                    .get("id")
                    .asString();
            Instant end = Instant.now().plus(DEADLINE);
            Optional<ProcessHandle> child = Optional.empty();
            while (child.isEmpty() && Instant.now().isBefore(end)) {
                Thread.sleep(5);
                child = children().filter(one -> !before.contains(one.pid())).findAny();
            }
            assertThat(child).isPresent();
            JsonNode receipt = server.ok(200, server.call(server.admin(), "DELETE", "/v1/users/u1?mode=erase", ""));
            assertThat(child.get().isAlive()).isFalse();
            assertThat(receipt.get("places").toString())
                    .contains("{\"name\":\"training process\",\"removed\":1,\"remaining\":0}");
            assertThat(receipt.get("complete").asBoolean())
                    .as(receipt.toString())
                    .isTrue();
            assertThat(ended(server, job).get("status").asString()).isEqualTo("cancelled");
        }
    }

    private static Stream<ProcessHandle> children() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive);
    }

    private String byCommand(TestServer server) {
        String token = LocalDoor.of(directory).orElseThrow().token();
        return server.ok(
                        200,
                        server.send(server.request("/local/training")
                                .header(LocalDoor.HEADER, token)
                                .POST(HttpRequest.BodyPublishers.noBody())))
                .get("id")
                .asString();
    }

    private static void interactions(TestServer server) {
        List<String> liked = new ArrayList<>();
        for (int user = 0; user < 8; user++) {
            for (int item = 1; item <= 12; item++) {
                if ((user + item) % 2 == 0 && item != user + 1) {
                    liked.add("{\"user_id\":\"u" + user + "\",\"item_id\":\"i" + item + "\",\"type\":\"liked\"}");
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

    private static JsonNode ended(TestServer server, String job) {
        Instant end = Instant.now().plus(DEADLINE);
        while (Instant.now().isBefore(end)) {
            JsonNode seen = server.ok(200, server.get(server.admin(), "/v1/jobs/" + job));
            if (!List.of("pending", "running").contains(seen.get("status").asString())) {
                return seen;
            }
        }
        throw new AssertionError("job " + job + " did not end within " + DEADLINE);
    }
}
