package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.access.Role;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.web.cli.BackupCommand;
import dev.palate.web.cli.RestoreCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/// Forgetting through the whole server: receipts over HTTP, the export, and random words looked for everywhere.
@Timeout(180)
class ForgettingTest {
    private static final long SEED = Long.getLong("test.seed", System.nanoTime());
    private static final String LETTERS = "bcdfghjklmnpqrtvwxz";

    @TempDir
    Path folder;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Map<String, String> canaries = new LinkedHashMap<>();

    private Path data() {
        return folder.resolve("data");
    }

    private String canary(String what) {
        StringBuilder canary = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            canary.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        canaries.put(canary.toString(), what);
        return canary.toString();
    }

    private static JsonNode add(TestServer server, String key, String text) {
        return server.ok(200, server.call(key, "POST", "/v1/memories", "{\"infer\":false,\"text\":\"" + text + "\"}"));
    }

    @Test
    void deletingAMemoryAnswersWithItsReceiptAndItsWordsGoEverywhere() {
        try (TestServer server = TestServer.start(data())) {
            String ann = server.key(Role.USER, "ann");
            String ben = server.key(Role.USER, "ben");
            String id = add(server, ann, "Watches slow films on Sundays")
                    .get("results")
                    .get(0)
                    .get("id")
                    .asString();
            JsonNode receipt = server.ok(200, server.call(ann, "DELETE", "/v1/memories/" + id, ""));
            assertThat(receipt.get("status").asString()).isEqualTo("ended");
            assertThat(receipt.get("subject").asString()).isEqualTo("memory");
            assertThat(receipt.get("memory_id").asString()).isEqualTo(id);
            assertThat(receipt.get("complete").asBoolean()).isTrue();
            assertThat(receipt.get("places").toString())
                    .contains("{\"name\":\"table memory\",\"removed\":1,\"remaining\":0}");
            assertThat(server.get(ann, "/v1/memories/" + id).statusCode()).isEqualTo(404);
            assertThat(server.call(ann, "DELETE", "/v1/memories/" + id, "").statusCode())
                    .isEqualTo(404);
            String later = "/v1/erasures/" + receipt.get("id").asString();
            assertThat(server.ok(200, server.get(ann, later)).get("places")).isEqualTo(receipt.get("places"));
            assertThat(server.get(ben, later).statusCode()).isEqualTo(404);
            assertThat(server.ok(200, server.get(ann, "/v1/erasures")).get("erasures"))
                    .hasSize(1);
            assertThat(server.ok(200, server.get(ben, "/v1/erasures")).get("erasures"))
                    .isEmpty();
            assertThat(server.get(ben, "/v1/erasures?user_id=ann").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void allMemoriesOfAUserGoAtOnceAndOnlyWhenTheUserIsNamed() throws InterruptedException {
        try (TestServer server = TestServer.start(data())) {
            String ann = server.key(Role.USER, "ann");
            String ben = server.key(Role.USER, "ben");
            add(server, ann, "Watches slow films on Sundays");
            add(server, ann, "Prefers quiet rooms");
            add(server, ben, "Likes long winters");
            assertThat(server.bean(NoteFollower.class).await(Duration.ofSeconds(30)))
                    .isTrue();
            assertThat(server.ok(400, server.call(ann, "DELETE", "/v1/memories", ""))
                            .get("code")
                            .asString())
                    .isEqualTo("scope_required");
            assertThat(server.call(ben, "DELETE", "/v1/memories?user_id=ann", "")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(server.call(ben, "DELETE", "/v1/memories?item_id=i1", "").statusCode())
                    .isEqualTo(403);
            JsonNode receipt = server.ok(200, server.call(ann, "DELETE", "/v1/memories?user_id=ann", ""));
            assertThat(receipt.get("complete").asBoolean()).isTrue();
            assertThat(receipt.get("places").toString())
                    .as("the two and the profile")
                    .contains("{\"name\":\"table memory\",\"removed\":3,\"remaining\":0}");
            assertThat(server.ok(200, server.get(ann, "/v1/memories?status=active&status=superseded"))
                            .get("results"))
                    .isEmpty();
            assertThat(server.ok(200, server.get(ben, "/v1/memories?kind=trait"))
                            .get("results"))
                    .hasSize(1);
            server.ok(200, server.get(ann, "/v1/users/ann"));
        }
    }

    /// Says it and reads all events.
    ///
    /// @return where they are
    private static String said(TestServer server, String key, String talk, String words) {
        JsonNode accepted =
                server.ok(202, server.call(key, "POST", talk + "/messages", "{\"content\":\"" + words + "\"}"));
        String events = accepted.get("events").asString();
        assertThat(server.get(key, events).body()).contains("turn.completed");
        return events;
    }

    @Test
    void aDeletedConversationLeavesNothingAndDoesNotComeBackWithABackUp() throws IOException {
        Path backUp = folder.resolve("back-up.db");
        try (TestServer server = TestServer.start(data())) {
            server.films(3);
            String ann = server.key(Role.USER, "ann");
            String id = server.conversation(ann, "ann");
            String talk = "/v1/conversations/" + id;
            String other = "/v1/conversations/" + server.conversation(ann, "ann");
            String told = said(server, ann, talk, "What is " + canary("message") + " about?");
            said(server, ann, other, "What is there?");
            run(new BackupCommand(), backUp.toString(), "--data", data().toString());
            assertThat(onDisk(data())).containsExactly("message");
            JsonNode receipt = server.ok(200, server.call(ann, "DELETE", talk, ""));
            assertThat(receipt.get("subject").asString()).isEqualTo("conversation");
            assertThat(receipt.get("conversation_id").asString()).isEqualTo(id);
            assertThat(receipt.get("complete").asBoolean())
                    .as(receipt.toString())
                    .isTrue();
            assertThat(receipt.get("places").toString())
                    .contains("{\"name\":\"table message\",\"removed\":2,\"remaining\":0}")
                    .contains("{\"name\":\"events of turns\",\"removed\":1,\"remaining\":0}");
            assertThat(server.get(ann, talk).statusCode()).isEqualTo(404);
            assertThat(server.get(ann, told).statusCode()).isEqualTo(404);
            assertThat(server.call(ann, "DELETE", talk, "").statusCode()).isEqualTo(404);
            assertThat(server.ok(200, server.get(ann, "/v1/erasures")).get("erasures"))
                    .hasSize(1);
            assertThat(server.ok(200, server.get(ann, other + "/messages")).get("messages"))
                    .hasSize(2);
            assertThat(onDisk(data())).as("while it runs").isEmpty();
        }
        run(new RestoreCommand(), backUp.toString(), "--data", data().toString());
        try (TestServer server = TestServer.start(data())) {
            long end = System.nanoTime() + 30_000_000_000L;
            while (System.nanoTime() < end && !onDisk(data()).isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(server.ok(200, server.get(server.admin(), "/v1/conversations?user_id=ann"))
                            .get("conversations"))
                    .hasSize(1);
        }
        assertThat(onDisk(data())).as("after the restore").isEmpty();
    }

    private String plant(TestServer server, String user) {
        server.films(3);
        String key = server.key(Role.USER, user);
        server.ok(200, server.call(server.admin(), "PUT", "/v1/users/" + user, name(canary("user name"))));
        JsonNode added = add(server, key, "Watches " + canary("memory") + " films");
        String memory = added.get("results").get(0).get("id").asString();
        server.ok(
                200,
                server.call(
                        key,
                        "PATCH",
                        "/v1/memories/" + memory,
                        "{\"text\":\"Now watches " + canary("edited memory") + " films\"}"));
        add(server, key, "Go to http://" + canary("rejected memory") + ".example and look");
        String talk = "/v1/conversations/" + server.conversation(key, user) + "/messages";
        JsonNode accepted = server.ok(
                202, server.call(key, "POST", talk, "{\"content\":\"I like " + canary("chat message") + "\"}"));
        server.send(server.request(accepted.get("events").asString())
                .header("X-API-Key", key)
                .header("Accept", "text/event-stream"));
        server.ok(
                201,
                server.call(key, "POST", "/v1/interactions", "{\"item_id\":\"i2\",\"type\":\"rated\",\"value\":4.5}"));
        server.ok(
                200,
                server.call(
                        key,
                        "POST",
                        "/v1/recommendations",
                        "{\"n\":2,\"record\":true,\"explain\":true,\"deadline_ms\":20000}"));
        return key;
    }

    private static String name(String name) {
        return "{\"name\":\"" + name + "\"}";
    }

    @Test
    void everythingOfAUserIsInOneFile() {
        try (TestServer server = TestServer.start(data())) {
            String key = plant(server, "ann");
            add(server, server.key(Role.USER, "ben"), "Likes long winters");
            HttpResponse<String> answer = server.get(key, "/v1/users/ann/export");
            JsonNode export = server.ok(200, answer);
            assertThat(answer.headers().firstValue("Content-Disposition"))
                    .hasValue("attachment; filename=\"palate-export.json\"");
            assertThat(export.propertyNames())
                    .containsExactly(
                            "palate_export",
                            "user_id",
                            "made_at",
                            "user",
                            "consents",
                            "interactions",
                            "memories",
                            "themes",
                            "conversations",
                            "slates",
                            "traces",
                            "rejections",
                            "api_keys",
                            "complete");
            assertThat(canaries.keySet())
                    .allSatisfy(canary -> assertThat(answer.body()).contains(canary));
            assertThat(answer.body())
                    .doesNotContain("long winters")
                    .doesNotContain("secret")
                    .doesNotContain("hash");
            assertThat(export.get("memories").get(0).get("revisions")).hasSize(2);
            assertThat(export.get("interactions").get(0).get("value").asDouble())
                    .isEqualTo(4.5);
            assertThat(export.get("slates")).isNotEmpty();
            assertThat(export.get("api_keys").get(0).get("name").asString()).isEqualTo("test");
            assertThat(server.get(server.key(Role.USER, "ben"), "/v1/users/ann/export")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(server.get(server.admin(), "/v1/users/nobody/export").statusCode())
                    .isEqualTo(404);
        }
    }

    /// The hunt finds every canary before the erasure, so what it no longer finds afterwards is gone.
    @Test
    void noRandomWordIsFoundAfterAnErasureNorAfterARealRestore() throws IOException {
        System.out.println("seed of the canaries: -Dtest.seed=" + SEED);
        String user = canary("user id");
        Path backUp = folder.resolve("back-up.db");
        try (TestServer server = TestServer.start(data())) {
            plant(server, user);
            add(server, server.key(Role.USER, "ben"), "Likes long winters");
            run(new BackupCommand(), backUp.toString(), "--data", data().toString());
            assertThat(asked(server, user)).isEqualTo(Set.copyOf(canaries.values()));
            assertThat(onDisk(data())).isEqualTo(Set.copyOf(canaries.values()));
            assertThat(found(Files.readString(backUp, StandardCharsets.ISO_8859_1)))
                    .isEqualTo(Set.copyOf(canaries.values()));
            JsonNode receipt =
                    server.ok(200, server.call(server.admin(), "DELETE", "/v1/users/" + user + "?mode=erase", ""));
            assertThat(receipt.get("complete").asBoolean())
                    .as(receipt.toString())
                    .isTrue();
            assertThat(receipt.get("places").toString())
                    .as("what the heaps of the server and its children can hold")
                    .contains("{\"name\":\"hot memory packs\"")
                    .contains("{\"name\":\"codebooks in the heap\"")
                    .contains("{\"name\":\"page sessions\"")
                    .contains("{\"name\":\"training process\"");
            assertThat(asked(server, user)).isEmpty();
            assertThat(onDisk(data())).as("while it runs").isEmpty();
        }
        assertThat(onDisk(data())).as("after its end").isEmpty();
        run(new RestoreCommand(), backUp.toString(), "--data", data().toString());
        try (TestServer server = TestServer.start(data())) {
            JsonNode again = server.ok(200, server.get(server.admin(), "/v1/users/" + user + "/erasure"));
            String job = "/v1/erasures/" + again.get("id").asString();
            long end = System.nanoTime() + 30_000_000_000L;
            while (System.nanoTime() < end
                    && !server.ok(200, server.get(server.admin(), job))
                            .get("status")
                            .asString()
                            .equals("ended")) {
                Thread.onSpinWait();
            }
            assertThat(asked(server, user)).as("after the restore").isEmpty();
            assertThat(onDisk(data())).as("after the restore, while it runs").isEmpty();
            assertThat(server.ok(200, server.get(server.admin(), "/v1/memories?user_id=ben&kind=preference&kind=trait"))
                            .get("results"))
                    .hasSize(1);
        }
        assertThat(onDisk(data())).as("after the restore, at its end").isEmpty();
    }

    private static void run(Callable<Integer> command, String... arguments) {
        StringWriter said = new StringWriter();
        int status = new CommandLine(command)
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(said, true))
                .execute(arguments);
        assertThat(status).as(said.toString()).isZero();
    }

    /// What is found by asking whatever lists or searches things of users. What repeats the question is left out.
    private Set<String> asked(TestServer server, String user) {
        String words = String.join(" ", canaries.keySet());
        StringBuilder answers = new StringBuilder();
        for (String path : List.of(
                "/v1/users/" + user + "/export",
                "/v1/users?limit=500",
                "/v1/memories?user_id=" + user,
                "/v1/memories:rejections",
                "/v1/memories:quarantine",
                "/v1/conversations?user_id=" + user,
                "/v1/users/" + user + "/interactions",
                "/v1/erasures",
                "/v1/jobs",
                "/v1/api-keys",
                "/v1/stats")) {
            HttpResponse<String> answer = server.get(server.admin(), path);
            if (answer.statusCode() == 200) {
                answers.append(answer.body());
            }
        }
        HttpResponse<String> found = server.call(
                server.admin(),
                "POST",
                "/v1/memories/search",
                "{\"query\":\"" + words + "\",\"filters\":{\"user_id\":\"" + user + "\"}}");
        if (found.statusCode() == 200) {
            answers.append(found.body());
        }
        return found(answers.toString());
    }

    private Set<String> found(String text) {
        Set<String> found = new TreeSet<>();
        canaries.forEach((canary, what) -> {
            if (text.contains(canary)) {
                found.add(what);
            }
        });
        return found;
    }

    /// What stands in the bytes of the files; decoded segments are the business of the canary test of the store.
    private Set<String> onDisk(Path root) throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try {
                    found.addAll(found(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)));
                } catch (NoSuchFileException e) {
                    // Gone meanwhile, and with it what was in it.
                }
            }
        }
        return found;
    }
}
