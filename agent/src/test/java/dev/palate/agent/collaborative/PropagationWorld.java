package dev.palate.agent.collaborative;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/// A catalog of films of six genres, people who do things with them, and the propagation over both.
final class PropagationWorld {
    static final int ITEMS = 60;

    private static final List<String> GENRES = List.of("Horror", "Sci-Fi", "Drama", "Comedy", "War", "Musical");
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

    private PropagationWorld() {}

    static ItemId item(int number) {
        return new ItemId("film" + number);
    }

    /// Each film has two genres.
    static void films(SqlTruth truth) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < ITEMS; i++) {
            List<String> genres = List.of(GENRES.get(i % 6), GENRES.get((i / 6 + i + 1) % 6));
            items.add(Item.of(item(i), "Film " + i, 1979, genres));
        }
        truth.catalog().putAll(items);
    }

    /// The ten films after one, nearer ones first.
    static List<Neighbours.Neighbour> near(ItemId item, int most) {
        int number = Integer.parseInt(item.value().substring("film".length()));
        List<Neighbours.Neighbour> near = new ArrayList<>();
        for (int i = 1; i <= Math.min(10, most); i++) {
            near.add(new Neighbours.Neighbour(item((number + i) % ITEMS), 1.0 / i));
        }
        return near;
    }

    static Interaction interaction(String id, UserId user, int film, Feedback feedback, int second) {
        return new Interaction(new InteractionId(id), user, item(film), feedback, START.plusSeconds(second), null);
    }

    /// What some people do, by user, each in order.
    static Map<UserId, List<Interaction>> doings(int users, int each, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Feedback> feedback = List.of(
                new Feedback.Liked(),
                new Feedback.Rated(4.5),
                new Feedback.Consumed(),
                new Feedback.Disliked(),
                new Feedback.Viewed());
        Map<UserId, List<Interaction>> doings = new HashMap<>();
        for (int u = 0; u < users; u++) {
            UserId user = new UserId("user" + u);
            List<Interaction> own = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                own.add(interaction(
                        "i" + u + "-" + i,
                        user,
                        random.nextInt(ITEMS),
                        feedback.get(random.nextInt(feedback.size())),
                        i));
            }
            doings.put(user, own);
        }
        return doings;
    }

    static Propagation.Parts parts(SqlTruth truth, Planner planner) {
        return new Propagation.Parts(
                truth.catalog(),
                truth.users(),
                truth.outbox(),
                truth.themes(),
                planner,
                PropagationWorld::near,
                Set.of());
    }

    static NoteFollower follower(SqlTruth truth, Planner planner) {
        NoteFollower.Options quick =
                new NoteFollower.Options(Duration.ofMillis(5), Duration.ofMillis(50), 64, Duration.ofMillis(20));
        return new NoteFollower(truth.outbox(), truth.changes(), new Propagation(parts(truth, planner)), quick);
    }

    /// Lets the propagation begin, so that what comes later reaches neighbours.
    static void begin(SqlTruth truth) throws InterruptedException {
        follow(truth);
    }

    /// Has everything so far applied.
    static void follow(SqlTruth truth) throws InterruptedException {
        try (NoteFollower follower = follower(truth, new CountingPlanner())) {
            follower.start();
            if (!follower.await(Duration.ofSeconds(60))) {
                throw new IllegalStateException("not applied within 60 s: " + follower.status());
            }
        }
    }
}
