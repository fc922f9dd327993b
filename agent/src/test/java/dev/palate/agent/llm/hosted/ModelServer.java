package dev.palate.agent.llm.hosted;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A real HTTP server on loopback that speaks OpenAI's chat completions and Ollama's chat, politely, or not when it is
/// told to misbehave.
public final class ModelServer implements AutoCloseable {
    /// What it does with one request.
    public interface Behaviour {
        void answer(ModelServer server, HttpExchange exchange, JsonNode request) throws IOException;
    }

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final List<String> WORDS = List.of(
            "Blue", " and", " then", " one,", " two,", " three,", " four", " and", " so", " on", " until", " fifty.");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<Behaviour> next = new ConcurrentLinkedDeque<>();
    private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger mostInside = new AtomicInteger();
    /// Bytes of bodies that went out.
    public final AtomicLong sent = new AtomicLong();
    /// Requests whose connection the client ended.
    public final AtomicInteger leftBehind = new AtomicInteger();

    private volatile Behaviour usual = ModelServer::polite;
    private volatile @Nullable Function<JsonNode, String> filler;

    /// Starts on a free port.
    public ModelServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
        try {
            byte[] body = exchange.getRequestBody().readAllBytes();
            JsonNode request = JSON.readTree(body);
            requests.add(request);
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            Behaviour one = next.pollFirst();
            (one == null ? usual : one).answer(this, exchange, request);
        } catch (IOException e) {
            leftBehind.incrementAndGet();
            throw e;
        } finally {
            inside.decrementAndGet();
            exchange.close();
        }
    }

    /// The base address for a provider.
    public URI url(String provider) {
        String path = provider.equals("openai") ? "/v1" : "";
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /// The next requests are answered so, one each, later ones as usual.
    public void then(Behaviour... behaviours) {
        next.addAll(List.of(behaviours));
    }

    /// All requests without a behaviour of their own are answered so.
    public void always(Behaviour behaviour) {
        usual = behaviour;
    }

    /// What structured answers hold, by the request.
    public void fills(Function<JsonNode, String> filling) {
        filler = filling;
    }

    public List<JsonNode> requests() {
        return List.copyOf(requests);
    }

    public List<String> keys() {
        return List.copyOf(keys);
    }

    public int mostInside() {
        return mostInside.get();
    }

    private static boolean ollama(HttpExchange exchange) {
        return exchange.getRequestURI().getPath().equals("/api/chat");
    }

    /// As it should be: words up to the limit, streamed when that is asked for, or the smallest JSON of the schema.
    public void polite(HttpExchange exchange, JsonNode request) throws IOException {
        boolean ollama = ollama(exchange);
        JsonNode schema = ollama
                ? request.path("format")
                : request.path("response_format").path("json_schema").path("schema");
        int limit = ollama
                ? request.path("options").path("num_predict").asInt(512)
                : request.path("max_tokens")
                        .asInt(request.path("max_completion_tokens").asInt(512));
        if (schema.isObject()) {
            Function<JsonNode, String> filling = filler;
            String json = filling == null ? smallest(schema) : filling.apply(request);
            whole(exchange, json, "stop", 40, 20);
            return;
        }
        List<String> words = WORDS.subList(0, Math.min(limit, WORDS.size()));
        String finish = words.size() < WORDS.size() ? "length" : "stop";
        if (request.path("stream").asBoolean(false)) {
            open(exchange);
            for (String word : words) {
                write(exchange, piece(ollama, word));
            }
            write(exchange, end(ollama, finish, 30, words.size()));
        } else {
            whole(exchange, String.join("", words), finish, 30, words.size());
        }
    }

    static String smallest(JsonNode schema) {
        if (schema.has("enum")) {
            return schema.get("enum").get(0).toString();
        }
        return switch (schema.path("type").asString("")) {
            case "object" -> {
                List<String> all = new ArrayList<>();
                schema.path("properties")
                        .properties()
                        .forEach(entry ->
                                all.add(JSON.writeValueAsString(entry.getKey()) + ":" + smallest(entry.getValue())));
                yield "{" + String.join(",", all) + "}";
            }
            case "array" -> "[]";
            case "integer", "number" -> "0";
            case "boolean" -> "false";
            default -> "\"\"";
        };
    }

    /// One whole answer.
    public void whole(HttpExchange exchange, String content, String finish, int read, int written) throws IOException {
        Map<String, Object> message = Map.of("role", "assistant", "content", content);
        Map<String, Object> body = new LinkedHashMap<>();
        if (ollama(exchange)) {
            body.put("model", "m");
            body.put("message", message);
            body.put("done", true);
            body.put("done_reason", finish);
            body.put("prompt_eval_count", read);
            body.put("eval_count", written);
        } else {
            body.put("id", "x");
            body.put("object", "chat.completion");
            body.put("model", "m");
            body.put("choices", List.of(Map.of("index", 0, "message", message, "finish_reason", finish)));
            body.put("usage", usage(read, written));
        }
        raw(exchange, 200, JSON.writeValueAsString(body));
    }

    private static Map<String, Object> usage(int read, int written) {
        return Map.of("prompt_tokens", read, "completion_tokens", written, "total_tokens", read + written);
    }

    /// Any status and body.
    public void raw(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        write(exchange, body);
    }

    /// Begins a streamed answer.
    public void open(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders()
                .set("Content-Type", ollama(exchange) ? "application/x-ndjson" : "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
    }

    public void write(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        OutputStream out = exchange.getResponseBody();
        out.write(bytes);
        out.flush();
        sent.addAndGet(bytes.length);
    }

    /// A streamed piece.
    public static String piece(boolean ollama, String word) {
        Map<String, Object> content = Map.of("role", "assistant", "content", word);
        return ollama
                ? JSON.writeValueAsString(Map.of("model", "m", "message", content, "done", false)) + "\n"
                : "data: "
                        + JSON.writeValueAsString(
                                Map.of("id", "x", "choices", List.of(Map.of("index", 0, "delta", content))))
                        + "\n\n";
    }

    private static String end(boolean ollama, String finish, int read, int written) {
        if (ollama) {
            return JSON.writeValueAsString(Map.of(
                            "model",
                            "m",
                            "message",
                            Map.of("role", "assistant", "content", ""),
                            "done",
                            true,
                            "done_reason",
                            finish,
                            "prompt_eval_count",
                            read,
                            "eval_count",
                            written))
                    + "\n";
        }
        String last = JSON.writeValueAsString(
                Map.of("id", "x", "choices", List.of(Map.of("index", 0, "delta", Map.of(), "finish_reason", finish))));
        String counted =
                JSON.writeValueAsString(Map.of("id", "x", "choices", List.of(), "usage", usage(read, written)));
        return "data: " + last + "\n\ndata: " + counted + "\n\ndata: [DONE]\n\n";
    }

    /// Answers politely after so long.
    public static Behaviour slow(long millis) {
        return (server, exchange, request) -> {
            sleep(millis);
            server.polite(exchange, request);
        };
    }

    /// Ends the connection after some words, where the length that was announced says that more was to come.
    public static Behaviour cut() {
        return (server, exchange, request) -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 100_000);
            server.write(exchange, piece(ollama(exchange), "Well, [[A]] is"));
            sleep(50);
        };
    }

    /// Ends a streamed answer in good order, but in the middle of it.
    public static Behaviour unfinished() {
        return (server, exchange, request) -> {
            server.open(exchange);
            server.write(exchange, piece(ollama(exchange), "Well, [[A]] is"));
        };
    }

    /// Says something that is no JSON where JSON belongs.
    public static Behaviour malformed() {
        return (server, exchange, request) -> {
            if (request.path("stream").asBoolean(false)) {
                server.open(exchange);
                server.write(exchange, ollama(exchange) ? "{\"mess\n" : "data: {\"choices\": [{\n\n");
                server.write(exchange, piece(ollama(exchange), "more"));
            } else {
                server.raw(exchange, 200, "<html>I am a proxy</html>");
            }
        };
    }

    /// A status without a use.
    public static Behaviour status(int status, @Nullable String retryAfter) {
        return (server, exchange, request) -> {
            if (retryAfter != null) {
                exchange.getResponseHeaders().set("Retry-After", retryAfter);
            }
            server.raw(
                    exchange,
                    status,
                    "{\"error\":{\"message\":\"You said: secret words\",\"type\":\"server_error\",\"code\":\"busy_now\"}}");
        };
    }

    /// Sends the client elsewhere.
    public static Behaviour redirect(URI elsewhere) {
        return (server, exchange, request) -> {
            exchange.getResponseHeaders().set("Location", elsewhere.toString());
            server.raw(exchange, 307, "");
        };
    }

    /// An answer without an end, without a line break.
    public static Behaviour huge() {
        return (server, exchange, request) -> {
            server.open(exchange);
            String block = "x".repeat(1 << 16);
            server.write(exchange, "data: {\"choices\": \"");
            for (int i = 0; i < 4_096; i++) {
                server.write(exchange, block);
            }
        };
    }

    /// Words without an end.
    public static Behaviour neverEnding(long pauseMillis) {
        return (server, exchange, request) -> {
            server.open(exchange);
            for (int i = 0; i < 10_000_000; i++) {
                server.write(exchange, piece(ollama(exchange), "and [[A]] then "));
                sleep(pauseMillis);
            }
        };
    }

    static void sleep(long millis) {
        if (millis > 0) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
