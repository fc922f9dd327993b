package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.access.Role;
import dev.palate.web.security.LocalDoor;
import dev.palate.web.security.LoginLinks;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The server as a whole: restart, log-in, hosts, health, limits, settings.
class ServerTest {
    @TempDir
    Path directory;

    @Test
    void everythingIsThereAfterARestart() {
        String key;
        String conversation;
        String memory;
        try (TestServer server = TestServer.start(directory)) {
            server.films(3);
            key = server.key(Role.USER, "ann");
            conversation = server.conversation(key, "ann");
            memory = Samples.memory(server, "ann", "Likes slow films");
            JsonNode edited = server.ok(200, server.call(key, "PATCH", "/v1/memories/" + memory, "{\"muted\":true}"));
            assertThat(edited.get("revision").asInt()).isEqualTo(2);
            server.ok(
                    201,
                    server.call(
                            key, "POST", "/v1/interactions", "{\"item_id\":\"i2\",\"type\":\"rated\",\"value\":4.5}"));
        }
        try (TestServer server = TestServer.start(directory)) {
            assertThat(server.ok(200, server.get(key, "/v1/items")).get("items"))
                    .hasSize(3);
            server.ok(200, server.get(key, "/v1/conversations/" + conversation));
            JsonNode history = server.ok(200, server.get(key, "/v1/memories/" + memory + "/history"));
            assertThat(history.get("history")).hasSize(2);
            assertThat(history.get("history").get(1).get("actor").asString()).isEqualTo("user:ann");
            JsonNode restored =
                    server.ok(200, server.call(key, "POST", "/v1/memories/" + memory + "/restore", "{\"revision\":1}"));
            assertThat(restored.get("muted").asBoolean()).isFalse();
            assertThat(restored.get("revision").asInt()).isEqualTo(3);
            JsonNode done = server.ok(200, server.get(key, "/v1/users/ann/interactions"))
                    .get("interactions");
            assertThat(done.get(0).get("value").asDouble()).isEqualTo(4.5);
        }
    }

    @Test
    void aListIsBoundedByNumbersOfTheItems() {
        try (TestServer server = TestServer.start(directory)) {
            String key = server.admin();
            server.ok(200, server.call(key, "POST", "/v1/items:batch", """
                    {"items":[{"item_id":"a","title":"A","attributes":{"price":"12.50"}},
                      {"item_id":"b","title":"B","attributes":{"price":"30"}},
                      {"item_id":"c","title":"C","attributes":{"price":"31"}},
                      {"item_id":"d","title":"D","attributes":{"price":"on request"}}]}"""));
            JsonNode list = server.ok(200, server.call(key, "POST", "/v1/recommendations", """
                    {"anonymous":true,"filters":{"numbers":{"price":{"gte":13,"lte":30}}}}"""));
            assertThat(list.get("items")).hasSize(1);
            assertThat(list.get("items").get(0).get("item_id").asString()).isEqualTo("b");
        }
    }

    @Test
    void aLoginLinkOpensASessionOnce() throws IOException {
        try (TestServer server = TestServer.start(directory)) {
            LocalDoor.Address address = LocalDoor.of(directory).orElseThrow();
            assertThat(address.port()).isEqualTo(server.port());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("server.local"))))
                    .isEqualTo("rw-------");
            String path = server.ok(
                            200,
                            server.send(server.request("/local/login-links")
                                    .header(LocalDoor.HEADER, address.token())
                                    .POST(HttpRequest.BodyPublishers.noBody())))
                    .get("path")
                    .asString();

            HttpResponse<String> opened = server.send(server.request(path));

            assertThat(opened.statusCode()).isEqualTo(302);
            assertThat(opened.headers().firstValue("Location").orElseThrow()).endsWith("/chat");
            String cookie = opened.headers().firstValue("Set-Cookie").orElseThrow();
            assertThat(cookie).contains("HttpOnly").contains("SameSite=Lax");
            String session = cookie.substring(0, cookie.indexOf(';'));
            assertThat(server.send(server.request(path)).statusCode()).isEqualTo(401);
            assertThat(server.send(server.request("/v1/users/me").header("Cookie", session))
                            .statusCode())
                    .isEqualTo(200);
            HttpResponse<String> write = server.send(server.request("/v1/conversations")
                    .header("Cookie", session)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{}")));
            assertThat(server.ok(403, write).get("detail").asString()).contains("CSRF token");
        }
    }

    @Test
    void loginLinksEnd() {
        var clock = new java.util.concurrent.atomic.AtomicReference<>(java.time.Instant.EPOCH);
        LoginLinks links = new LoginLinks(clock::get);
        String first = links.issue();
        String second = links.issue();

        assertThat(links.redeem(first)).isTrue();
        assertThat(links.redeem(first)).isFalse();
        clock.set(java.time.Instant.EPOCH.plus(LoginLinks.LIFETIME));
        assertThat(links.redeem(second)).isFalse();
    }

    @Test
    void answersHealthApiDescriptionAndOnlyItsOwnName() throws IOException {
        try (TestServer server = TestServer.start(directory)) {
            for (String probe : new String[] {"liveness", "readiness"}) {
                HttpResponse<String> health = server.send(server.request("/actuator/health/" + probe));
                assertThat(health.statusCode()).isEqualTo(200);
                assertThat(health.body()).contains("\"UP\"");
            }
            HttpResponse<String> description = server.send(server.request("/v3/api-docs"));
            JsonNode api = server.ok(200, description);
            assertThat(api.get("openapi").asString()).startsWith("3.1");
            assertThat(api.get("paths").propertyNames())
                    .contains("/v1/recommendations", "/v1/conversations/{id}/messages", "/v1/memories/search");
            assertThat(description.headers().firstValue("Content-Security-Policy"))
                    .hasValueSatisfying(csp ->
                            assertThat(csp).contains("default-src 'self'").contains("frame-ancestors 'none'"));
            assertThat(description.headers().firstValue("X-Content-Type-Options"))
                    .hasValue("nosniff");
            assertThat(foreignHost(server)).startsWith("HTTP/1.1 421");
        }
    }

    @Test
    void aFullHouseIsSaidSo() {
        try (TestServer server = TestServer.start(directory, "--palate.limits.streams-in-flight=1")) {
            server.films(2);
            String conversation = server.conversation(server.admin(), "ann");
            HttpRequest waiting = server.request("/v1/conversations/" + conversation + "/messages")
                    .header("X-API-Key", server.admin())
                    .header("Content-Type", "application/json")
                    .header("Accept", "text/event-stream")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"content\":\"pause\"}"))
                    .build();
            var stream = server.client()
                    .sendAsync(waiting, HttpResponse.BodyHandlers.ofInputStream())
                    .join();

            HttpResponse<String> second = server.send(server.request("/v1/items")
                    .header("X-API-Key", server.admin())
                    .header("Accept", "text/event-stream"));

            assertThat(stream.statusCode()).isEqualTo(200);
            assertThat(server.ok(429, second).get("code").asString()).isEqualTo("rate_limited");
            assertThat(second.headers().firstValue("Retry-After")).hasValue("1");
            server.bean(StagedAgent.class).resume();
        }
    }

    @Test
    void anUnknownSettingIsRefusedWithTheNearest() {
        assertThatThrownBy(() -> TestServer.start(directory, "--palate.limits.requests-in-fligth=3"))
                .rootCause()
                .hasMessage("unknown setting palate.limits.requests-in-fligth; did you mean "
                        + "palate.limits.requests-in-flight?");
        assertThatThrownBy(() -> TestServer.start(directory, "--palate.limits.body-bytes=3"))
                .rootCause()
                .hasMessage("palate.limits.body-bytes must be in [1024, 67108864], was 3");
    }

    private static String foreignHost(TestServer server) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write("GET /v3/api-docs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
