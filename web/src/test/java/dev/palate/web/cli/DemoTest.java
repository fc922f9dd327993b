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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `palate demo --no-llm` as a process of its own on the shipped films: its phases, the README's conversation by curl,
/// a `kill -9`, and a second start that finds everything there.
class DemoTest {
    private static final Path ROOT = Path.of(System.getProperty("palate.project.root", ".."));
    private static final Duration DEADLINE = Duration.ofMinutes(6);
    private static final Pattern KEY = Pattern.compile("pk_[A-Za-z0-9_-]{43}");
    private static final Pattern LINK = Pattern.compile("Open (http://127\\.0\\.0\\.1:\\d+)(/login\\?token=\\S+)");

    @TempDir
    Path folder;

    /// Without the profile, which is made from these in the background.
    private static final String STATED = "/v1/memories?user_id=ripley&kind=preference&kind=constraint";

    @Test
    void theDemoHoldsTheReadmesConversationAndSurvivesAKill() throws Exception {
        String key;
        String memories;
        try (Demo demo = Demo.start(folder.resolve("data"))) {
            Matcher link = demo.await(LINK);
            assertThat(demo.said()).contains("100,004").contains("9,125");
            key = demo.found(KEY);
            String answer = readmeConversation(link.group(1), key);
            assertThat(answer.indexOf("event: recommendations"))
                    .as("place of the films in:%n%s", answer)
                    .isPositive()
                    .isLessThan(answer.indexOf("event: message.delta"));
            assertThat(answer).contains("event: turn.completed").contains("Alien");
            memories = get(link.group(1) + STATED, key);
            assertThat(memories).contains("title:1214").contains("title:2288").contains("I loved Alien and The Thing");
            demo.kill();
        }
        try (Demo again = Demo.start(folder.resolve("data"))) {
            Matcher link = again.await(LINK);
            assertThat(again.said()).doesNotContainPattern(KEY).doesNotContain("100,004");
            assertThat(get(link.group(1) + STATED, key)).isEqualTo(memories);
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpRequest open = HttpRequest.newBuilder(URI.create(link.group(1) + link.group(2)))
                        .build();
                assertThat(client.send(open, HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .as("the link opens")
                        .isIn(302, 303);
                assertThat(client.send(open, HttpResponse.BodyHandlers.ofString())
                                .headers()
                                .firstValue("Set-Cookie"))
                        .as("the link opens once")
                        .isEmpty();
            }
        }
    }

    @Test
    void theShopIsAnotherDomainWithoutAnyHistory() throws Exception {
        try (Demo demo = Demo.start(folder.resolve("shop"), "--sample", "shop")) {
            Matcher link = demo.await(LINK);
            String key = demo.found(KEY);
            assertThat(demo.said()).contains("124").contains("nobody has done anything yet");
            String conversation = post(link.group(1) + "/v1/conversations", key, "{\"user_id\": \"ada\"}");
            Matcher id = Pattern.compile("\"id\":\"([^\"]+)\"").matcher(conversation);
            assertThat(id.find()).as(conversation).isTrue();
            String answer = post(
                    link.group(1) + "/v1/conversations/" + id.group(1) + "/messages",
                    key,
                    "{\"content\": \"A present for the kitchen that is good on a camping trip, no plastic\"}");
            assertThat(answer)
                    .contains("event: recommendations")
                    .contains("things for camping")
                    .doesNotContainIgnoringCase("film");
        }
    }

    private static String post(String url, String key, String json) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .header("X-API-Key", key)
                    .header("Content-Type", "application/json")
                    .header("Accept", url.endsWith("/messages") ? "text/event-stream" : "application/json")
                    .timeout(Duration.ofSeconds(60))
                    .POST(HttpRequest.BodyPublishers.ofString(json))
                    .build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
            return response.body();
        }
    }

    @Test
    void theReadmeStaysShort() throws IOException {
        assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(150);
    }

    private static String readmeConversation(String address, String key) throws Exception {
        String readme = Files.readString(ROOT.resolve("README.md"));
        Matcher block = Pattern.compile("<!-- run by DemoTest -->\\n```sh\\n(.*?)```", Pattern.DOTALL)
                .matcher(readme);
        assertThat(block.find()).as("a block for this test in README.md").isTrue();
        String script = block.group(1).replace("http://127.0.0.1:8080", address);
        assertThat(script).contains(address);
        ProcessBuilder bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script).redirectErrorStream(true);
        bash.environment().put("PALATE_KEY", key);
        Process process = bash.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static String get(String url, String key) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .header("X-API-Key", key)
                    .timeout(Duration.ofSeconds(30))
                    .build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return response.body();
        }
    }

    /// A running demo and what it said.
    private static final class Demo implements AutoCloseable {
        private final Process process;
        private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>(10_000);
        private final List<String> seen = new ArrayList<>();

        private Demo(Process process) {
            this.process = process;
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

        static Demo start(Path data, String... further) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--add-modules",
                    "jdk.incubator.vector",
                    "--enable-native-access=ALL-UNNAMED",
                    "-Xmx1g",
                    "-Dpalate.project.root=" + ROOT.toAbsolutePath(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Palate.class.getName(),
                    "demo",
                    "--no-llm",
                    "--port",
                    "0",
                    "--data",
                    data.toString()));
            command.addAll(List.of(further));
            return new Demo(
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        }

        Matcher await(Pattern wanted) throws InterruptedException {
            long end = System.nanoTime() + DEADLINE.toNanos();
            while (System.nanoTime() < end) {
                String line = lines.poll(1, TimeUnit.SECONDS);
                if (line == null) {
                    assertThat(process.isAlive() || !lines.isEmpty()).as(said()).isTrue();
                    continue;
                }
                seen.add(line);
                Matcher matcher = wanted.matcher(line);
                if (matcher.find()) {
                    return matcher;
                }
            }
            throw new AssertionError("no line like " + wanted + " within " + DEADLINE + " in:\n" + said());
        }

        String said() {
            return String.join("\n", seen);
        }

        String found(Pattern wanted) {
            Matcher matcher = wanted.matcher(said());
            assertThat(matcher.find()).as(said()).isTrue();
            return matcher.group();
        }

        void kill() {
            process.destroyForcibly();
        }

        @Override
        public void close() {
            process.destroyForcibly();
            process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
        }
    }
}
