package dev.palate.agent.llm.hosted;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventContext;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import dev.palate.agent.llm.hosted.EndpointFailure.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// LangChain4j's transport over `java.net.http`, bounded: no answer is read further than it may be long, and a
/// streamed one is read by the thread that asked, so that an interrupt ends it. Redirects are not followed: the key
/// goes nowhere else. Every failure is an [EndpointFailure]. Thread-safe.
public final class EndpointHttp implements HttpClient, HttpClientBuilder {
    // Enough for the code and the kind of an error; the rest is not read.
    private static final int ERROR_BYTES = 8_192;
    private static final Pattern ERROR_NAME = Pattern.compile("\"(?:code|type)\"\\s*:\\s*\"([A-Za-z0-9_.-]{1,60})\"");

    private final java.net.http.HttpClient delegate;
    private final Duration timeout;
    private final int answerBytes;

    private EndpointHttp(Duration connect, Duration timeout, int answerBytes) {
        this.timeout = timeout;
        this.answerBytes = answerBytes;
        this.delegate = java.net.http.HttpClient.newBuilder()
                .version(java.net.http.HttpClient.Version.HTTP_1_1)
                .followRedirects(java.net.http.HttpClient.Redirect.NEVER)
                .connectTimeout(connect)
                .build();
    }

    /// With the bounds of the settings.
    public static EndpointHttp of(HostedSettings settings) {
        return new EndpointHttp(
                settings.times().connect(),
                settings.times().call(),
                settings.flow().answerBytes());
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        HttpResponse<InputStream> response = send(request);
        try (InputStream body = bounded(response)) {
            byte[] bytes = body.readAllBytes();
            return answer(response).body(bytes).build();
        } catch (IOException e) {
            throw cut(e);
        }
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        HttpResponse<InputStream> response;
        try {
            response = send(request);
        } catch (EndpointFailure e) {
            listener.onError(e);
            return;
        }
        var once = new UntilFailure(listener);
        try (InputStream body = bounded(response)) {
            once.onOpen(answer(response).build());
            parser.parse(body, once);
            once.onClose();
        } catch (IOException e) {
            once.onError(e);
        }
    }

    private static SuccessfulHttpResponse.Builder answer(HttpResponse<?> response) {
        return SuccessfulHttpResponse.builder()
                .statusCode(response.statusCode())
                .headers(response.headers().map());
    }

    private HttpResponse<InputStream> send(HttpRequest request) {
        java.net.http.HttpRequest.Builder builder = java.net.http.HttpRequest.newBuilder()
                .uri(URI.create(request.url()))
                .timeout(timeout)
                .method(request.method().name(), java.net.http.HttpRequest.BodyPublishers.ofString(request.body()));
        request.headers().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        try {
            HttpResponse<InputStream> response =
                    delegate.send(builder.build(), HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() / 100 != 2) {
                throw refused(response);
            }
            return response;
        } catch (HttpConnectTimeoutException | ConnectException | UnresolvedAddressException e) {
            throw new EndpointFailure(
                    Kind.CONNECT, "cannot be reached (" + e.getClass().getSimpleName() + ")");
        } catch (HttpTimeoutException e) {
            throw new EndpointFailure(Kind.LATE, "did not answer within " + timeout.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EndpointFailure(Kind.CUT, "was not waited for");
        } catch (IOException e) {
            throw cut(e);
        }
    }

    private static EndpointFailure refused(HttpResponse<InputStream> response) {
        String name = "";
        try (InputStream body = response.body()) {
            Matcher found = ERROR_NAME.matcher(new String(body.readNBytes(ERROR_BYTES), StandardCharsets.UTF_8));
            name = found.find() ? " (" + found.group(1) + ")" : "";
        } catch (IOException e) {
            name = " (its body was cut)";
        }
        Optional<Duration> after = response.headers().firstValue("Retry-After").flatMap(EndpointHttp::retryAfter);
        return new EndpointFailure(
                Kind.STATUS, response.statusCode(), after, "answered " + response.statusCode() + name);
    }

    /// Seconds or a date, as RFC 9110 §10.2.3 has it.
    static Optional<Duration> retryAfter(String value) {
        try {
            String text = value.strip();
            if (text.matches("\\d{1,9}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
            }
            Instant at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration left = Duration.between(Instant.now(), at);
            return Optional.of(left.isNegative() ? Duration.ZERO : left);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private InputStream bounded(HttpResponse<InputStream> response) {
        return new Bounded(response.body(), answerBytes);
    }

    private static EndpointFailure cut(IOException e) {
        return e instanceof TooMuch
                ? new EndpointFailure(Kind.TOO_LARGE, String.valueOf(e.getMessage()))
                : new EndpointFailure(
                        Kind.CUT,
                        "ended the connection before its answer ("
                                + e.getClass().getSimpleName() + ")");
    }

    private static final class TooMuch extends IOException {
        private static final long serialVersionUID = 1L;

        TooMuch(String message) {
            super(message);
        }
    }

    /// Fails once more than so many bytes were read.
    private static final class Bounded extends FilterInputStream {
        private final int most;
        private int read;

        Bounded(InputStream in, int most) {
            super(in);
            this.most = most;
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            count(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            // One more than is allowed is enough to know.
            int count = super.read(bytes, offset, Math.min(length, most - read + 1));
            count(Math.max(0, count));
            return count;
        }

        private void count(int more) throws TooMuch {
            read += more;
            if (read > most) {
                throw new TooMuch("answered more than " + most + " bytes");
            }
        }
    }

    /// Passes events on until the first failure: what comes after it is not the answer's end.
    private static final class UntilFailure implements ServerSentEventListener {
        private final ServerSentEventListener listener;
        private boolean failed;

        UntilFailure(ServerSentEventListener listener) {
            this.listener = listener;
        }

        @Override
        public void onOpen(SuccessfulHttpResponse response) {
            listener.onOpen(response);
        }

        @Override
        public void onEvent(ServerSentEvent event, ServerSentEventContext context) {
            if (!failed) {
                try {
                    listener.onEvent(event, context);
                } catch (RuntimeException e) {
                    // Parsers swallow what a listener throws, and the answer would never end.
                    onError(e instanceof EndpointFailure ? e : malformed());
                    context.parsingHandle().cancel();
                }
            }
        }

        @Override
        public void onEvent(ServerSentEvent event) {
            if (!failed) {
                listener.onEvent(event);
            }
        }

        @Override
        public void onError(Throwable failure) {
            if (!failed) {
                failed = true;
                listener.onError(failure instanceof IOException io ? cut(io) : failure);
            }
        }

        @Override
        public void onClose() {
            if (!failed) {
                listener.onClose();
            }
        }
    }

    static EndpointFailure malformed() {
        return new EndpointFailure(Kind.MALFORMED, "answered what its protocol does not allow");
    }

    @Override
    public Duration connectTimeout() {
        return timeout;
    }

    /// Does nothing: the settings say it.
    @Override
    public HttpClientBuilder connectTimeout(Duration ignored) {
        return this;
    }

    @Override
    public Duration readTimeout() {
        return timeout;
    }

    /// Does nothing: the settings say it.
    @Override
    public HttpClientBuilder readTimeout(Duration ignored) {
        return this;
    }

    @Override
    public HttpClient build() {
        return this;
    }
}
