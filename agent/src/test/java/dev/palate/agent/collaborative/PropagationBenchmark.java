package dev.palate.agent.collaborative;

import dev.palate.agent.Films;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.TruthPlace;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.FactorNeighbours;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.ImplicitAls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How long the propagation of the shipped ratings takes on a SQLite file: those of one half of the users as they were
/// before it began, then, in parts small enough to reach neighbours, some of the others.
final class PropagationBenchmark {
    private static final int PART = 2_000;

    private PropagationBenchmark() {}

    /// @param arguments most ratings of each half
    public static void main(String[] arguments) throws Exception {
        int most = arguments.length == 0 ? 10_000 : Integer.parseInt(arguments[0]);
        Path file = Files.createTempDirectory("palate-propagation").resolve("truth.db");
        List<Interaction> rated = Films.ratings().stream()
                .map(rating -> new Interaction(
                        new InteractionId(rating.user() + "/" + rating.item()),
                        new UserId(rating.user()),
                        new ItemId(rating.item()),
                        new Feedback.Rated(rating.stars()),
                        Instant.ofEpochSecond(rating.at()),
                        null))
                .toList();
        List<Interaction> first = rated.stream()
                .filter(one -> Integer.parseInt(one.user().value()) % 2 == 0)
                .limit(most)
                .toList();
        List<Interaction> second = rated.stream()
                .filter(one -> Integer.parseInt(one.user().value()) % 2 == 1)
                .limit(most)
                .toList();
        try (SqlTruth truth = SqlTruth.open(new TruthPlace.File(file), Clock.systemUTC())) {
            truth.catalog().putAll(Films.ITEMS);
            truth.interactions().append(first);
            long before = Files.size(file);
            Propagation.Parts parts = PropagationWorld.parts(truth, new CountingPlanner());
            Propagation propagation = new Propagation(new Propagation.Parts(
                    parts.catalog(),
                    parts.users(),
                    parts.outbox(),
                    parts.weights(),
                    parts.planner(),
                    near(rated),
                    Set.of()));
            NoteFollower.Options quick =
                    new NoteFollower.Options(Duration.ZERO, Duration.ZERO, 256, Duration.ofSeconds(1));
            try (NoteFollower follower = new NoteFollower(truth.outbox(), truth.changes(), propagation, quick)) {
                long start = System.nanoTime();
                follower.start();
                wait(follower);
                say("counted " + first.size(), first.size(), System.nanoTime() - start);
                long nanos = 0;
                for (int from = 0; from < second.size(); from += PART) {
                    truth.interactions().append(second.subList(from, Math.min(second.size(), from + PART)));
                    long begun = System.nanoTime();
                    wait(follower);
                    nanos += System.nanoTime() - begun;
                }
                say("propagated " + second.size(), second.size(), nanos);
            }
            System.out.println("file: " + (Files.size(file) - before) / 1024 + " KiB more");
        }
    }

    private static void wait(NoteFollower follower) throws InterruptedException {
        while (!follower.await(Duration.ofMinutes(5))) {
            System.out.println("still at " + follower.status());
        }
    }

    private static void say(String what, int count, long nanos) {
        System.out.printf("%s in %.1f s, %.2f ms each%n", what, nanos / 1e9, nanos / 1e6 / count);
    }

    private static Neighbours near(List<Interaction> rated) {
        Vocabulary items = Vocabulary.sorted(
                rated.stream().map(one -> one.item().value()).distinct().toList());
        Map<UserId, Integer> users = new HashMap<>();
        Histories.Builder builder = new Histories.Builder(items.size());
        for (Interaction one : rated) {
            builder.add(
                    users.computeIfAbsent(one.user(), user -> users.size()),
                    items.row(one.item().value()).orElseThrow(),
                    one.at().getEpochSecond());
        }
        FactorNeighbours near =
                new FactorNeighbours(ImplicitAls.fit(builder.build(), ImplicitAls.Options.DEFAULT, 1, Progress.NONE));
        return (item, most) -> near.of(items.row(item.value()).orElseThrow(), most).stream()
                .map(one -> new Neighbours.Neighbour(new ItemId(items.ids().get(one.row())), one.cosine()))
                .toList();
    }
}
