package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.embedding.IdEmbeddings;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.IdHash;
import dev.palate.web.job.Trainer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The tables that the settings choose, through training, model file and lists of a running server.
class EmbeddingTablesTest {
    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final int USERS = 60;

    @TempDir
    Path directory;

    @Test
    void theChosenTablesAreTrainedServedAndForgotten() {
        try (TestServer server = TestServer.start(
                directory, "--palate.embedding.item-table=pq@2x", "--palate.embedding.user-table=int8+5%")) {
            server.films(40);
            interactions(server);
            String detail = trained(server);
            assertThat(detail).contains("; vectors of ids: items pq@2x, users int8+5%, ");
            ModelRegistry registry = server.bean(ModelRegistry.class);
            ModelSnapshot model = registry.active().orElseThrow();
            assertThat(model.embeddings().orElseThrow().parts().users()).isPresent();
            JsonNode version = server.ok(200, server.get(server.admin(), "/v1/models"))
                    .get("versions")
                    .get(0);
            assertThat(version.get("tables").asString()).isEqualTo("items pq@2x, users int8+5%");

            JsonNode list = list(server, "u3");
            assertThat(list.toString()).contains("\"bpr\"");
            assertThat(list.get("degraded")).isEmpty();
            // A user who came after training is folded in.
            liked(server, "later", "i2");
            assertThat(list(server, "later").toString()).contains("\"bpr\"");

            // Rows of users are coded together: with one of them all go, from memory and from the file.
            JsonNode receipt = server.ok(200, server.call(server.admin(), "DELETE", "/v1/users/u3?mode=erase", ""));
            assertThat(receipt.get("complete").asBoolean())
                    .as(receipt.toString())
                    .isTrue();
            assertThat(receipt.get("places").toString())
                    .contains("{\"name\":\"vectors of users in the model\",\"removed\":1,\"remaining\":0}");
            assertThat(registry.active()
                            .orElseThrow()
                            .embeddings()
                            .orElseThrow()
                            .parts()
                            .users())
                    .isEmpty();
            assertThat(ModelSnapshot.read(registry.file(model.about().version()))
                            .embeddings()
                            .orElseThrow()
                            .parts()
                            .users())
                    .isEmpty();
            assertThat(list(server, "u4").toString()).contains("\"bpr\"");

            // Chosen here it goes before the settings; what cannot be made is left out and said.
            server.bean(Trainer.class).choose(Optional.of(new ChosenTables("mem-com@900x", "fold-in")));
            assertThat(trained(server))
                    .contains("the ID embedding model was left out: palate.embedding.item-table mem-com@900x cannot be"
                            + " made for 40 ids");
        }
        try (TestServer server = TestServer.start(directory)) {
            assertThat(server.bean(Trainer.class).tables())
                    .isEqualTo(new Trainer.Tables(new ChosenTables("mem-com@900x", "fold-in"), true));
            server.bean(Trainer.class).choose(Optional.empty());
            assertThat(server.bean(Trainer.class).tables()).isEqualTo(new Trainer.Tables(ChosenTables.NOTHING, false));
        }
    }

    /// Also for users and items that came after the training: a table that hashes has a vector for any id.
    @Test
    void theStartSaysWhereAChoiceHurtsAndHashedTablesKnowWhoeverComesLater() {
        StringBuilder said = new StringBuilder();
        try (TestServer server =
                started(said, "--palate.embedding.item-table=hash@2x", "--palate.embedding.user-table=hash@2x")) {
            assertThat(said.toString().lines())
                    .anyMatch(line -> line.contains("WARN")
                            && line.contains("item table hash@2x shares rows, the wrong tool for 0 items"))
                    .anyMatch(line -> line.contains("WARN")
                            && line.contains("user table hash@2x mixes the tastes of users who share rows, and there"
                                    + " are only 0: users are the last to be hashed"));
            server.films(40);
            interactions(server);
            assertThat(trained(server)).contains("; vectors of ids: items hash@2x, users hash@2x, ");
            server.films(44);
            liked(server, "later", "i2");
            liked(server, "u3", "i44");
            IdEmbeddings model = server.bean(ModelRegistry.class)
                    .active()
                    .orElseThrow()
                    .embeddings()
                    .orElseThrow();
            assertThat(model.hasUser(IdHash.of("later"))).isTrue();
            CollaborativeModel.Loaded live =
                    server.bean(CollaborativeModel.class).current().orElseThrow();
            int last = live.items().indexOf(new ItemId("i44"));
            float[] scores = new float[live.items().size()];
            Objects.requireNonNull(live.scorers().get("bpr"))
                    .score(new History(new int[] {0}, new long[] {0}, IdHash.of("later")), scores);
            assertThat(scores[last]).as("an item of after the training").isFinite();
            assertThat(list(server, "later").toString()).contains("\"bpr\"");
            // Without a name there is nothing to hash: folded in.
            float[] nameless = new float[scores.length];
            Objects.requireNonNull(live.scorers().get("bpr"))
                    .score(new History(new int[] {0}, new long[] {0}), nameless);
            assertThat(nameless[last]).isFinite().isNotEqualTo(scores[last]);
        }
        said.setLength(0);
        try (TestServer server = started(said, "--palate.embedding.item-table=pq@2x")) {
            assertThat(server.bean(Trainer.class).tables().chosen().items()).isEqualTo("pq@2x");
            assertThat(said.toString()).contains("INFO").doesNotContain("table pq@2x");
        }
    }

    /// A server, and what its log says while it starts.
    private TestServer started(StringBuilder said, String... settings) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            return TestServer.start(directory, settings);
        } finally {
            System.setOut(before);
            said.append(bytes.toString(StandardCharsets.UTF_8));
        }
    }

    private static void liked(TestServer server, String user, String item) {
        server.ok(
                200,
                server.call(
                        server.admin(),
                        "POST",
                        "/v1/interactions:batch",
                        "{\"interactions\":[{\"user_id\":\"" + user + "\",\"item_id\":\"" + item
                                + "\",\"type\":\"liked\"}]}"));
    }

    @Test
    void aTableThatThereIsNotEndsTheStart() {
        assertThatThrownBy(() -> TestServer.start(directory, "--palate.embedding.item-table=svd"))
                .hasStackTraceContaining("palate.embedding.item-table must be none or a table: no table {svd}; give one"
                        + " of full, narrow, ");
    }

    private static JsonNode list(TestServer server, String user) {
        return server.ok(
                200,
                server.call(
                        server.admin(),
                        "POST",
                        "/v1/recommendations",
                        "{\"user_id\":\"" + user + "\",\"n\":5,\"explain\":true,\"deadline_ms\":20000}"));
    }

    /// Even users like even items.
    private static void interactions(TestServer server) {
        List<String> liked = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            for (int item = 1; item <= 40; item++) {
                if ((user + item) % 2 == 0 && (user * 7 + item * 5) % 3 != 0) {
                    liked.add("{\"user_id\":\"u" + user + "\",\"item_id\":\"i" + item
                            + "\",\"type\":\"liked\",\"at\":\""
                            + Instant.ofEpochSecond(1_600_000_000L + 1000L * item + user)
                            + "\"}");
                }
            }
        }
        for (int from = 0; from < liked.size(); from += 200) {
            server.ok(
                    200,
                    server.call(
                            server.admin(),
                            "POST",
                            "/v1/interactions:batch",
                            "{\"interactions\":["
                                    + String.join(",", liked.subList(from, Math.min(liked.size(), from + 200)))
                                    + "]}"));
        }
    }

    private static String trained(TestServer server) {
        String job = server.ok(202, server.call(server.admin(), "POST", "/v1/models:train", ""))
                .get("id")
                .asString();
        Instant end = Instant.now().plus(DEADLINE);
        while (Instant.now().isBefore(end)) {
            JsonNode seen = server.ok(200, server.get(server.admin(), "/v1/jobs/" + job));
            if (!List.of("pending", "running").contains(seen.get("status").asString())) {
                assertThat(seen.get("status").asString()).as(seen.toString()).isEqualTo("succeeded");
                return seen.get("detail").asString();
            }
        }
        throw new AssertionError("job " + job + " did not end within " + DEADLINE);
    }
}
