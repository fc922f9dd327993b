package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Users and items that came after training, through the API: personal within a second of the event.
class FoldInTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final Duration WITHIN = Duration.ofSeconds(1);

    @TempDir
    Path directory;

    /// Forty users of two tastes: even users liked even films up to 40, odd users odd ones. Films 41 to 50 are
    /// new.
    @Test
    void newUsersAndNewItemsArePersonalWithinASecond() {
        try (TestServer server = TestServer.start(directory)) {
            server.films(50);
            train(server);
            list(server, "u0"); // the first list of a server waits for its classes

            Instant third = like(server, "even-comer", 2, 4, 6);
            List<Integer> even = films(list(server, "even-comer"));
            assertThat(Duration.between(third, Instant.now())).isLessThan(WITHIN);
            like(server, "odd-comer", 1, 3, 5);
            List<Integer> odd = films(list(server, "odd-comer"));
            assertThat(even.stream().filter(film -> film <= 40 && film % 2 == 0).count())
                    .isGreaterThanOrEqualTo(8);
            assertThat(odd.stream().filter(film -> film <= 40 && film % 2 == 1).count())
                    .isGreaterThanOrEqualTo(8);
            assertThat(even).doesNotContain(2, 4, 6);

            server.ok(
                    200,
                    server.call(
                            server.admin(),
                            "POST",
                            "/v1/items:batch",
                            "{\"items\":[{\"item_id\":\"i51\",\"title\":\"Film 51\",\"categories\":[\"Drama\"]}]}"));
            assertThat(entry(list(server, "u4"), "i51")
                            .map(FoldInTest::collaborative)
                            .orElse(0.0))
                    .isZero();
            Instant first = like(server, "u2", 51);
            JsonNode liked = list(server, "u4");
            assertThat(Duration.between(first, Instant.now())).isLessThan(WITHIN);
            JsonNode shown = entry(liked, "i51").orElseThrow(() -> new AssertionError("i51 not in " + liked));
            assertThat(collaborative(shown)).as(shown.toString()).isPositive();
            Optional<JsonNode> other = entry(list(server, "u5"), "i51");
            assertThat(other.map(FoldInTest::collaborative).orElse(-1.0)).isLessThan(collaborative(shown));
        }
    }

    /// A user who comes while a model is being trained is personal at once, by the model in use, stays so with the new
    /// one, which has not learnt from that user, and is learnt from by the training after it.
    @Test
    void whatComesDuringATrainingIsServedAtOnceAndLearntByTheNext() throws Exception {
        try (TestServer server = TestServer.start(directory)) {
            server.films(50);
            train(server);
            list(server, "u0"); // the first list of a server waits for its classes
            String before = model(server).get("version").asString();
            String job = begin(server);
            Path input = directory.resolve("models").resolve("training-" + job + ".input");
            Instant end = Instant.now().plus(DEADLINE);
            while (!Files.exists(input)) {
                assertThat(Instant.now()).isBefore(end);
                Thread.sleep(1);
            }

            Instant third = like(server, "even-comer", 2, 4, 6);
            JsonNode meanwhile = list(server, "even-comer");
            assertThat(Duration.between(third, Instant.now())).isLessThan(WITHIN);
            assertThat(meanwhile.get("model_version").asString()).isEqualTo(before);
            assertThat(evens(meanwhile)).isGreaterThanOrEqualTo(8);
            assertThat(server.ok(200, server.get(server.admin(), "/v1/jobs/" + job))
                            .get("status")
                            .asString())
                    .as("the list was made during the training")
                    .isEqualTo("running");

            ended(server, job);
            assertThat(model(server).get("version").asString()).isNotEqualTo(before);
            assertThat(model(server).get("users").asInt()).isEqualTo(40);
            assertThat(evens(list(server, "even-comer"))).isGreaterThanOrEqualTo(8);
            assertThat(server.ok(200, server.get(server.admin(), "/v1/stats"))
                            .get("training")
                            .get("new_interactions")
                            .asInt())
                    .isEqualTo(3);

            ended(server, begin(server));
            assertThat(model(server).get("users").asInt()).isEqualTo(41);
        }
    }

    private static JsonNode model(TestServer server) {
        return server.ok(200, server.get(server.admin(), "/v1/models")).get("active");
    }

    private static long evens(JsonNode list) {
        return films(list).stream().filter(film -> film <= 40 && film % 2 == 0).count();
    }

    /// What the signals of the collaborative model add to a film.
    private static double collaborative(JsonNode entry) {
        double sum = 0;
        for (String signal : List.of("cf", "ease", "knn", "transitions")) {
            sum += entry.get("signals").path(signal).asDouble(0);
        }
        return sum;
    }

    private static Optional<JsonNode> entry(JsonNode list, String item) {
        for (JsonNode entry : list.get("items")) {
            if (entry.get("item_id").asString().equals(item)) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    private static List<Integer> films(JsonNode list) {
        List<Integer> films = new ArrayList<>();
        for (JsonNode entry : list.get("items")) {
            films.add(Integer.parseInt(entry.get("item_id").asString().substring(1)));
        }
        return films.subList(0, Math.min(10, films.size()));
    }

    private static JsonNode list(TestServer server, String user) {
        return server.ok(
                200,
                server.call(
                        server.admin(),
                        "POST",
                        "/v1/recommendations",
                        "{\"user_id\":\"" + user + "\",\"n\":40,\"explain\":true,\"deadline_ms\":20000}"));
    }

    /// Likes one after the other; the time of the last answer.
    private static Instant like(TestServer server, String user, int... films) {
        for (int film : films) {
            server.ok(
                    200,
                    server.call(
                            server.admin(),
                            "POST",
                            "/v1/interactions:batch",
                            "{\"interactions\":[" + liked(user, film) + "]}"));
        }
        return Instant.now();
    }

    private static String liked(String user, int film) {
        return "{\"user_id\":\"" + user + "\",\"item_id\":\"i" + film + "\",\"type\":\"liked\"}";
    }

    private static void train(TestServer server) {
        List<String> liked = new ArrayList<>();
        for (int user = 0; user < 40; user++) {
            for (int step = 0; step < 14; step++) {
                int film = 2 * ((user / 2 + step * (1 + user % 3)) % 20) + (user % 2 == 0 ? 2 : 1);
                liked.add(liked("u" + user, film));
            }
        }
        server.ok(
                200,
                server.call(
                        server.admin(),
                        "POST",
                        "/v1/interactions:batch",
                        "{\"interactions\":[" + String.join(",", liked) + "]}"));
        ended(server, begin(server));
    }

    private static String begin(TestServer server) {
        return server.ok(202, server.call(server.admin(), "POST", "/v1/models:train", ""))
                .get("id")
                .asString();
    }

    private static void ended(TestServer server, String job) {
        Instant end = Instant.now().plus(DEADLINE);
        while (Instant.now().isBefore(end)) {
            JsonNode seen = server.ok(200, server.get(server.admin(), "/v1/jobs/" + job));
            if (!List.of("pending", "running").contains(seen.get("status").asString())) {
                assertThat(seen.get("status").asString()).as(seen.toString()).isEqualTo("succeeded");
                return;
            }
        }
        throw new AssertionError("training did not end within " + DEADLINE);
    }
}
