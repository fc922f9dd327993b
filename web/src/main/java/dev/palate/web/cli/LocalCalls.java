package dev.palate.web.cli;

import dev.palate.web.security.LocalDoor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Calls to the server that holds a data directory, over loopback with the token of its file. Stateless.
final class LocalCalls {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private LocalCalls() {}

    /// True when something answers at the address.
    static boolean answers(LocalDoor.Address address) {
        try {
            return send(address, "GET", "/actuator/health/liveness").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /// The JSON answer of the server.
    ///
    /// @throws IOException when it does not answer, or with a problem
    static JsonNode call(LocalDoor.Address address, String method, String path) throws IOException {
        HttpResponse<String> answer = send(address, method, path);
        JsonNode json = JsonMapper.shared().readTree(answer.body());
        if (answer.statusCode() >= 400) {
            throw new IOException(
                    "the server refused: " + json.path("detail").asString("status " + answer.statusCode()));
        }
        return json;
    }

    private static HttpResponse<String> send(LocalDoor.Address address, String method, String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.port() + path))
                .header(LocalDoor.HEADER, address.token())
                .timeout(TIMEOUT)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
