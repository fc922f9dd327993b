package dev.palate.web.cli;

import dev.palate.web.security.LocalDoor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Calls to the server that holds a data directory, over loopback with the token of its file. Stateless.
final class LocalCalls {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    /// How long the server may take to answer where nothing else is said. The preview of a domain rule, the longest,
    /// ends before, with an answer that says what it waited for.
    static final Duration TIMEOUT = Duration.ofSeconds(30);

    private LocalCalls() {}

    /// What the server answered with a problem.
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        private final int status;

        RefusedException(int status, String detail) {
            super("the server refused: " + detail);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /// The server that runs over a data directory.
    static Optional<LocalDoor.Address> server(Path data) {
        return LocalDoor.of(data).filter(LocalCalls::answers);
    }

    /// The same where there must be one.
    ///
    /// @throws IOException when none runs
    static LocalDoor.Address running(Path data) throws IOException {
        return server(data)
                .orElseThrow(() -> new IOException("no server runs over " + data + "; start it with ./palate"));
    }

    /// True when something answers at the address.
    private static boolean answers(LocalDoor.Address address) {
        try {
            return send(address, "GET", "/actuator/health/liveness", "", TIMEOUT)
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /// The JSON answer of the server.
    ///
    /// @throws IOException when it does not answer, or with a problem
    static JsonNode call(LocalDoor.Address address, String method, String path) throws IOException {
        return call(address, method, path, "");
    }

    /// The same with a JSON body; none where it is empty.
    static JsonNode call(LocalDoor.Address address, String method, String path, String body) throws IOException {
        return call(address, method, path, body, TIMEOUT);
    }

    /// The same with another time to wait.
    static JsonNode call(LocalDoor.Address address, String method, String path, String body, Duration timeout)
            throws IOException {
        HttpResponse<String> answer = send(address, method, path, body, timeout);
        JsonNode json = JsonMapper.shared().readTree(answer.body());
        if (answer.statusCode() >= 400) {
            throw new RefusedException(
                    answer.statusCode(), json.path("detail").asString("status " + answer.statusCode()));
        }
        return json;
    }

    private static HttpResponse<String> send(
            LocalDoor.Address address, String method, String path, String body, Duration timeout) throws IOException {
        HttpRequest.Builder building = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.port() + path))
                .header(LocalDoor.HEADER, address.token())
                .timeout(timeout);
        HttpRequest request = body.isEmpty()
                ? building.method(method, HttpRequest.BodyPublishers.noBody()).build()
                : building.header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (HttpTimeoutException e) {
            throw new IOException(
                    "the server did not answer within " + timeout.toSeconds()
                            + " s; it may still be at work: look at its log, then ask again",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
