package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.palate.agent.llm.ModelState;
import dev.palate.agent.llm.local.LocalModel;
import dev.palate.agent.llm.local.LocalModelOptions;
import dev.palate.agent.llm.local.ProcessFaults;
import dev.palate.agent.llm.local.SmokeModel;
import dev.palate.memory.conversation.Conversation;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.SpeakPrompt;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Turns over the real process of the smoke-test model, which at random moments is killed or stopped, or whose pipes
/// lose, garble or gain bytes: every turn ends in time with an answer in which nothing foreign is shown, and the model
/// comes back.
class ModelFaultTest {
    private static final TurnLimits LIMITS = new TurnLimits(
            4,
            Duration.ofSeconds(15),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofSeconds(5),
            40);
    // A run of three seconds is healthy, so that some restarts wait and no run of the test waits for half a minute.
    private static final LocalModelOptions.Patience PATIENCE = new LocalModelOptions.Patience(
            Duration.ofSeconds(60), Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(3));
    private static final Duration BACK_WITHIN = Duration.ofSeconds(90);
    private static final Duration TAKEN_WITHIN = Duration.ofMillis(1_200);
    private static final long LATEST_MILLIS = 2_200;
    private static final int MOST_BYTES = 48;

    private enum Fault {
        /// Ended at once.
        KILLED,
        /// The next one, too, while it starts.
        KILLED_TWICE,
        /// Never goes on by itself.
        STOPPED,
        /// Goes on after a while.
        PAUSED,
        ANSWERS_LOST,
        ANSWERS_GARBLED,
        ANSWERS_GAINED,
        COMMANDS_LOST,
        COMMANDS_GAINED
    }

    /// What became of the faults of a kind.
    private static final class Tally {
        private int faults;
        private int duringTurn;
        private int replaced;
        private int turns;
        private int asked;
        private int byModel;

        String line(Fault fault) {
            return "%-16s %3d faults, %3d during a turn, %3d processes replaced; %3d turns, %3d asked the model, %3d in its words"
                    .formatted(fault, faults, duringTurn, replaced, turns, asked, byModel);
        }
    }

    @TempDir
    private Path folder;

    private final TestStack stack = TestStack.get();
    private final ShownChecks checks = new ShownChecks(stack);
    private final Map<Fault, Tally> tallies = new EnumMap<>(Fault.class);
    private final Set<Long> processes = new HashSet<>();

    @Test
    void everyTurnIsCompletedWhateverBefallsTheModelsProcess() throws Exception {
        run(Integer.getInteger("test.faults", 6), Long.getLong("test.seed", 20_261_130));
    }

    @Test
    @Tag("long")
    void everyTurnIsCompletedAtTwoHundredMoments() throws Exception {
        run(Integer.getInteger("test.faults", 200), Long.getLong("test.seed", 6));
    }

    private void run(int faults, long seed) throws Exception {
        assumeTrue(ProcessFaults.possible(), "the pipes of processes are not below /proc here");
        System.out.println("faults of the model's process: " + faults + ", seed " + seed);
        checks.hide();
        var random = new SplittableRandom(seed);
        long start = System.nanoTime();
        LocalModelOptions options = SmokeModel.options(folder)
                .withWarm(List.of(PromptLibrary.load().system(SpeakPrompt.VERSION)))
                .withPatience(PATIENCE);
        try (LocalModel model = SmokeModel.ready(options)) {
            try (var agent = new GraphAgent(stack.parts(model), LIMITS)) {
                int done = 0;
                long latest = undisturbed(agent, random);
                System.out.println("two turns that nothing befalls take " + latest + " ms");
                for (Fault fault : drawn(faults, random)) {
                    long pid = awaitReady(model, fault.name());
                    long restarts = model.restarts();
                    round(agent, model, pid, fault, latest, random);
                    if (sure(fault)) {
                        // Its end is noticed a moment after it: until then the old one counts as ready.
                        SmokeModel.until(
                                Duration.ofSeconds(60),
                                () -> model.restarts() > restarts,
                                () -> "no restart after " + fault);
                    }
                    tally(fault).replaced += awaitReady(model, "the one after " + fault) == pid ? 0 : 1;
                    done++;
                    if (done % 20 == 0) {
                        System.out.println(done + " faults, " + model.restarts() + " restarts");
                    }
                }
                assertThat(worksAgain(agent))
                        .as("calls to the model after all faults")
                        .isPositive();
            }
            tallies.forEach((fault, tally) -> System.out.println(tally.line(fault)));
            System.out.println(
                    "restarts " + model.restarts() + ", " + (System.nanoTime() - start) / 1_000_000_000 + " s");
            judge(faults, model);
        }
        for (long process : processes) {
            SmokeModel.until(
                    Duration.ofSeconds(10), () -> !SmokeModel.alive(process), () -> "process " + process + " is left");
        }
    }

    private void judge(int faults, LocalModel model) {
        int duringTurn =
                tallies.values().stream().mapToInt(tally -> tally.duringTurn).sum();
        assertThat(duringTurn).as("faults while a turn was under way").isGreaterThanOrEqualTo(faults / 2);
        int asked = tallies.values().stream().mapToInt(tally -> tally.asked).sum();
        assertThat(asked).as("turns that asked the model").isGreaterThanOrEqualTo(faults / 2);
        tallies.forEach((fault, tally) -> {
            if (sure(fault)) {
                assertThat(tally.replaced)
                        .as("%s: each process is replaced", fault)
                        .isEqualTo(tally.faults);
            }
        });
        assertThat(model.restarts())
                .isGreaterThanOrEqualTo(tallies.values().stream()
                        .mapToInt(tally -> tally.replaced)
                        .sum());
    }

    /// Whether a process to which this happens is always replaced.
    private static boolean sure(Fault fault) {
        return switch (fault) {
            case KILLED, KILLED_TWICE, STOPPED, ANSWERS_GAINED -> true;
            // A lost heartbeat is lost whole, a pause can be short, a command that never comes loses nothing.
            case PAUSED, ANSWERS_LOST, ANSWERS_GARBLED, COMMANDS_LOST, COMMANDS_GAINED -> false;
        };
    }

    private static List<Fault> drawn(int faults, SplittableRandom random) {
        List<Fault> drawn = new ArrayList<>();
        while (drawn.size() < faults) {
            List<Fault> all = new ArrayList<>(List.of(Fault.values()));
            Collections.shuffle(all, new Random(random.nextLong()));
            drawn.addAll(all);
        }
        return drawn.subList(0, faults);
    }

    private Tally tally(Fault fault) {
        return tallies.computeIfAbsent(fault, _ -> new Tally());
    }

    /// Returns the id of the process that is ready.
    private long awaitReady(LocalModel model, String before) {
        SmokeModel.until(
                BACK_WITHIN,
                () -> model.state() instanceof ModelState.Ready,
                () -> model.state() + " before " + before);
        long pid = model.processId().orElse(-1);
        processes.add(pid);
        return pid;
    }

    /// How long both turns are surely under way, in ms: the shorter of two rounds that nothing befalls.
    private long undisturbed(GraphAgent agent, SplittableRandom random) throws Exception {
        long shortest = Long.MAX_VALUE;
        for (int round = 0; round < 2; round++) {
            long start = System.nanoTime();
            var first = new Running(agent, stack.conversation(), message(random));
            var other = new Running(agent, stack.conversation(), message(random));
            checks.check(first.events(), first.message);
            checks.check(other.events(), other.message);
            shortest = Math.min(shortest, (System.nanoTime() - start) / 1_000_000);
        }
        return Math.clamp(shortest, 10, LATEST_MILLIS);
    }

    /// One of two turns of two conversations waits for the other at the model; the fault comes at any moment of them.
    private void round(GraphAgent agent, LocalModel model, long pid, Fault fault, long latest, SplittableRandom random)
            throws Exception {
        Tally tally = tally(fault);
        long second = random.nextLong(Math.min(400, latest));
        long at = random.nextLong(latest);
        var first = new Running(agent, stack.conversation(), message(random));
        Running other;
        if (at < second) {
            Thread.sleep(at);
            tally.duringTurn += first.over() ? 0 : 1;
            strike(fault, pid, model, random);
            Thread.sleep(second - at);
            other = new Running(agent, stack.conversation(), message(random));
        } else {
            Thread.sleep(second);
            other = new Running(agent, stack.conversation(), message(random));
            Thread.sleep(at - second);
            tally.duringTurn += first.over() && other.over() ? 0 : 1;
            strike(fault, pid, model, random);
        }
        tally.faults++;
        for (Running turn : List.of(first, other)) {
            ShownChecks.Seen seen = checks.check(turn.events(), fault + ": " + turn.message);
            assertThat(seen.listed())
                    .as("%s: a list for: %s", fault, turn.message)
                    .isTrue();
            tally.turns++;
            tally.asked += seen.calls() > 0 ? 1 : 0;
            tally.byModel += seen.level().equals("T2") ? 1 : 0;
        }
        if (sure(fault)) {
            SmokeModel.until(BACK_WITHIN, () -> !SmokeModel.alive(pid), () -> fault + ": process " + pid + " lives");
        }
    }

    private static String message(SplittableRandom random) {
        String message;
        do {
            message = ShownChecks.MESSAGES.get(random.nextInt(ShownChecks.MESSAGES.size()));
        } while (!message.contains("horror"));
        return message;
    }

    private void strike(Fault fault, long pid, LocalModel model, SplittableRandom random)
            throws IOException, InterruptedException {
        switch (fault) {
            case KILLED -> ProcessFaults.signal(pid, "KILL");
            case KILLED_TWICE -> {
                ProcessFaults.signal(pid, "KILL");
                SmokeModel.until(
                        BACK_WITHIN,
                        () -> model.processId().isPresent() && model.processId().getAsLong() != pid,
                        () -> "no other process");
                Thread.sleep(random.nextLong(1_500));
                long next = model.processId().orElse(pid);
                processes.add(next);
                ProcessFaults.signal(next, "KILL");
            }
            case STOPPED -> ProcessFaults.signal(pid, "STOP");
            case PAUSED -> {
                ProcessFaults.signal(pid, "STOP");
                Thread.sleep(random.nextLong(1_800));
                ProcessFaults.signal(pid, "CONT");
            }
            case ANSWERS_LOST -> taken(pid, ProcessFaults.ANSWERS, random);
            case ANSWERS_GARBLED -> {
                byte[] bytes = taken(pid, ProcessFaults.ANSWERS, random);
                for (int flips = 1 + random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                ProcessFaults.put(pid, ProcessFaults.ANSWERS, bytes);
            }
            case ANSWERS_GAINED -> ProcessFaults.put(pid, ProcessFaults.ANSWERS, noise(random));
            case COMMANDS_LOST -> taken(pid, ProcessFaults.COMMANDS, random);
            case COMMANDS_GAINED -> ProcessFaults.put(pid, ProcessFaults.COMMANDS, noise(random));
        }
    }

    private static byte[] taken(long pid, int pipe, SplittableRandom random) throws InterruptedException {
        return ProcessFaults.take(pid, pipe, 1 + random.nextInt(MOST_BYTES), TAKEN_WITHIN);
    }

    private static byte[] noise(SplittableRandom random) {
        byte[] bytes = new byte[1 + random.nextInt(MOST_BYTES)];
        random.nextBytes(bytes);
        return bytes;
    }

    private int worksAgain(GraphAgent agent) throws Exception {
        var turn = new Running(agent, stack.conversation(), ShownChecks.FIRST);
        return checks.check(turn.events(), "after all faults").calls();
    }

    /// A turn under way.
    private static final class Running {
        private final String message;
        private final List<TurnEvent> events = new ArrayList<>();
        private final Turn turn;

        Running(GraphAgent agent, Conversation conversation, String message) {
            this.message = message;
            this.turn =
                    agent.start(new TurnRequest(conversation.id(), message, 5, TurnRequest.UseModels.AUTO), event -> {
                        synchronized (events) {
                            events.add(event);
                        }
                    });
        }

        boolean over() {
            return turn.done().isDone();
        }

        List<TurnEvent> events() throws InterruptedException, ExecutionException {
            try {
                turn.done().get(LIMITS.turn().toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw new AssertionError("the turn did not end in time: " + message, e);
            }
            synchronized (events) {
                return List.copyOf(events);
            }
        }
    }
}
