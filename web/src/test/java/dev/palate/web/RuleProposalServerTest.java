package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.palate.memory.access.Role;
import dev.palate.web.cli.DomainCommand;
import dev.palate.web.wiring.DeferredModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A whole server whose model, behind a real HTTP endpoint, proposes a rule: over HTTP and by the command.
@Timeout(240)
class RuleProposalServerTest {
    private static final String PROPOSE = "/v1/domain-rules:propose";
    private static final String[] SETTINGS = {"--palate.propagation.enabled=true", "--palate.synthesis.enabled=true"};
    private static final String USERS_FIRST = "{\"shares\":[{\"of\":\"both\",\"feature\":\"meta\",\"is\":\"above\","
            + "\"value\":0.6,\"by\":2}],\"counts\":[{\"of\":\"item\",\"feature\":\"days\",\"is\":\"above\","
            + "\"value\":30,\"by\":0.5}],\"grow\":[],\"decay\":[]}";

    @TempDir
    Path folder;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile String answer = USERS_FIRST;
    private HttpServer endpoint;

    @BeforeEach
    void open() throws IOException {
        endpoint = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        endpoint.createContext("/v1/chat/completions", exchange -> {
            asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = JsonMapper.shared()
                    .writeValueAsBytes(Map.of(
                            "id",
                            "x",
                            "object",
                            "chat.completion",
                            "model",
                            "big-model",
                            "choices",
                            List.of(Map.of(
                                    "index",
                                    0,
                                    "message",
                                    Map.of("role", "assistant", "content", answer),
                                    "finish_reason",
                                    "stop")),
                            "usage",
                            Map.of("prompt_tokens", 600, "completion_tokens", 70, "total_tokens", 670)));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        endpoint.start();
    }

    @AfterEach
    void stop() {
        endpoint.stop(0);
    }

    private TestServer server() throws IOException {
        Path key = folder.resolve("key.txt");
        Files.writeString(key, "sk-none\n");
        TestServer server = TestServer.start(
                folder.resolve("data"),
                Stream.concat(
                                Stream.of(SETTINGS),
                                Stream.of(
                                        "--palate.llm.enabled=true",
                                        "--palate.llm.ranking.url=http://127.0.0.1:"
                                                + endpoint.getAddress().getPort() + "/v1",
                                        "--palate.llm.ranking.model=big-model",
                                        "--palate.llm.ranking.key-file=" + key,
                                        "--palate.llm.ranking.level=T3"))
                        .toArray(String[]::new));
        server.bean(DeferredModel.class).begin();
        server.films(8);
        for (int user = 1; user <= 6; user++) {
            for (int item : new int[] {1, user + 1}) {
                server.ok(
                        200,
                        server.call(
                                server.admin(),
                                "POST",
                                "/v1/interactions:batch",
                                "{\"interactions\":[{\"interaction_id\":\"" + user + "-" + item
                                        + "\",\"user_id\":\"u" + user + "\",\"item_id\":\"i" + item
                                        + "\",\"type\":\"liked\"}]}"));
            }
        }
        return server;
    }

    private static HttpResponse<String> propose(TestServer server, String key, String body) {
        return server.call(key, "POST", PROPOSE, body);
    }

    private record Ran(int status, String out, String err) {}

    private Ran command(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = new CommandLine(new DomainCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(
                                Stream.of(
                                        "rules",
                                        "propose",
                                        "--data",
                                        folder.resolve("data").toString()),
                                Stream.of(arguments))
                        .toArray(String[]::new));
        return new Ran(status, out.toString(), err.toString());
    }

    @Test
    void aRuleIsProposedOverHttpAndPutsNothingIntoForce() throws Exception {
        try (TestServer server = server()) {
            JsonNode proposal =
                    server.ok(200, propose(server, server.admin(), "{\"request\":\" Old things count half \"}"));
            assertThat(proposal.propertyNames())
                    .containsExactly("version", "rule", "in_force", "model", "attempts", "usage");
            assertThat(proposal.path("version").asString()).startsWith("proposed@");
            assertThat(proposal.path("in_force").path("version").asString()).startsWith("steady@");
            assertThat(proposal.path("model").asString()).isEqualTo("big-model");
            assertThat(proposal.path("attempts").asInt()).isEqualTo(1);
            assertThat(proposal.path("usage").path("prompt_tokens").asInt()).isEqualTo(600);
            assertThat(asked)
                    .singleElement()
                    .satisfies(request -> assertThat(request)
                            .contains("request: Old things count half")
                            .containsPattern("\"name\" ?: ?\"rule\"")
                            .doesNotContain("u1", "Film 1"));
            assertThat(server.ok(200, server.get(server.admin(), "/v1/domain-rules"))
                            .path("in_force")
                            .path("version")
                            .asString())
                    .startsWith("steady@");
            JsonNode preview = server.ok(
                    200,
                    server.call(
                            server.admin(),
                            "POST",
                            "/v1/domain-rules:preview",
                            "{\"rule\":" + proposal.path("rule") + "}"));
            assertThat(preview.path("version")).isEqualTo(proposal.path("version"));
            assertThat(preview.path("users")).hasSize(6);

            answer = "{\"shares\":[]}";
            HttpResponse<String> none = propose(server, server.admin(), "{}");
            assertThat(none.statusCode()).isEqualTo(503);
            assertThat(none.body())
                    .contains("big-model gave no usable rule in 2 attempts")
                    .contains("preview it (./palate domain rules preview FILE)");
            assertThat(asked).hasSize(3);
        }
    }

    @Test
    void onlyAdminsAskAndBadInputIsSaidWhere() throws Exception {
        try (TestServer server = server()) {
            for (String key : List.of(server.key(Role.USER, "u1"), server.key(Role.APP, null))) {
                assertThat(propose(server, key, "{}").statusCode()).isEqualTo(403);
            }
            assertThat(server.send(server.request(PROPOSE)
                                    .header("Content-Type", "application/json")
                                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}")))
                            .statusCode())
                    .isEqualTo(401);
            assertThat(server.send(server.request("/local/domain-rules:propose")
                                    .header("Content-Type", "application/json")
                                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}")))
                            .statusCode())
                    .isEqualTo(401);
            HttpResponse<String> longOne = propose(server, server.admin(), "{\"request\":\"" + "x".repeat(301) + "\"}");
            assertThat(longOne.statusCode()).isEqualTo(400);
            assertThat(longOne.body())
                    .contains("#/request")
                    .contains("request must have at most 300 characters, had 301; say shorter");
            assertThat(propose(server, server.admin(), "{\"request\":[1]}").statusCode())
                    .isEqualTo(400);
            assertThat(asked).isEmpty();
        }
    }

    @Test
    void theCommandSaysWhatIsNewAndWhatComesNext() throws Exception {
        Path file = folder.resolve("rule.json");
        try (TestServer server = server()) {
            Ran plain = command("--request", "Old things count half");
            assertThat(plain.status()).as(plain.err()).isZero();
            List<String> lines = plain.out().lines().toList();
            assertThat(lines.get(0))
                    .matches("proposed@[0-9a-f]{12} by big-model, asked once, 600 tokens read, 70 written");
            assertThat(lines.get(1)).startsWith("{\"name\":\"proposed\"");
            assertThat(lines.get(2)).matches("beside steady@[0-9a-f]{12}, in force.*");
            assertThat(lines.subList(3, 9))
                    .containsExactly(
                            "  = all with meta above 0.6: times 2",
                            "  + items with days above 30: times 0.5",
                            "  - users with co above 2: times 1.8",
                            "  - users with co above 8: times 1.5",
                            "  - all: times 1 + 1.2 · mem",
                            "  - items: fading by 0.002 a day after 365 days");
            assertThat(lines.getLast()).startsWith("Nothing is in force by this. With --preview");

            Ran kept = command("--out", file.toString());
            assertThat(kept.out())
                    .endsWith("./palate domain rules preview " + file + " shows what it would choose."
                            + System.lineSeparator());
            assertThat(JsonMapper.shared().readTree(Files.readString(file)).path("terms"))
                    .hasSize(2);
            Ran again = command("--out", file.toString());
            assertThat(again.status()).isEqualTo(2);
            assertThat(again.err()).contains("is there already; name another file or move it away");

            Ran shown = command("--preview");
            assertThat(shown.out().lines().reduce("", (before, line) -> line))
                    .startsWith("./palate domain rules activate proposed@")
                    .endsWith(" puts it into force.");
            JsonNode json =
                    JsonMapper.shared().readTree(command("--preview", "--json").out());
            assertThat(json.path("preview").path("users")).hasSize(6);
            assertThat(json.path("version")).isEqualTo(json.path("preview").path("version"));

            int before = asked.size();
            Ran longOne = command("--request", "x".repeat(301));
            assertThat(longOne.status()).isEqualTo(1);
            assertThat(longOne.err()).contains("request must have at most 300 characters, had 301");
            assertThat(asked).hasSize(before);
            assertThat(server.ok(200, server.get(server.admin(), "/v1/domain-rules"))
                            .path("in_force")
                            .path("version")
                            .asString())
                    .startsWith("steady@");
        }
        assertThat(command().err()).contains("no server runs over");
    }

    @Test
    void withoutAModelItIsSaidWhatToDo() {
        try (TestServer server = TestServer.start(folder.resolve("data"), SETTINGS)) {
            HttpResponse<String> refused = propose(server, server.admin(), "{}");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body())
                    .contains("a model of the role memory at T2 or T3")
                    .contains("palate.llm.memory.url");
            Ran command = command();
            assertThat(command.status()).isEqualTo(1);
            assertThat(command.err()).contains("the server refused: a rule is proposed by a model of the role memory");
        }
    }
}
