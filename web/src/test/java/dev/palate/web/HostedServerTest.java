package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.palate.agent.AgentException;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelRoles;
import dev.palate.agent.llm.SayLimits;
import dev.palate.prompts.PromptVersion;
import dev.palate.prompts.RenderedPrompt;
import dev.palate.web.security.LoginLinks;
import dev.palate.web.wiring.DeferredModel;
import java.io.IOException;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A whole server with a hosted model, whose endpoint is a real HTTP server: what operators see of it.
@Timeout(180)
class HostedServerTest {
    private static final String KEY = "sk-not-to-be-seen-4711";
    private static final RenderedPrompt PROMPT =
            new RenderedPrompt("Be brief.", "Hello", new PromptVersion("speak", 2));

    @TempDir
    Path folder;

    private final AtomicBoolean failing = new AtomicBoolean();
    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer endpoint;

    @BeforeEach
    void open() throws IOException {
        endpoint = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        endpoint.createContext("/v1/chat/completions", exchange -> {
            asked.incrementAndGet();
            exchange.getRequestBody().readAllBytes();
            String piece = "data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Good day.\"}}]}\n\n"
                    + "data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                    + "data: {\"id\":\"x\",\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100,"
                    + "\"total_tokens\":1100}}\n\ndata: [DONE]\n\n";
            byte[] body =
                    (failing.get() ? "{\"error\":{\"code\":\"broken\"}}" : piece).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", failing.get() ? "application/json" : "text/event-stream");
            exchange.sendResponseHeaders(failing.get() ? 500 : 200, body.length);
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
        Files.writeString(key, KEY + "\n");
        return TestServer.start(
                folder.resolve("data"),
                "--palate.llm.enabled=true",
                "--palate.llm.ranking.url=http://127.0.0.1:"
                        + endpoint.getAddress().getPort() + "/v1",
                "--palate.llm.ranking.model=big-model",
                "--palate.llm.ranking.key-file=" + key,
                "--palate.llm.ranking.level=T3",
                "--palate.llm.ranking.retry.most=0",
                "--palate.llm.ranking.breaker.failures=2",
                "--palate.llm.ranking.price.prompt=2",
                "--palate.llm.ranking.price.completion=8",
                "--palate.llm.ranking.daily.money=0.01");
    }

    private static LanguageModel model(TestServer server) {
        server.bean(DeferredModel.class).begin();
        return server.bean(ModelRoles.class).ranking();
    }

    private static void say(LanguageModel model) {
        model.say(PROMPT, new SayLimits(20), Deadline.after(Duration.ofSeconds(10), InstantSource.system()), _ -> true);
    }

    private static String metrics(TestServer server) {
        return server.get(server.admin(), "/actuator/prometheus").body();
    }

    private static String page(TestServer server, String path) throws Exception {
        HttpClient browser = HttpClient.newBuilder()
                .cookieHandler(new CookieManager())
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        for (String one :
                new String[] {"/login?token=" + server.bean(LoginLinks.class).issue(), path}) {
            HttpRequest request = server.request(one).build();
            HttpResponse<String> answer = browser.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            if (one.equals(path)) {
                return answer.body();
            }
        }
        throw new AssertionError();
    }

    @Test
    void spendingAndTheBreakerAreSeenAndSpendingOutlivesARestart() throws Exception {
        try (TestServer server = server()) {
            LanguageModel model = model(server);
            assertThat(model.level()).isEqualTo(ModelLevel.T3);
            assertThat(server.bean(ModelRoles.class).memory())
                    .as("one for both")
                    .isSameAs(model);
            say(model);
            assertThat(metrics(server))
                    .contains("palate_hosted_spent_today{role=\"ranking\"} 0.0028")
                    .contains("palate_hosted_tokens_today{role=\"ranking\"} 1100.0")
                    .contains("palate_hosted_breaker{role=\"ranking\",state=\"closed\"} 1.0")
                    .contains("palate_hosted_calls_today{purpose=\"speak\",role=\"ranking\"} 1.0");
            failing.set(true);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> say(model)).isInstanceOf(AgentException.class);
            }
            assertThat(model.level()).isEqualTo(ModelLevel.T0);
            String meters = metrics(server);
            assertThat(meters)
                    .contains("palate_hosted_breaker{role=\"ranking\",state=\"open\"} 1.0")
                    .contains("palate_hosted_failures_total{kind=\"status\",role=\"ranking\"} 2.0")
                    .contains("palate_model_state{state=\"paused\"} 1.0");
            String page = page(server, "/models");
            assertThat(page)
                    .contains("big-model")
                    .contains("breaker open until")
                    .contains("spent today: 0.0028 of 0.01")
                    .contains("answered 500 (broken)");
            assertThat(page + meters + server.get(server.admin(), "/v1/stats").body())
                    .doesNotContain(KEY);
        }
        failing.set(false);
        try (TestServer server = server()) {
            LanguageModel model = model(server);
            assertThat(metrics(server)).contains("palate_hosted_spent_today{role=\"ranking\"} 0.0028");
            say(model);
            say(model);
            int before = asked.get();
            say(model);
            assertThatThrownBy(() -> say(model))
                    .hasMessageContaining("the day's budget")
                    .hasMessageContaining("0.01");
            assertThat(asked.get()).isEqualTo(before + 1);
        }
        try (var files = Files.walk(folder.resolve("data"))) {
            assertThat(files.filter(Files::isRegularFile).filter(HostedServerTest::holdsTheKey))
                    .isEmpty();
        }
    }

    private static boolean holdsTheKey(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(KEY);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void halfASettingEndsTheStartAndSaysWhatIsMissing() {
        assertThatThrownBy(() -> TestServer.start(
                        folder.resolve("other"),
                        "--palate.llm.enabled=true",
                        "--palate.llm.ranking.url=http://localhost/v1"))
                .rootCause()
                .hasMessageContaining("palate.llm.ranking needs both url and model");
    }
}
