package dev.palate.agent.turn;

import dev.palate.agent.llm.NoModel;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.memory.conversation.Conversation;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What recording costs a turn: turns at T0 over the shipped films, in turn with and without a recorder, and the CPU of
/// the whole process beside, recorder and writer included. `main [TURNS]`, 400 of each when not given.
final class TraceBenchmark {
    private static final List<String> SAID = List.of(
            "I loved Blade Runner and The Matrix, but no horror",
            "something newer",
            "a comedy from before 1990",
            "something else",
            "what do you know about me");
    private static final int WARM_UP = 200;

    private TraceBenchmark() {}

    private static AgentParts without(AgentParts parts) {
        return new AgentParts(
                parts.catalog(),
                parts.conversations(),
                parts.memories(),
                parts.erasing(),
                parts.slates(),
                parts.reinforcement(),
                parts.recommender(),
                parts.snapshots(),
                parts.reader(),
                parts.writer(),
                parts.model(),
                parts.prompts(),
                parts.ids(),
                parts.changes(),
                Optional.empty(),
                parts.clock(),
                LlmRanker.off(),
                Optional.empty(),
                parts.digests());
    }

    public static void main(String[] arguments) {
        int turns = arguments.length == 0 ? 400 : Integer.parseInt(arguments[0]);
        TestStack stack = TestStack.get();
        AgentParts traced = stack.parts(new NoModel("benchmark"));
        try (var with = new GraphAgent(traced, TurnLimits.DEFAULT);
                var without = new GraphAgent(without(traced), TurnLimits.DEFAULT)) {
            run(stack, with, WARM_UP);
            run(stack, without, WARM_UP);
            for (int round = 0; round < 3; round++) {
                print("with", run(stack, with, turns));
                print("without", run(stack, without, turns));
            }
        }
        long count = stack.truth.traces().count();
        stack.traces.flush(Duration.ofSeconds(30));
        System.out.printf(Locale.ROOT, "%d traces, %s%n", count, stack.traces.counts());
    }

    private record Run(long[] nanos, double cpuMillis) {}

    private static Run run(TestStack stack, ChatAgent agent, int turns) {
        long[] nanos = new long[turns];
        Conversation talk = stack.conversation();
        stack.traces.flush(Duration.ofSeconds(30));
        long cpu = cpu();
        for (int i = 0; i < turns; i++) {
            if (i % SAID.size() == 0) {
                talk = stack.conversation();
            }
            long start = System.nanoTime();
            TestStack.say(agent, talk, SAID.get(i % SAID.size()), 5);
            nanos[i] = System.nanoTime() - start;
        }
        stack.traces.flush(Duration.ofSeconds(30));
        double millis = (cpu() - cpu) / 1e6 / turns;
        Arrays.sort(nanos);
        return new Run(nanos, millis);
    }

    private static long cpu() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    private static void print(String name, Run run) {
        System.out.printf(
                Locale.ROOT,
                "%-8s p50 %.2f ms, p90 %.2f ms, p99 %.2f ms a turn, %.2f ms of CPU%n",
                name,
                run.nanos[run.nanos.length / 2] / 1e6,
                run.nanos[run.nanos.length * 9 / 10] / 1e6,
                run.nanos[run.nanos.length * 99 / 100] / 1e6,
                run.cpuMillis);
    }
}
