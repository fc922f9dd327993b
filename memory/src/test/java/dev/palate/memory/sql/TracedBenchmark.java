package dev.palate.memory.sql;

import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.MessageId;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.memory.user.UserId;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// What forgetting all memories of a user takes who has many of them and many traces of turns, and the longest that
/// another's write waits meanwhile. `TracedBenchmark FOLDER MEMORIES TRACES`; the folder must be empty.
final class TracedBenchmark {
    private static final UserId ANN = new UserId("ann");
    private static final UserId BEN = new UserId("ben");
    private static final int NAMED = 30;
    private static final int STEPS = 6;
    private static final int STEP_LENGTH = 3_000;

    private TracedBenchmark() {}

    public static void main(String[] args) throws Exception {
        int memories = Integer.parseInt(args[1]);
        int traces = Integer.parseInt(args[2]);
        Clock clock = Clock.systemUTC();
        try (SqlTruth truth = SqlTruth.open(new TruthPlace.File(Path.of(args[0]).resolve("truth.db")), clock)) {
            fill(truth, memories, traces);
            AtomicBoolean done = new AtomicBoolean();
            AtomicLong longest = new AtomicLong();
            ConversationId bens = truth.conversations().start(BEN).id();
            Thread other = Thread.ofPlatform().start(() -> {
                while (!done.get()) {
                    long start = System.nanoTime();
                    truth.conversations().append(bens, new TurnId("t"), Role.USER, "something", null, null);
                    longest.accumulateAndGet(System.nanoTime() - start, Math::max);
                }
            });
            long start = System.nanoTime();
            var receipt = truth.erasure(List.of()).memories(new Subject.OfUser(ANN));
            long took = System.nanoTime() - start;
            done.set(true);
            other.join();
            System.out.println(memories + " memories, " + traces + " traces: " + took / 1_000_000
                    + " ms, longest wait of another write " + longest.get() / 1_000_000 + " ms, "
                    + receipt.places().stream()
                            .filter(place -> place.name().equals("traces of turns"))
                            .toList()
                    + ", load " + ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        }
    }

    private static String id(int number) {
        return "0199a000-0000-7000-8000-" + (100_000_000_000L + number);
    }

    private static void fill(SqlTruth truth, int memories, int traces) {
        Memories store = UsersFirst.of(truth);
        Subject ann = new Subject.OfUser(ANN);
        List<Memories.Write> writes = new ArrayList<>();
        for (int i = 0; i < memories; i++) {
            Memory memory = Memory.fresh(
                    new MemoryId(id(i)), ann, MemoryKind.TRAIT, "Owns " + i, 0, Trust.STATED, null, List.of(), NOW);
            writes.add(new Memories.Write(memory, Actor.AGENT, ""));
        }
        store.putEach(writes);
        ConversationId talk = truth.conversations().start(ANN).id();
        SplittableRandom random = new SplittableRandom(20_261_129L);
        List<TurnTrace> some = new ArrayList<>();
        for (int i = 0; i < traces; i++) {
            some.add(trace(i, talk, memories, random));
            if (some.size() == 100 || i == traces - 1) {
                truth.traces().put(some);
                some.clear();
            }
        }
    }

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private static TurnTrace trace(int number, ConversationId talk, int memories, SplittableRandom random) {
        Set<MemoryId> read = new HashSet<>();
        StringBuilder named = new StringBuilder();
        for (int i = 0; i < NAMED; i++) {
            String id = id(random.nextInt(memories));
            read.add(new MemoryId(id));
            named.append(i == 0 ? "" : ",").append('"').append(id).append("@1\"");
        }
        List<TraceStep> steps = new ArrayList<>();
        steps.add(new TraceStep("recall", 0, 1, "{}", "{\"memories\":[" + named + "]}", false));
        for (int i = 1; i < STEPS; i++) {
            StringBuilder scores = new StringBuilder();
            while (scores.length() < STEP_LENGTH) {
                scores.append(scores.isEmpty() ? "" : ",")
                        .append("\"item")
                        .append(random.nextInt(9_999))
                        .append("\"");
            }
            steps.add(new TraceStep("rank" + i, 0, 1, "{}", "{\"items\":[" + scores + "]}", false));
        }
        TraceHead head = new TraceHead(
                new TurnId("turn-" + (1_000_000 + number)),
                talk,
                ANN,
                new MessageId("message-" + number),
                NOW,
                "recommend",
                "T0",
                "stop",
                41_000,
                "none",
                "v1",
                1,
                new SlateId("slate-" + number),
                new TraceHead.Tokens(0, 0, 0, 0));
        return new TurnTrace(head, steps, read, Set.of(), 0);
    }
}
