package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.Milestone;
import dev.palate.memory.access.Role;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexStatus;
import dev.palate.web.cli.MemoryCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/// `./palate memory` beside a server that runs, and what it asks of it.
@Timeout(180)
class MemoryOperationsTest {
    @TempDir
    Path folder;

    /// What a command did.
    private record Ran(int status, String out, String err) {}

    private Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = new CommandLine(new MemoryCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        return new Ran(status, out.toString(), err.toString());
    }

    @Test
    void theRunningServerCountsAndReindexes() throws InterruptedException {
        String data = folder.resolve("data").toString();
        try (TestServer server = TestServer.start(folder.resolve("data"))) {
            server.films(30);
            Samples.memory(server, "anna", "likes long films");
            Ran check = run("check", "--data", data);
            assertThat(check.status()).isEqualTo(1);
            assertThat(check.err())
                    .contains("palate: a server runs over " + data + ", which it alone may open: to compare all of one"
                            + " moment beside it would keep its write-ahead log in use, which erasures wait for. Stop it"
                            + " and check again. ./palate memory stats and ./palate doctor work beside it");
            Ran stats = run("stats", "--data", data);
            assertThat(stats.status()).as(stats.err()).isZero();
            assertThat(stats.out()).contains("recall       not probed yet, after 0 searches of all subjects");
            assertThat(run("stats", "--json", "--data", data).out()).contains("\"running\":true");
            Ran reindex = run("reindex", "--data", data);
            assertThat(reindex.status()).as(reindex.err()).isZero();
            assertThat(reindex.out()).containsPattern("Reindexed 30 items and \\d+ memories, up to change \\d+");
        }
    }

    @Test
    void oneUnderWayIsCancelledAndTheIndexServesOn() throws InterruptedException {
        CountDownLatch there = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (TestServer server = TestServer.start(folder.resolve("data"))) {
            server.films(30);
            assertThat(server.bean(IndexChanges.class).awaitEncoded(Duration.ofSeconds(30)))
                    .isTrue();
            hold(there, goOn);
            JsonNode job = server.ok(202, server.call(server.admin(), "POST", "/v1/index:rebuild", ""));
            String path = "/v1/jobs/" + job.get("id").asString();
            assertThat(there.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(server.call(server.key(Role.APP, null), "POST", path + "/cancel", "")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(server.call(server.admin(), "POST", path + "/cancel", "").statusCode())
                    .isEqualTo(202);
            goOn.countDown();
            JsonNode ended = ended(server, path);
            assertThat(ended.get("status").asString()).isEqualTo("cancelled");
            assertThat(ended.get("detail").asString())
                    .isEqualTo("what was written anew is as good as what it replaced, all else stands as before; the"
                            + " next one begins anew");
            JsonNode again = server.ok(409, server.call(server.admin(), "POST", path + "/cancel", ""));
            assertThat(again.get("detail").asString()).contains("or no training, reindex, replay or lab");
            IndexStatus status = server.bean(IndexChanges.class).status();
            assertThat(status.rebuilding()).isFalse();
            assertThat(status.items()).isEqualTo(30);
            JsonNode next = server.ok(202, server.call(server.admin(), "POST", "/v1/index:rebuild", ""));
            assertThat(ended(server, "/v1/jobs/" + next.get("id").asString())
                            .get("status")
                            .asString())
                    .isEqualTo("succeeded");
        } finally {
            Milestone.watch(null);
        }
    }

    /// Holds the index thread in the middle of the next rebuild.
    static void hold(CountDownLatch there, CountDownLatch goOn) {
        Milestone.watch(point -> {
            if (point == Milestone.REBUILDING && there.getCount() > 0) {
                there.countDown();
                try {
                    boolean told = goOn.await(30, TimeUnit.SECONDS);
                    assertThat(told).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
    }

    private static JsonNode ended(TestServer server, String path) throws InterruptedException {
        JsonNode seen = server.ok(200, server.get(server.admin(), path));
        while (seen.get("status").asString().equals("pending")
                || seen.get("status").asString().equals("running")) {
            Thread.sleep(50);
            seen = server.ok(200, server.get(server.admin(), path));
        }
        return seen;
    }

    @Test
    void overHttpItIsAJobForAdmins() throws InterruptedException {
        try (TestServer server = TestServer.start(folder.resolve("data"))) {
            server.films(30);
            String app = server.key(Role.APP, null);
            assertThat(server.call(app, "POST", "/v1/index:rebuild", "").statusCode())
                    .isEqualTo(403);
            JsonNode job = server.ok(202, server.call(server.admin(), "POST", "/v1/index:rebuild", ""));
            assertThat(job.get("kind").asString()).isEqualTo("reindex");
            String path = "/v1/jobs/" + job.get("id").asString();
            JsonNode seen = ended(server, path);
            assertThat(seen.get("status").asString())
                    .as(seen.get("detail").asString())
                    .isEqualTo("succeeded");
            assertThat(seen.get("detail").asString()).startsWith("30 items and ");
            JsonNode stats = server.ok(200, server.get(app, "/v1/stats/memories"));
            assertThat(stats.get("running").asBoolean()).isTrue();
            assertThat(stats.get("recall").get("recall").asDouble()).isEqualTo(1);
            assertThat(server.get(server.key(Role.USER, "anna"), "/v1/stats/memories")
                            .statusCode())
                    .isEqualTo(403);
            for (String local : new String[] {"/local/index-rebuild", "/local/memory-stats"}) {
                HttpRequest.Builder request = server.request(local);
                assertThat(server.send(
                                        local.endsWith("rebuild")
                                                ? request.POST(HttpRequest.BodyPublishers.noBody())
                                                : request.GET())
                                .statusCode())
                        .as("without the token")
                        .isEqualTo(401);
            }
        }
    }
}
