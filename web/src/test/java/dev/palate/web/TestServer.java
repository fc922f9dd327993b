package dev.palate.web;

import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.access.Role;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The whole server on a free port over a directory of its own, with a staged agent; and a client for it.
final class TestServer implements AutoCloseable {
    static final JsonMapper JSON = new JsonMapper();

    private final ServletWebServerApplicationContext context;
    private final HttpClient client = HttpClient.newHttpClient();
    private final String admin;

    private TestServer(ServletWebServerApplicationContext context) {
        this.context = context;
        this.admin = key(Role.ADMIN, null);
    }

    static TestServer start(Path directory, String... settings) {
        String[] all = Stream.concat(
                        Stream.of(
                                        "--palate.data-directory=" + directory,
                                        "--palate.encoder=hashing",
                                        "--palate.llm.enabled=false",
                                        "--palate.training.automatic=false",
                                        "--server.port=0")
                                .filter(setting -> Stream.of(settings)
                                        .noneMatch(other ->
                                                other.startsWith(setting.substring(0, setting.indexOf('=') + 1)))),
                        Stream.of(settings))
                .toArray(String[]::new);
        return new TestServer((ServletWebServerApplicationContext)
                new SpringApplicationBuilder(PalateApplication.class, Staging.class).run(all));
    }

    int port() {
        return Objects.requireNonNull(context.getWebServer()).getPort();
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    /// The secret of a new key.
    String key(Role role, @Nullable String user) {
        return bean(ApiKeys.class)
                .issue(role, user == null ? null : new UserId(user), "test", null)
                .secret();
    }

    String admin() {
        return admin;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(30));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    HttpClient client() {
        return client;
    }

    HttpResponse<String> get(String key, String path) {
        return send(request(path).header("X-API-Key", key));
    }

    HttpResponse<String> call(String key, String method, String path, String body) {
        return send(request(path)
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    /// The JSON of an answer that must have the status.
    JsonNode ok(int status, HttpResponse<String> response) {
        if (response.statusCode() != status) {
            throw new AssertionError(response.request().uri() + ": wanted " + status + ", was " + response.statusCode()
                    + " " + response.body());
        }
        return JSON.readTree(response.body().isEmpty() ? "null" : response.body());
    }

    /// Puts so many films into the catalog: `i1`, `i2`, ...
    void films(int count) {
        List<String> items = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            items.add("{\"item_id\":\"i" + i + "\",\"title\":\"Film " + i + "\",\"year\":" + (1980 + i)
                    + ",\"categories\":[\"Drama\"]}");
        }
        ok(200, call(admin, "POST", "/v1/items:batch", "{\"items\":[" + String.join(",", items) + "]}"));
    }

    String conversation(String key, String user) {
        JsonNode made = ok(201, call(key, "POST", "/v1/conversations", "{\"user_id\":\"" + user + "\"}"));
        return made.get("id").asString();
    }

    @Override
    public void close() {
        client.shutdownNow();
        context.close();
    }

    /// The parts that tests replace. Not annotated, so that only a server that names it has it.
    static class Staging {
        @Bean
        @Primary
        StagedAgent stagedAgent(Conversations conversations, Catalog catalog) {
            return new StagedAgent(conversations, catalog);
        }
    }
}
