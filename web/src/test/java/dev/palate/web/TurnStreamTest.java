package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.access.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The events of a turn over HTTP: their order, resumption, cancellation and lost readers.
class TurnStreamTest {
    @TempDir
    static Path directory;

    private static TestServer server;
    private static StagedAgent agent;

    @BeforeAll
    static void start() {
        server = TestServer.start(directory, "--palate.streams.keepalive=200ms", "--palate.streams.orphan=300ms");
        server.films(5);
        agent = server.bean(StagedAgent.class);
    }

    @BeforeEach
    void rearm() {
        agent.rearm();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /// One event as read.
    record Event(String name, int id, JsonNode data) {}

    @Test
    void itemsComeBeforeWords() {
        String conversation = server.conversation(server.admin(), "ann");
        List<Event> events =
                parse(server.send(say(conversation, "something slow", true)).body());

        assertThat(events)
                .extracting(Event::name)
                .containsExactly(
                        "turn.created",
                        "memory.recalled",
                        "intent.parsed",
                        "recommendations",
                        "message.delta",
                        "message.delta",
                        "message.delta",
                        "message.completed",
                        "usage",
                        "turn.completed");
        assertThat(events).extracting(Event::id).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(events)
                .allSatisfy(event -> assertThat(event.data().get("seq").asInt()).isEqualTo(event.id()));
        JsonNode items = events.get(3).data().get("items");
        assertThat(items).hasSize(5);
        assertThat(items.get(0).get("title").asString()).isEqualTo("Film 1");
        assertThat(items.get(0).get("reason").asString()).isEqualTo("because");
        assertThat(events.get(7).data().get("text").asString()).isEqualTo("One two three.");
    }

    @Test
    void withoutAStreamTheTurnIsAcceptedAndCanBeReadLater() {
        String conversation = server.conversation(server.admin(), "ann");
        JsonNode accepted = server.ok(202, server.send(say(conversation, "something slow", false)));
        String path = accepted.get("events").asString();
        assertThat(path)
                .isEqualTo("/v1/conversations/" + conversation + "/turns/"
                        + accepted.get("turn_id").asString() + "/events");

        List<Event> all = parse(server.get(server.admin(), path).body());
        List<Event> rest = parse(server.send(
                        server.request(path).header("X-API-Key", server.admin()).header("Last-Event-ID", "4"))
                .body());

        assertThat(all).hasSize(10);
        assertThat(rest).isEqualTo(all.subList(4, 10));
        JsonNode messages = server.ok(
                        200, server.get(server.admin(), "/v1/conversations/" + conversation + "/messages"))
                .get("messages");
        assertThat(messages).hasSize(2);
        assertThat(messages.get(0).get("role").asString()).isEqualTo("user");
        assertThat(messages.get(0).get("content").asString()).isEqualTo("something slow");
        assertThat(messages.get(1).get("role").asString()).isEqualTo("assistant");
    }

    @Test
    void aBrokenPlaceInTheStreamIsRefused() {
        String conversation = server.conversation(server.admin(), "ann");
        JsonNode accepted = server.ok(202, server.send(say(conversation, "x", false)));
        HttpResponse<String> answer =
                server.send(server.request(accepted.get("events").asString())
                        .header("X-API-Key", server.admin())
                        .header("Last-Event-ID", "four"));

        assertThat(server.ok(400, answer).get("detail").asString())
                .contains("Last-Event-ID must be the id of an event");
    }

    @Test
    void aQuietStreamShowsSignsOfLifeAndEndsAtOnceWhenCancelled() throws IOException, InterruptedException {
        String conversation = server.conversation(server.admin(), "ann");
        try (BufferedReader lines = open(say(conversation, "pause", true))) {
            readUntil(lines, ": keepalive");

            JsonNode cancelled = server.ok(
                    200, server.call(server.admin(), "POST", "/v1/conversations/" + conversation + "/cancel", ""));

            assertThat(cancelled.get("cancelled").asBoolean()).isTrue();
            String rest = readToEnd(lines);
            assertThat(rest).contains("event: turn.completed").contains("\"finish_reason\":\"cancelled\"");
        }
        assertThat(server.ok(
                                200,
                                server.call(
                                        server.admin(), "POST", "/v1/conversations/" + conversation + "/cancel", ""))
                        .get("cancelled")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void aReaderThatComesBackInTimeKeepsTheTurnGoing() throws IOException, InterruptedException {
        String conversation = server.conversation(server.admin(), "ann");
        int before = agent.cancelled();
        String turn;
        try (BufferedReader lines = open(say(conversation, "pause", true))) {
            turn = TestServer.JSON
                    .readTree(readUntil(lines, "data: ").substring(6))
                    .get("turn_id")
                    .asString();
            readUntil(lines, "event: recommendations");
        }
        HttpRequest.Builder again = server.request("/v1/conversations/" + conversation + "/turns/" + turn + "/events")
                .header("X-API-Key", server.admin())
                .header("Last-Event-ID", "4");
        try (BufferedReader lines = open(again)) {
            readUntil(lines, ": keepalive");
            agent.resume();
            assertThat(readToEnd(lines)).contains("event: message.delta").contains("\"finish_reason\":\"stop\"");
        }
        assertThat(agent.cancelled()).isEqualTo(before);
    }

    @Test
    void aTurnWithoutAReaderIsCancelledAfterAWhile() throws IOException, InterruptedException {
        String conversation = server.conversation(server.admin(), "ann");
        int before = agent.cancelled();
        try (BufferedReader lines = open(say(conversation, "pause", true))) {
            readUntil(lines, "event: recommendations");
        }
        within(Duration.ofSeconds(20), () -> agent.cancelled() == before + 1);
    }

    @Test
    void anotherUsersTurnIsNotThere() {
        String conversation = server.conversation(server.admin(), "ann");
        String bob = server.key(Role.USER, "bob");
        JsonNode accepted = server.ok(202, server.send(say(conversation, "x", false)));

        assertThat(server.get(bob, accepted.get("events").asString()).statusCode())
                .isEqualTo(404);
    }

    private static HttpRequest.Builder say(String conversation, String content, boolean stream) {
        HttpRequest.Builder request = server.request("/v1/conversations/" + conversation + "/messages")
                .header("X-API-Key", server.admin())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"content\":\"" + content + "\"}"));
        return stream ? request.header("Accept", "text/event-stream") : request;
    }

    private static BufferedReader open(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                server.client().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    private static String readUntil(BufferedReader lines, String start) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(start)) {
                return line;
            }
        }
        throw new AssertionError("the stream ended before a line that starts with " + start);
    }

    private static String readToEnd(BufferedReader lines) throws IOException {
        StringBuilder rest = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            rest.append(line).append('\n');
        }
        return rest.toString();
    }

    private static void within(Duration atMost, BooleanSupplier condition) {
        Instant end = Instant.now().plus(atMost);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("within " + atMost).isBefore(end);
            Thread.onSpinWait();
        }
    }

    private static List<Event> parse(String body) {
        List<Event> events = new ArrayList<>();
        for (String frame : body.split("\n\n", -1)) {
            if (frame.startsWith("event: ")) {
                String[] lines = frame.split("\n", 3);
                events.add(new Event(
                        lines[0].substring(7),
                        Integer.parseInt(lines[1].substring(4)),
                        TestServer.JSON.readTree(lines[2].substring(6))));
            }
        }
        return events;
    }
}
