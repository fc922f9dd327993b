package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/// Downloads one file over HTTP and goes on where an earlier download stopped.
final class UrlDownload {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(60);
    private static final int OK = 200;
    private static final int PARTIAL = 206;

    private final long expectedBytes;
    private final PullListener listener;

    /// @param expectedBytes more than this is refused
    UrlDownload(long expectedBytes, PullListener listener) {
        this.expectedBytes = expectedBytes;
        this.listener = listener;
    }

    /// @param target may hold the beginning already
    /// @throws AgentException `MODEL_STORE` for a refusal of the server or a wrong size, `MODEL_CANCELLED`
    void fetch(URI address, Path target) throws IOException {
        long there = Files.exists(target) ? Files.size(target) : 0;
        if (there >= expectedBytes) {
            Files.delete(target);
            there = 0;
        }
        try (var client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(CONNECT_TIMEOUT)
                .build()) {
            var request = HttpRequest.newBuilder(address).timeout(RESPONSE_TIMEOUT);
            if (there > 0) {
                request.header("Range", "bytes=" + there + "-");
            }
            var response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                store(in, response.statusCode(), target, there);
            }
            client.shutdownNow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentException(Code.MODEL_CANCELLED, "the download was interrupted", e);
        }
    }

    private void store(InputStream in, int status, Path target, long there) throws IOException {
        if (status != OK && status != PARTIAL) {
            throw new AgentException(
                    Code.MODEL_STORE,
                    "the address of " + ModelSources.URL_VARIABLE + " answered with status " + status);
        }
        long start = status == PARTIAL ? there : 0;
        StandardOpenOption mode = status == PARTIAL ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
        try (var out = Files.newOutputStream(target, StandardOpenOption.CREATE, mode, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[1 << 16];
            long total = start;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                total += count;
                listener.progress("downloading", Math.min(total, expectedBytes), expectedBytes);
                if (listener.cancelled()) {
                    throw new AgentException(Code.MODEL_CANCELLED, "the pull was cancelled; run it again to go on");
                }
                if (total > expectedBytes) {
                    throw new AgentException(
                            Code.MODEL_STORE,
                            "the address of " + ModelSources.URL_VARIABLE + " sends more than the " + expectedBytes
                                    + " bytes of this model");
                }
            }
        }
    }
}
