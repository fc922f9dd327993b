package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.collaborative.Propagation;
import dev.palate.memory.access.Role;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.sql.SqlTruth;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Themes of interactions over HTTP, switched on by a setting.
class PropagationServerTest {
    private static final String ON = "--palate.propagation.enabled=true";

    @TempDir
    Path folder;

    private static void likes(TestServer server, String user, String item) {
        server.ok(
                200,
                server.call(
                        server.admin(),
                        "POST",
                        "/v1/interactions:batch",
                        "{\"interactions\":[{\"interaction_id\":\"" + user + "-" + item + "\",\"user_id\":\"" + user
                                + "\",\"item_id\":\"" + item + "\",\"type\":\"liked\"}]}"));
    }

    private static void follow(TestServer server) throws InterruptedException {
        assertThat(server.bean("themePropagation", NoteFollower.class).await(Duration.ofSeconds(30)))
                .isTrue();
    }

    private static String themes(TestServer server, String path) {
        return server.ok(200, server.get(server.admin(), path)).get("themes").toString();
    }

    @Test
    void whatFiveLikedSaysWhoLikesIt() throws Exception {
        try (TestServer server = TestServer.start(folder.resolve("data"), ON)) {
            server.films(3);
            for (int user = 1; user <= 5; user++) {
                assertThat(themes(server, "/v1/items/i2/themes")).isEqualTo("[]");
                likes(server, "u" + user, "i1");
                likes(server, "u" + user, "i2");
                follow(server);
            }
            assertThat(themes(server, "/v1/items/i2/themes"))
                    .isEqualTo("[{\"theme\":\"category:drama\",\"weight\":5.0}]");
            assertThat(themes(server, "/v1/users/u1/themes"))
                    .isEqualTo("[{\"theme\":\"category:drama\",\"weight\":2.0}]");
            String ann = server.key(Role.USER, "u1");
            assertThat(server.get(ann, "/v1/users/u2/themes").statusCode()).isEqualTo(403);
            assertThat(server.get(ann, "/v1/items/i2/themes").statusCode()).isEqualTo(403);
            assertThat(server.call(ann, "POST", "/v1/interactions/u1-i2/undo-themes", "")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(server.get(server.admin(), "/v1/users/u1/export").body())
                    .contains("\"themes\":{\"category:drama\":2000000}");
            String undo = "/v1/interactions/u1-i2/undo-themes";
            assertThat(server.call(server.admin(), "POST", undo, "").statusCode())
                    .isEqualTo(204);
            assertThat(server.call(server.admin(), "POST", undo, "").statusCode())
                    .isEqualTo(404);
            assertThat(themes(server, "/v1/items/i2/themes")).isEqualTo("[]");
            assertThat(server.ok(200, server.get(server.admin(), "/v1/stats"))
                            .get("consumers")
                            .toString())
                    .contains(Propagation.NAME);
        }
        // Switched off, nothing waits for it; switched on again, it takes up what came meanwhile.
        try (TestServer server = TestServer.start(folder.resolve("data"))) {
            assertThat(server.bean(SqlTruth.class).outbox().position(Propagation.NAME))
                    .isEmpty();
            likes(server, "u6", "i1");
            likes(server, "u6", "i2");
        }
        try (TestServer server = TestServer.start(folder.resolve("data"), ON)) {
            follow(server);
            assertThat(themes(server, "/v1/items/i2/themes"))
                    .isEqualTo("[{\"theme\":\"category:drama\",\"weight\":5.0}]");
        }
    }
}
