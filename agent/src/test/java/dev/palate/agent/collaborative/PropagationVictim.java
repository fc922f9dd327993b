package dev.palate.agent.collaborative;

import dev.palate.memory.Milestone;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.TruthPlace;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// The process that [PropagationKillTest] kills: appends what people do, those that are not there yet, follows them,
/// and halts at the milestone of the number given, counted over those of consumer and writer from the first append on.
final class PropagationVictim {
    /// As if killed.
    static final int HALTED = 137;

    static final int USERS = 10;
    static final int EACH = 20;
    static final long SEED = 5;

    private PropagationVictim() {}

    /// @param arguments database file, milestones until the end; 0 for never
    public static void main(String[] arguments) throws InterruptedException {
        int last = Integer.parseInt(arguments[1]);
        try (SqlTruth truth = SqlTruth.open(new TruthPlace.File(Path.of(arguments[0])), Clock.systemUTC());
                NoteFollower follower = PropagationWorld.follower(truth, new CountingPlanner())) {
            AtomicInteger passed = new AtomicInteger();
            Milestone.watch(milestone -> {
                if (passed.incrementAndGet() == last) {
                    Runtime.getRuntime().halt(HALTED);
                }
            });
            follower.start();
            for (List<Interaction> round : rounds()) {
                truth.interactions().append(round);
            }
            if (!follower.await(Duration.ofSeconds(60))) {
                throw new IllegalStateException("not applied within 60 s: " + follower.status());
            }
        }
    }

    /// One of each user at a time, always in the same order.
    static List<List<Interaction>> rounds() {
        var doings = PropagationWorld.doings(USERS, EACH, SEED);
        return java.util.stream.IntStream.range(0, EACH)
                .mapToObj(round -> doings.keySet().stream()
                        .sorted()
                        .map(user -> doings.getOrDefault(user, List.of()).get(round))
                        .toList())
                .toList();
    }
}
