package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.access.Role;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.Verdict;
import dev.palate.web.cli.TrainCommand;
import dev.palate.web.job.Trainer;
import dev.palate.web.security.LocalDoor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/// Training as a job of the server: done, activated, cancelled, asked for by a command of the same machine.
class TrainingTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    @Test
    void aRunActivatesItsModelAndAnotherCanBeCancelled() {
        try (TestServer server = TestServer.start(directory)) {
            server.films(12);
            interactions(server);
            JsonNode job = server.ok(202, server.call(server.admin(), "POST", "/v1/models:train", ""));

            JsonNode end = ended(server, job.get("id").asString());

            assertThat(end.get("status").asString()).as(end.toString()).isEqualTo("succeeded");
            JsonNode models = server.ok(200, server.get(server.admin(), "/v1/models"));
            String version = models.get("active").get("version").asString();
            assertThat(end.get("detail").asString()).contains(version);
            String list = server.call(
                            server.admin(), "POST", "/v1/recommendations", "{\"user_id\":\"u1\",\"deadline_ms\":20000}")
                    .body();
            assertThat(server.ok(200, server.get(server.admin(), "/v1/stats"))
                            .get("collaborative_model")
                            .asString())
                    .isEqualTo(version);
            assertThat(TestServer.JSON.readTree(list).get("model_version").asString())
                    .isEqualTo(version);

            assertThat(models.get("active").get("gate").asString()).isNotEmpty();
            assertThat(models.get("trainings").get(0).get("cause").asString()).isEqualTo("asked");
            assertThat(models.get("trainings").get(0).get("status").asString()).isEqualTo("succeeded");
            assertThat(models.get("schedule").get("words").asString())
                    .isEqualTo("only when somebody asks (palate.training.automatic is false)");
            assertThat(models.get("activations").get(0).get("actor").asString()).isEqualTo("training");
            assertThat(server.ok(200, server.call(server.admin(), "POST", "/v1/models/" + version + "/activate", ""))
                            .get("version")
                            .asString())
                    .isEqualTo(version);
            assertThat(server.call(server.admin(), "POST", "/v1/models/none/activate", "{\"reason\":\"try\"}")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(server.call(server.key(Role.APP, null), "POST", "/v1/models/" + version + "/activate", "{}")
                            .statusCode())
                    .isEqualTo(403);

            String second = byCommand(server);
            server.ok(202, server.call(server.admin(), "POST", "/v1/jobs/" + second + "/cancel", ""));
            assertThat(ended(server, second).get("status").asString()).isEqualTo("cancelled");
            assertThat(server.call(server.admin(), "POST", "/v1/jobs/" + second + "/cancel", "")
                            .statusCode())
                    .isEqualTo(409);
            JsonNode receipt = server.ok(200, server.call(server.admin(), "DELETE", "/v1/users/u1?mode=erase", ""));
            assertThat(receipt.get("complete").asBoolean())
                    .as(receipt.toString())
                    .isTrue();
            assertThat(receipt.get("places").toString()).contains("training input and earlier models");
            assertThat(receipt.get("notes").toString()).contains("model " + version + ", which is in use");
            assertThat(server.call(server.key(Role.APP, null), "POST", "/v1/models:train", "")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(server.ok(200, server.get(server.admin(), "/v1/models"))
                            .get("active")
                            .get("version")
                            .asString())
                    .isEqualTo(version);
        }
    }

    /// Its heap holds what it read of the user, so the receipt waits until it is gone.
    @Test
    void anErasureEndsTheProcessThatTrains() throws InterruptedException {
        try (TestServer server = TestServer.start(directory)) {
            server.films(12);
            interactions(server);
            Set<Long> before = children().map(ProcessHandle::pid).collect(Collectors.toSet());
            String job = server.ok(202, server.call(server.admin(), "POST", "/v1/models:train", ""))
                    .get("id")
                    .asString();
            Instant end = Instant.now().plus(DEADLINE);
            Optional<ProcessHandle> child = Optional.empty();
            while (child.isEmpty() && Instant.now().isBefore(end)) {
                Thread.sleep(5);
                child = children().filter(one -> !before.contains(one.pid())).findAny();
            }
            assertThat(child).isPresent();
            JsonNode receipt = server.ok(200, server.call(server.admin(), "DELETE", "/v1/users/u1?mode=erase", ""));
            assertThat(child.get().isAlive()).isFalse();
            assertThat(receipt.get("places").toString())
                    .contains("{\"name\":\"training process\",\"removed\":1,\"remaining\":0}");
            assertThat(receipt.get("complete").asBoolean())
                    .as(receipt.toString())
                    .isTrue();
            assertThat(ended(server, job).get("status").asString()).isEqualTo("cancelled");
        }
    }

    /// Each start would else begin one more, whatever became of those before.
    @Test
    void aStartDoesNotTryAgainWhatFailed() {
        try (TestServer server = TestServer.start(directory)) {
            server.films(12);
            interactions(server);
            Jobs jobs = server.bean(Jobs.class);
            jobs.update(jobs.start(Trainer.KIND, "").id(), JobStatus.FAILED, 0, "given up");
        }
        try (TestServer server = TestServer.start(directory, "--palate.training.automatic=true")) {
            JsonNode models = server.ok(200, server.get(server.admin(), "/v1/models"));
            assertThat(models.get("trainings")).hasSize(1);
            assertThat(models.get("schedule").get("automatic").asBoolean()).isTrue();
        }
    }

    private static Stream<ProcessHandle> children() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive);
    }

    /// A model that the quality gate refused, over the API and by the commands, beside a server and without one.
    @Test
    void aRefusedModelIsServedWithAReasonAndRolledBack() {
        String good;
        String bad = "29990101T000000000Z";
        try (TestServer server = TestServer.start(directory)) {
            server.films(12);
            interactions(server);
            String job = server.ok(202, server.call(server.admin(), "POST", "/v1/models:train", ""))
                    .get("id")
                    .asString();
            assertThat(ended(server, job).get("status").asString()).isEqualTo("succeeded");
            ModelRegistry registry = server.bean(ModelRegistry.class);
            ModelSnapshot first = registry.active().orElseThrow();
            good = first.about().version().value();
            refused(first, bad).write(registry.file(new ModelVersion(bad)));

            String path = "/v1/models/" + bad + "/activate";
            HttpResponse<String> without = server.call(server.admin(), "POST", path, "");
            assertThat(without.statusCode()).isEqualTo(409);
            assertThat(without.body()).contains("or activate it with a reason");
            assertThat(server.call(server.admin(), "POST", path, "{\"reason\":\"" + "x".repeat(501) + "\"}")
                            .body())
                    .contains("a reason has at most 500 characters, had 501");
            JsonNode active = server.ok(
                    200, server.call(server.admin(), "POST", path, "{\"reason\":\"the held-out week was odd\"}"));
            assertThat(active.get("version").asString()).isEqualTo(bad);
            assertThat(active.get("override").asString()).isEqualTo("the held-out week was odd");
            JsonNode listing = server.ok(200, server.get(server.admin(), "/v1/models"));
            assertThat(listing.get("versions").get(0).get("accepted").asBoolean())
                    .isFalse();
            assertThat(listing.get("roll_back_to").asString()).isEqualTo(good);
            JsonNode chosen = listing.get("activations").get(0);
            assertThat(chosen.get("actor").asString()).startsWith("operator:");
            assertThat(chosen.get("overrode").asBoolean()).isTrue();
            assertThat(Instant.parse(chosen.get("at").asString()))
                    .isBetween(Instant.now().minusSeconds(60), Instant.now());

            assertThat(server.ok(200, server.call(server.admin(), "POST", "/v1/models:roll-back", ""))
                            .get("version")
                            .asString())
                    .isEqualTo(good);
            HttpResponse<String> nothing = server.call(server.admin(), "POST", "/v1/models:roll-back", "");
            assertThat(nothing.statusCode()).isEqualTo(404);
            assertThat(nothing.body()).contains("so there is nothing to roll back to");
            assertThat(server.call(server.key(Role.APP, null), "POST", "/v1/models:roll-back", "")
                            .statusCode())
                    .isEqualTo(403);

            assertThat(command("cancel")).startsWith("1 palate: the server refused: no training is under way");
            String third = byCommand(server);
            assertThat(command("cancel")).startsWith("0 Cancelled training job " + third);
            assertThat(ended(server, third).get("status").asString()).isEqualTo("cancelled");

            assertThat(command("activate", bad)).startsWith("1 palate: the server refused: model " + bad);
            assertThat(command("activate", bad, "--reason", "odd & even"))
                    .startsWith("0 Serving model " + bad + ": NDCG@10 -0.1000");
            assertThat(command("status"))
                    .contains("by operator:command: odd & even (against the quality gate)")
                    .contains("REFUSED");
        }
        assertThat(command("roll-back", "--reason", "it was worse")).startsWith("0 Serving model " + good);
        assertThat(command("roll-back")).startsWith("1 palate: no model is older than the active one");
        assertThat(command("status")).contains("active    " + good).contains("by operator:command: it was worse");
        try (TestServer server = TestServer.start(directory)) {
            assertThat(server.ok(200, server.get(server.admin(), "/v1/models"))
                            .get("active")
                            .get("version")
                            .asString())
                    .isEqualTo(good);
        }
    }

    /// What `train --tuned` sends to the server that has the directory open, all four models of it.
    @Test
    void settingsOfTuningGoThroughTheDoorOfARunningServer() throws IOException {
        List<String> given = new ArrayList<>();
        for (String settings : List.of(
                "als {\"factors\":\"24\",\"unobserved-weight\":\"0.5\"}",
                "ease {\"lambda\":\"77\",\"history-decay\":\"0.8\"}",
                "item-knn {\"neighbours\":\"40\"}",
                "transitions {\"window\":\"3\",\"history-decay\":\"0.5\"}")) {
            String model = settings.substring(0, settings.indexOf(' '));
            Path file = directory.resolve(model + "-tune.json");
            Files.writeString(
                    file,
                    "{\"model\":\"" + model + "\",\"best\":{\"settings\":" + settings.substring(model.length()) + "}}");
            given.addAll(List.of("--tuned", file.toString()));
        }
        Path data = directory.resolve("data");
        try (TestServer server = TestServer.start(data)) {
            server.films(12);
            interactions(server);

            assertThat(train(data, given)).startsWith("0 ").contains("Trained: ");

            assertThat(activeTuned(server))
                    .containsExactly(
                            "als: factors 24, unobserved-weight 0.5",
                            "ease: history-decay 0.8, lambda 77",
                            "item-knn: neighbours 40",
                            "transitions: history-decay 0.5, window 3");
            ModelSnapshot learnt = server.bean(ModelRegistry.class).active().orElseThrow();
            assertThat(learnt.factors().dimension()).isEqualTo(24);
            assertThat(learnt.about().easeDecay()).isEqualTo(0.8);

            Path wrong = directory.resolve("wrong.json");
            Files.writeString(wrong, "{\"model\":\"ease\",\"best\":{\"settings\":{\"factors\":\"3\"}}}");
            assertThat(train(data, List.of("--tuned", wrong.toString())))
                    .startsWith("1 ")
                    .contains("factors");
            HttpResponse<String> past = server.call(server.admin(), "POST", "/local/training?tuned=%7B%7D", "");
            assertThat(past.statusCode()).as("without the token of the door").isBetween(400, 499);
            assertThat(activeTuned(server)).hasSize(4);

            assertThat(train(data, List.of("--untuned"))).startsWith("0 ");
            assertThat(activeTuned(server)).isEmpty();
            assertThat(server.bean(ModelRegistry.class)
                            .active()
                            .orElseThrow()
                            .factors()
                            .dimension())
                    .isEqualTo(64);
        }
    }

    private static List<String> activeTuned(TestServer server) {
        JsonNode models = server.ok(200, server.get(server.admin(), "/v1/models"));
        List<String> lines = new ArrayList<>();
        models.get("versions").forEach(version -> {
            if (version.get("version")
                    .asString()
                    .equals(models.get("active").get("version").asString())) {
                version.get("tuned").forEach(line -> lines.add(line.asString()));
            }
        });
        return lines;
    }

    private static String train(Path data, List<String> arguments) {
        StringWriter printed = new StringWriter();
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--data", data.toString()));
        int status = new CommandLine(new TrainCommand())
                .setOut(new PrintWriter(printed, true))
                .setErr(new PrintWriter(printed, true))
                .execute(all.toArray(String[]::new));
        return status + " " + printed;
    }

    private static ModelSnapshot refused(ModelSnapshot first, String version) {
        ModelSnapshot.About about = first.about();
        ModelSnapshot.About other = new ModelSnapshot.About(
                new ModelVersion(version),
                about.trainedAt(),
                about.seed(),
                about.changeNumber(),
                about.users(),
                about.events(),
                about.easeDecay(),
                about.knnDecay());
        return new ModelSnapshot(
                other,
                first.items(),
                first.factors(),
                first.sparseFactors(),
                first.ease(),
                first.knn(),
                first.transitions(),
                first.next(),
                first.popularity(),
                first.ranker(),
                new Verdict(false, about.version().value(), 60, -.1, -.2, -.05));
    }

    /// The status and what was printed.
    private String command(String... arguments) {
        StringWriter printed = new StringWriter();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", directory.toString()));
        int status = new CommandLine(new TrainCommand())
                .setOut(new PrintWriter(printed, true))
                .setErr(new PrintWriter(printed, true))
                .execute(all.toArray(String[]::new));
        return status + " " + printed;
    }

    private String byCommand(TestServer server) {
        String token = LocalDoor.of(directory).orElseThrow().token();
        return server.ok(
                        200,
                        server.send(server.request("/local/training")
                                .header(LocalDoor.HEADER, token)
                                .POST(HttpRequest.BodyPublishers.noBody())))
                .get("id")
                .asString();
    }

    private static void interactions(TestServer server) {
        List<String> liked = new ArrayList<>();
        for (int user = 0; user < 8; user++) {
            for (int item = 1; item <= 12; item++) {
                if ((user + item) % 2 == 0 && item != user + 1) {
                    liked.add("{\"user_id\":\"u" + user + "\",\"item_id\":\"i" + item + "\",\"type\":\"liked\"}");
                }
            }
        }
        server.ok(
                200,
                server.call(
                        server.admin(),
                        "POST",
                        "/v1/interactions:batch",
                        "{\"interactions\":[" + String.join(",", liked) + "]}"));
    }

    private static JsonNode ended(TestServer server, String job) {
        Instant end = Instant.now().plus(DEADLINE);
        while (Instant.now().isBefore(end)) {
            JsonNode seen = server.ok(200, server.get(server.admin(), "/v1/jobs/" + job));
            if (!List.of("pending", "running").contains(seen.get("status").asString())) {
                return seen;
            }
        }
        throw new AssertionError("job " + job + " did not end within " + DEADLINE);
    }
}
