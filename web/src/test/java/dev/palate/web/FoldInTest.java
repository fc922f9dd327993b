package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

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
        String job = server.ok(202, server.call(server.admin(), "POST", "/v1/models:train", ""))
                .get("id")
                .asString();
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
