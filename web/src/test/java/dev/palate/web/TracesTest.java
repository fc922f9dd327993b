package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.turn.GraphAgent;
import dev.palate.agent.turn.TurnRequest;
import dev.palate.memory.access.Role;
import dev.palate.memory.change.Changes;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.trace.TraceRecorder;
import dev.palate.memory.trace.Traces;
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Turns of the real agent over HTTP: their traces, replays and export; and lists as they might be.
@Timeout(300)
class TracesTest {
    private static final List<String> GENRES = List.of("Drama", "Comedy", "Horror", "Western");

    @TempDir
    static Path directory;

    private static TestServer server;
    private static int users;

    @BeforeAll
    static void start() throws InterruptedException {
        server = TestServer.start(directory.resolve("data"));
        List<String> items = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            items.add("{\"item_id\":\"f" + i + "\",\"title\":\"Picture " + i + "\",\"year\":" + (1940 + i)
                    + ",\"categories\":[\"" + GENRES.get(i % 4) + "\"]}");
        }
        server.ok(
                200,
                server.call(
                        server.admin(), "POST", "/v1/items:batch", "{\"items\":[" + String.join(",", items) + "]}"));
        for (int i = 0; i < 40; i++) {
            server.ok(
                    201,
                    server.call(
                            server.admin(),
                            "POST",
                            "/v1/interactions",
                            "{\"user_id\":\"crowd" + i % 7 + "\",\"item_id\":\"f" + i + "\",\"type\":\"liked\"}"));
        }
        // Texts that come later are others than those a turn stood on.
        assertThat(server.bean(IndexChanges.class).awaitEncoded(Duration.ofSeconds(60)))
                .isTrue();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private record Talker(String user, String key, String talk) {}

    private static Talker talker() {
        String user = "talker" + users++;
        server.ok(201, server.call(server.admin(), "PUT", "/v1/users/" + user, "{}"));
        String key = server.key(Role.USER, user);
        return new Talker(user, key, server.conversation(key, user));
    }

    /// By the agent of the server; HTTP has a staged one.
    private static String say(Talker talker, String text) throws Exception {
        var turn = server.bean(GraphAgent.class)
                .start(
                        new TurnRequest(new ConversationId(talker.talk), text, 5, TurnRequest.UseModels.NEVER),
                        event -> {});
        turn.done().get(60, TimeUnit.SECONDS);
        return turn.id().value();
    }

    private static String path(Talker talker, String turn) {
        return "/v1/conversations/" + talker.talk + "/turns/" + turn;
    }

    @Test
    void aTurnIsReadReplayedExportedAndForgotten() throws Exception {
        Talker talker = talker();
        String first = say(talker, "I love westerns, no horror");
        String second = say(talker, "something from before 1990");

        JsonNode turns = server.ok(200, server.get(talker.key, "/v1/conversations/" + talker.talk + "/turns?limit=1"));
        assertThat(turns.get("turns")).hasSize(1);
        assertThat(turns.get("turns").get(0).get("turn_id").asString()).isEqualTo(second);
        JsonNode older = server.ok(
                200,
                server.get(
                        talker.key,
                        "/v1/conversations/" + talker.talk + "/turns?limit=1&cursor="
                                + turns.get("next_cursor").asString()));
        assertThat(older.get("turns").get(0).get("turn_id").asString()).isEqualTo(first);

        JsonNode trace = server.ok(200, server.get(talker.key, path(talker, second) + "/trace"));
        assertThat(trace.get("turn").get("intent").asString()).isEqualTo("refine");
        assertThat(trace.get("turn").get("user_id").asString()).isEqualTo(talker.user);
        assertThat(trace.get("steps").valueStream().map(step -> step.get("name").asString()))
                .containsSubsequence("recall", "understand", "retrieve", "rank", "show", "words");
        String slate = trace.get("turn").get("recommendation_id").asString();
        assertThat(server.ok(200, server.get(talker.key, "/v1/recommendations/" + slate + "/trace")))
                .isEqualTo(trace);

        for (String turn : List.of(first, second)) {
            JsonNode replay = server.ok(200, server.call(talker.key, "POST", path(talker, turn) + "/replay", ""));
            assertThat(replay.get("same").asBoolean())
                    .as(replay.toPrettyString())
                    .isTrue();
            assertThat(replay.has("first_difference")).isFalse();
        }

        JsonNode export = server.ok(200, server.get(talker.key, "/v1/users/" + talker.user + "/export"));
        assertThat(export.get("traces")
                        .valueStream()
                        .map(one -> one.get("turn_id").asString()))
                .containsExactly(second, first);
        assertThat(export.get("traces").get(0).get("steps").toString()).contains("\"name\":\"rank\"");
        assertThat(export.get("complete").asBoolean()).isTrue();

        Memory western = server.bean(Memories.class).active(new Subject.OfUser(new UserId(talker.user))).stream()
                .filter(memory ->
                        memory.text().toLowerCase(java.util.Locale.ROOT).contains("western"))
                .findFirst()
                .orElseThrow();
        JsonNode receipt = server.ok(200, server.call(talker.key, "DELETE", "/v1/memories/" + western.id(), ""));
        assertThat(receipt.toString()).contains("{\"name\":\"traces of turns\",\"removed\":2,\"remaining\":0}");
        assertThat(server.get(talker.key, path(talker, first) + "/trace").statusCode())
                .isEqualTo(404);
        JsonNode redacted = server.ok(200, server.get(talker.key, path(talker, second) + "/trace"));
        assertThat(redacted.get("erased_memories").asInt()).isEqualTo(1);
        assertThat(redacted.get("steps").toString().toLowerCase(java.util.Locale.ROOT))
                .doesNotContain("western")
                .contains("\"name\":\"rank\"");

        JsonNode erased =
                server.ok(200, server.call(talker.key, "DELETE", "/v1/users/" + talker.user + "?mode=erase", ""));
        assertThat(erased.get("places").toString())
                .contains("{\"name\":\"table turn_trace\",\"removed\":1,\"remaining\":0}")
                .contains("{\"name\":\"traces to be written\",\"removed\":0,\"remaining\":0}");
        assertThat(server.bean(Traces.class).trace(new TurnId(second))).isEmpty();
    }

    @Test
    void othersSeeNothingAndAdminsDo() throws Exception {
        Talker talker = talker();
        Talker other = talker();
        String turn = say(talker, "a comedy");
        JsonNode trace = server.ok(200, server.get(server.admin(), path(talker, turn) + "/trace"));
        String slate = trace.get("turn").get("recommendation_id").asString();
        for (String hidden : List.of(
                "/v1/conversations/" + talker.talk + "/turns",
                path(talker, turn) + "/trace",
                "/v1/conversations/" + other.talk + "/turns/" + turn + "/trace",
                "/v1/recommendations/" + slate + "/trace")) {
            assertThat(server.get(other.key, hidden).statusCode()).as(hidden).isEqualTo(404);
        }
        assertThat(server.call(other.key, "POST", path(talker, turn) + "/replay", "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(server.get(other.key, "/turns/" + talker.talk).statusCode()).isEqualTo(403);
        server.ok(200, server.call(server.key(Role.APP, null), "POST", path(talker, turn) + "/replay", ""));
        assertThat(server.get(talker.key, path(talker, "none") + "/trace").body())
                .contains("there is no trace of turn");
    }

    private static JsonNode preview(Talker talker, int status, String body) {
        return server.ok(status, server.call(talker.key, "POST", "/v1/recommendations/preview", body));
    }

    @Test
    void aPreviewShowsWhatAMemoryDoesAndWritesNothing() throws Exception {
        Talker talker = talker();
        say(talker, "I love westerns, no horror");
        List<Memory> memories = server.bean(Memories.class).active(new Subject.OfUser(new UserId(talker.user)));
        String western = named(memories, "western");
        String horror = named(memories, "horror");
        assertThat(server.bean(TraceRecorder.class).flush(Duration.ofSeconds(20)))
                .isTrue();
        long change = server.bean(Changes.class).latest().value();
        long traces = server.bean(Traces.class).count();

        JsonNode without = preview(
                talker, 200, "{\"n\":10,\"overrides\":[{\"memory_id\":\"" + western + "\",\"forgotten\":true}]}");
        assertThat(without.get("same").asBoolean()).isFalse();
        assertThat(signals(without.get("before"))).contains("memory");
        assertThat(signals(without.get("after"))).doesNotContain("memory");
        assertThat(titles(without.get("before")))
                .isEqualTo(titles(server.ok(200, server.call(talker.key, "POST", "/v1/recommendations", "{\"n\":10}"))
                        .get("items")));
        JsonNode muted =
                preview(talker, 200, "{\"n\":10,\"overrides\":[{\"memory_id\":\"" + western + "\",\"muted\":true}]}");
        assertThat(titles(muted.get("after"))).isEqualTo(titles(without.get("after")));
        int moves = without.get("moves").size();
        assertThat(moves).isGreaterThanOrEqualTo(10);

        JsonNode allowed = preview(
                talker, 200, "{\"n\":50,\"overrides\":[{\"memory_id\":\"" + horror + "\",\"text\":\"Likes horror\"}]}");
        assertThat(genres(allowed.get("before"))).doesNotContain("Horror");
        assertThat(genres(allowed.get("after"))).contains("Horror");
        assertThat(allowed.get("moves").valueStream().filter(move -> !move.has("from")))
                .isNotEmpty();

        assertThat(server.bean(Changes.class).latest().value())
                .as("nothing is written")
                .isEqualTo(change);
        assertThat(server.bean(Traces.class).count()).isEqualTo(traces);
        assertThat(server.bean(Memories.class).active(new Subject.OfUser(new UserId(talker.user))))
                .isEqualTo(memories);
    }

    private static String named(List<Memory> memories, String word) {
        return memories.stream()
                .filter(memory ->
                        memory.text().toLowerCase(java.util.Locale.ROOT).contains(word))
                .findFirst()
                .orElseThrow()
                .id()
                .value();
    }

    private static List<String> titles(JsonNode items) {
        return items.valueStream().map(item -> item.get("title").asString()).toList();
    }

    private static List<String> signals(JsonNode items) {
        return items.valueStream()
                .flatMap(item -> item.get("signals").propertyNames().stream())
                .distinct()
                .toList();
    }

    private static List<String> genres(JsonNode items) {
        return items.valueStream()
                .map(item -> GENRES.get(
                        Integer.parseInt(item.get("item_id").asString().substring(1)) % 4))
                .distinct()
                .toList();
    }

    @Test
    void whatCannotBePreviewedIsRefused() throws Exception {
        Talker talker = talker();
        Talker other = talker();
        say(talker, "I love westerns");
        String memory =
                named(server.bean(Memories.class).active(new Subject.OfUser(new UserId(talker.user))), "western");
        String override = "{\"memory_id\":\"" + memory + "\",\"muted\":true}";
        assertThat(preview(talker, 400, "{}").get("detail").asString()).contains("overrides is required");
        preview(talker, 400, "{\"overrides\":[]}");
        preview(talker, 400, "{\"overrides\":[{\"memory_id\":\"" + memory + "\"}]}");
        preview(talker, 400, "{\"overrides\":[" + override + "," + override + "]}");
        preview(talker, 400, "{\"record\":true,\"overrides\":[" + override + "]}");
        preview(
                talker,
                400,
                "{\"overrides\":[{\"memory_id\":\"" + memory + "\",\"text\":\"" + "x".repeat(401) + "\"}]}");
        preview(other, 404, "{\"overrides\":[" + override + "]}");
        preview(other, 403, "{\"user_id\":\"" + talker.user + "\",\"overrides\":[" + override + "]}");
        assertThat(server.call(talker.key, "POST", "/v1/recommendations", "{\"overrides\":[" + override + "]}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void switchedOffNothingIsKept() throws Exception {
        try (TestServer off = TestServer.start(directory.resolve("off"), "--palate.traces.enabled=false")) {
            off.films(3);
            String talk = off.conversation(off.admin(), "ann");
            var turn = off.bean(GraphAgent.class)
                    .start(
                            new TurnRequest(new ConversationId(talk), "a drama", 3, TurnRequest.UseModels.NEVER),
                            event -> {});
            turn.done().get(60, TimeUnit.SECONDS);
            assertThat(off.ok(200, off.get(off.admin(), "/v1/conversations/" + talk + "/turns"))
                            .get("turns"))
                    .isEmpty();
        }
    }
}
