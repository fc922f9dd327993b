package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Kills the whole server at random moments while it is written to over HTTP, and looks after each start for everything
/// that it had answered with success: it is there, and once.
class ServerKillTest {
    private static final long SEED = Long.getLong("test.seed", 20260101L);
    private static final Duration START = Duration.ofMinutes(3);
    private static final Pattern KEY = Pattern.compile("pk_[A-Za-z0-9_-]{43}");
    private static final Pattern READY = Pattern.compile("Ready at (http://127\\.0\\.0\\.1:\\d+)");
    private static final JsonMapper JSON = new JsonMapper();
    private static final int OF_ONE_USER = 20;

    @TempDir
    Path folder;

    /// What was acknowledged, by user or conversation.
    private final ConcurrentMap<String, List<String>> memories = new ConcurrentHashMap<>();

    private final ConcurrentMap<String, List<String>> interactions = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, List<String>> messages = new ConcurrentHashMap<>();
    private final AtomicInteger counter = new AtomicInteger();
    private String key = "";

    @Test
    void twoKillsLoseNothingAnswered() throws Exception {
        kills(Integer.getInteger("test.kills", 2));
    }

    @Test
    @Tag("long")
    void fiftyKillsLoseNothingAnswered() throws Exception {
        kills(Integer.getInteger("test.kills", 50));
    }

    private void kills(int count) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int kill = 0; kill < count; kill++) {
            try (Server server = Server.start(folder.resolve("data"), this)) {
                lookForAll(server, "before kill " + kill + " of seed " + SEED);
                loadAndKill(server, 300 + random.nextInt(2_500));
            }
        }
        try (Server server = Server.start(folder.resolve("data"), this)) {
            lookForAll(server, "after " + count + " kills of seed " + SEED);
        }
        System.out.println("server kills " + count + ", seed " + SEED + ", acknowledged: memories " + sum(memories)
                + ", interactions " + sum(interactions) + ", messages " + sum(messages));
        assertThat(List.of(sum(memories), sum(interactions), sum(messages))).allMatch(sum -> sum >= count);
    }

    private static int sum(Map<String, List<String>> acknowledged) {
        return acknowledged.values().stream().mapToInt(List::size).sum();
    }

    /// Three callers until the server is gone.
    private void loadAndKill(Server server, int millis) throws Exception {
        CountDownLatch begun = new CountDownLatch(3);
        List<Thread> callers = new ArrayList<>();
        for (Call call : List.<Call>of(this::remember, this::interact, this::talk)) {
            callers.add(Thread.ofPlatform().start(() -> {
                try {
                    call.with(server);
                    begun.countDown();
                    while (true) {
                        call.with(server);
                    }
                } catch (IOException e) {
                    // The server was killed; what was under way has no answer.
                    begun.countDown();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        assertThat(begun.await(60, TimeUnit.SECONDS)).as("callers are answered").isTrue();
        Thread.sleep(millis);
        server.kill();
        for (Thread caller : callers) {
            caller.join(TimeUnit.SECONDS.toMillis(60));
            assertThat(caller.isAlive()).isFalse();
        }
    }

    private interface Call {
        void with(Server server) throws IOException, InterruptedException;
    }

    private void remember(Server server) throws IOException, InterruptedException {
        int number = counter.incrementAndGet();
        String user = "m" + number / OF_ONE_USER;
        // Words that nothing else shares, or the gate takes them for the same.
        String text = "Likes q" + number + "a and w" + number * 31 + "b with e" + number * 17 + "c";
        HttpResponse<String> answer =
                server.post("/v1/memories", "{\"user_id\":\"" + user + "\",\"text\":\"" + text + "\",\"infer\":false}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode results = JSON.readTree(answer.body()).get("results");
        if (!results.isEmpty() && results.get(0).get("event").asString().equals("ADD")) {
            note(memories, user, text);
        }
    }

    private void interact(Server server) throws IOException, InterruptedException {
        int number = counter.incrementAndGet();
        String user = "i" + number / OF_ONE_USER;
        String id = "interaction-" + number;
        HttpResponse<String> answer = server.post(
                "/v1/interactions",
                "{\"interaction_id\":\"" + id + "\",\"user_id\":\"" + user
                        + "\",\"item_id\":\"film\",\"type\":\"rated\",\"value\":4}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        note(interactions, user, id);
    }

    private void talk(Server server) throws IOException, InterruptedException {
        int number = counter.incrementAndGet();
        HttpResponse<String> started =
                server.post("/v1/conversations", "{\"user_id\":\"c" + number / OF_ONE_USER + "\"}");
        assertThat(started.statusCode()).as(started.body()).isEqualTo(201);
        String conversation = JSON.readTree(started.body()).get("id").asString();
        String said = "I loved film number " + number;
        HttpResponse<String> answer =
                server.post("/v1/conversations/" + conversation + "/messages", "{\"content\":\"" + said + "\"}");
        if (answer.statusCode() / 100 == 2) {
            note(messages, conversation, said);
        } else {
            assertThat(answer.statusCode()).as(answer.body()).isIn(429, 503);
        }
    }

    private static void note(ConcurrentMap<String, List<String>> acknowledged, String of, String what) {
        acknowledged
                .computeIfAbsent(of, unused -> new java.util.concurrent.CopyOnWriteArrayList<>())
                .add(what);
    }

    private void lookForAll(Server server, String when) throws Exception {
        for (String user : memories.keySet()) {
            assertOnce(
                    server.all("/v1/memories?user_id=" + user, "results", "memory"),
                    memories.get(user),
                    user + " " + when);
        }
        for (String user : interactions.keySet()) {
            assertOnce(
                    server.all("/v1/users/" + user + "/interactions?", "interactions", "interaction_id"),
                    interactions.get(user),
                    user + " " + when);
        }
        for (String conversation : messages.keySet()) {
            assertOnce(
                    server.all("/v1/conversations/" + conversation + "/messages?", "messages", "content"),
                    messages.get(conversation),
                    conversation + " " + when);
        }
    }

    private static void assertOnce(List<String> found, @Nullable List<String> expected, String when) {
        List<String> acknowledged = Objects.requireNonNull(expected);
        assertThat(found).as(when).containsAll(acknowledged);
        for (String one : acknowledged) {
            assertThat(found).as(when).containsOnlyOnce(one);
        }
    }

    /// A server in a process of its own.
    private static final class Server implements AutoCloseable {
        private final Process process;
        private final ServerKillTest test;
        private final HttpClient client = HttpClient.newHttpClient();
        private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>(10_000);
        private final StringBuilder said = new StringBuilder();
        private String address = "";

        private Server(Process process, ServerKillTest test) {
            this.process = process;
            this.test = test;
            Thread.ofVirtual().start(() -> {
                try (BufferedReader reader =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                    reader.lines().forEach(lines::add);
                } catch (IOException | java.io.UncheckedIOException e) {
                    // The stream of a killed process breaks off.
                    return;
                }
            });
        }

        static Server start(Path data, ServerKillTest test) throws Exception {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--add-modules",
                            "jdk.incubator.vector",
                            "--enable-native-access=ALL-UNNAMED",
                            "-Xmx512m",
                            "-XX:TieredStopAtLevel=1",
                            "-Dpalate.encoder=hashing",
                            "-Dpalate.training.automatic=false",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Palate.class.getName(),
                            "serve",
                            "--no-llm",
                            "--port",
                            "0",
                            "--data",
                            data.toString())
                    .redirectErrorStream(true)
                    .start();
            Server server = new Server(process, test);
            boolean ready = false;
            try {
                server.awaitReady();
                ready = true;
                return server;
            } finally {
                if (!ready) {
                    server.close();
                }
            }
        }

        private void awaitReady() throws Exception {
            long end = System.nanoTime() + START.toNanos();
            while (address.isEmpty()) {
                assertThat(System.nanoTime()).as(said.toString()).isLessThan(end);
                String line = lines.poll(1, TimeUnit.SECONDS);
                if (line == null) {
                    assertThat(process.isAlive() || !lines.isEmpty())
                            .as(said.toString())
                            .isTrue();
                    continue;
                }
                said.append(line).append('\n');
                Matcher found = KEY.matcher(line);
                if (found.find()) {
                    test.key = found.group();
                }
                Matcher ready = READY.matcher(line);
                if (ready.find()) {
                    address = ready.group(1);
                }
            }
            HttpResponse<String> film =
                    post("/v1/items:batch", "{\"items\":[{\"item_id\":\"film\",\"title\":\"Film\",\"year\":1990}]}");
            assertThat(film.statusCode()).as(film.body()).isEqualTo(200);
        }

        private HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create(address + path))
                    .header("X-API-Key", test.key)
                    .header("Content-Type", "application/json")
                    .timeout(Duration.ofSeconds(30));
        }

        HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
            return client.send(
                    request(path)
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }

        /// A field of every entry of a listing, page by page.
        List<String> all(String path, String listing, String field) throws IOException, InterruptedException {
            List<String> all = new ArrayList<>();
            String cursor = "";
            do {
                HttpResponse<String> answer = client.send(
                        request(path + "&limit=100" + cursor).build(), HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                JsonNode page = JSON.readTree(answer.body());
                for (JsonNode entry : page.get(listing)) {
                    all.add(entry.get(field).asString());
                }
                cursor = page.hasNonNull("next_cursor")
                        ? "&cursor=" + page.get("next_cursor").asString()
                        : "";
            } while (!cursor.isEmpty());
            return all;
        }

        void kill() {
            process.toHandle().destroyForcibly();
        }

        @Override
        public void close() {
            process.destroyForcibly();
            process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
            client.shutdownNow();
        }
    }
}
