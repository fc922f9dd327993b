package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.access.Role;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import dev.palate.web.security.LoginLinks;
import dev.palate.web.security.PageSessions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A session of the pages and a user's key end with the erasure of their user, and make nobody again.
/// Over real HTTP.
@Timeout(120)
class ErasedSessionTest {
    private static final UserId ME = new UserId("me");
    private static final Pattern CSRF = Pattern.compile("name=\"csrf\" content=\"([^\"]+)\" data-header=\"([^\"]+)\"");

    @TempDir
    Path folder;

    private TestServer server;
    private Browser browser;

    /// A browser with its cookies and the token of the page it has open.
    private final class Browser {
        private final HttpClient client = HttpClient.newBuilder()
                .cookieHandler(new CookieManager())
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        private String header = "";
        private String token = "";

        void logIn() {
            HttpResponse<String> page =
                    get("/login?token=" + server.bean(LoginLinks.class).issue());
            assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
            Matcher csrf = CSRF.matcher(page.body());
            assertThat(csrf.find()).as(page.body()).isTrue();
            token = csrf.group(1);
            header = csrf.group(2);
        }

        HttpResponse<String> get(String path) {
            return send(server.request(path).header("Accept", "text/html,*/*"));
        }

        HttpResponse<String> post(String path, String body) {
            return send(server.request(path)
                    .header("Content-Type", "application/json")
                    .header("Accept", "application/json")
                    .header(header, token)
                    .POST(HttpRequest.BodyPublishers.ofString(body)));
        }

        private HttpResponse<String> send(HttpRequest.Builder request) {
            try {
                return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @BeforeEach
    void start() {
        server = TestServer.start(folder);
        server.films(3);
        browser = new Browser();
        browser.logIn();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String chat(Browser who) {
        String talk = "/v1/conversations/"
                + server.ok(201, who.post("/v1/conversations", "{}")).get("id").asString();
        server.ok(202, who.post(talk + "/messages", "{\"content\":\"I like quiet films\"}"));
        return talk;
    }

    private JsonNode erase(UserId user) {
        return server.ok(200, server.call(server.admin(), "DELETE", "/v1/users/" + user + "?mode=erase", ""));
    }

    private void gone(UserId user) {
        assertThat(server.get(server.admin(), "/v1/users/" + user).statusCode()).isEqualTo(404);
        assertThat(server.ok(200, server.get(server.admin(), "/v1/conversations?user_id=" + user))
                        .get("conversations"))
                .isEmpty();
    }

    @Test
    void aSessionEndsWithTheErasureOfItsUserAndSaysSo() {
        Browser second = new Browser();
        second.logIn();
        String talk = chat(browser);
        assertThat(erase(ME).get("places").toString())
                .contains("{\"name\":\"page sessions\",\"removed\":2,\"remaining\":0}");
        HttpResponse<String> again = browser.post("/v1/conversations", "{}");
        assertThat(server.ok(401, again).get("detail").asString()).contains("ended when its user was erased");
        assertThat(browser.post(talk + "/messages", "{\"content\":\"I like quiet films\"}")
                        .statusCode())
                .isEqualTo(401);
        assertThat(browser.post("/v1/memories", "{\"infer\":false,\"text\":\"Likes it quiet\"}")
                        .statusCode())
                .isEqualTo(401);
        assertThat(browser.post("/v1/interactions", "{\"item_id\":\"i2\",\"type\":\"liked\"}")
                        .statusCode())
                .isEqualTo(401);
        HttpResponse<String> page = second.get("/chat");
        assertThat(page.statusCode()).isEqualTo(401);
        assertThat(page.body()).contains("its user was erased").contains("./palate login");
        gone(ME);
        // A fresh link is a new beginning, with nothing of the old one.
        browser.logIn();
        assertThat(browser.get("/chat").statusCode()).isEqualTo(200);
        assertThat(browser.get(talk.replace("/v1/conversations", "/chat")).statusCode())
                .isEqualTo(404);
    }

    /// Between the commit that forgets the user and the place that ends the sessions there is a while.
    @Test
    void aSessionOfNobodyMakesNobodyAlsoBeforeTheErasureCameToIt() throws InterruptedException {
        assertThat(server.bean(PageSessions.class)).isInstanceOf(ErasurePlace.class);
        chat(browser);
        Erasure erasure = server.bean(Erasure.class);
        var job = erasure.begin(ME);
        assertThat(browser.post("/v1/conversations", "{}").statusCode()).isEqualTo(401);
        assertThat(server.bean(Users.class).user(ME)).isEmpty();
        assertThat(erasure.await(job, Duration.ofSeconds(30)).orElseThrow().ended())
                .isTrue();
        gone(ME);
    }

    @Test
    void aKeyOfAnErasedUserOpensNothingHoweverLatelyItWasUsed() {
        UserId ann = new UserId("ann");
        String key = server.key(Role.USER, "ann");
        server.ok(200, server.get(key, "/v1/users/ann"));
        server.conversation(key, "ann");
        erase(ann);
        assertThat(server.call(key, "POST", "/v1/conversations", "{\"user_id\":\"ann\"}")
                        .statusCode())
                .isEqualTo(401);
        assertThat(server.call(key, "POST", "/v1/interactions", "{\"item_id\":\"i2\",\"type\":\"liked\"}")
                        .statusCode())
                .isEqualTo(401);
        gone(ann);
        // Who looked through other eyes goes on.
        assertThat(browser.get("/chat").statusCode()).isEqualTo(200);
    }
}
