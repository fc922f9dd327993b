package dev.palate.retrieval.lab;

import dev.palate.memory.vector.VectorModule;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.training.ChildHeap;
import dev.palate.retrieval.training.HeldOut;
import dev.palate.retrieval.training.TrainingEvent;
import dev.palate.retrieval.training.TrainingInput;
import dev.palate.retrieval.training.TrainingMain;
import dev.palate.retrieval.training.TrainingProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/// A lab over a server's own log, in a child process with low priority: `LabProcess INPUT WORK RESULTS ORDER`. The
/// input is that of a training; the last item of each user is to be found. What it found is written to the folder of
/// results, `report.json` and `plot.svg`; the folder of work is that of [Lab], from which a killed process goes on.
public final class LabProcess {
    /// What was found, as JSON.
    public static final String REPORT = "report.json";
    /// The plot of it.
    public static final String PLOT = "plot.svg";

    /// Between two words on the progress, each of which is kept.
    private static final long QUIET_NANOS = 400_000_000L;

    private LabProcess() {}

    /// Starts one.
    ///
    /// @param input written for a training
    /// @param interactions in it
    /// @param listener told how far it is, twice a second at most
    /// @throws RetrievalException with code TRAINING when it cannot be started, MEMORY when this machine is
    ///     too small
    public static TrainingProcess start(
            Path input,
            Path work,
            Path results,
            LabOrder order,
            long items,
            long interactions,
            Duration deadline,
            Consumer<TrainingEvent> listener) {
        int heap = requireHeap(items, interactions);
        return TrainingProcess.launch(
                TrainingProcess.command(
                        heap,
                        Optional.empty(),
                        LabProcess.class,
                        List.of(
                                input.toAbsolutePath().toString(),
                                work.toAbsolutePath().toString(),
                                results.toAbsolutePath().toString(),
                                JsonMapper.shared().writeValueAsString(order))),
                results.resolve(REPORT),
                deadline,
                listener);
    }

    /// The heap that a lab needs, in MiB; before its input is written, too.
    ///
    /// @throws RetrievalException with code MEMORY when this machine cannot give it
    public static int requireHeap(long items, long interactions) {
        return heapMebibytes(items, interactions, threads(), ChildHeap.machineMebibytes());
    }

    /// @param machine memory of the machine, in MiB
    static int heapMebibytes(long items, long interactions, int threads, long machine) {
        // Users are at most one an interaction.
        long vectors = 6L * Float.BYTES * 64 * threads * (items + Math.min(interactions, 1_000_000));
        return new ChildHeap(
                        "a lab over " + interactions + " interactions and " + items + " items on " + threads
                                + " threads",
                        List.of())
                .plus("the interactions, 400 bytes each", 400 * interactions)
                .plus("parameters, sums and gradients of a cell on each thread", vectors)
                .require(machine, "run it on a larger one, or ./palate lab --split over a part of the log");
    }

    private static int threads() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    }

    /// Runs the lab.
    public static void main(String[] arguments) {
        TrainingMain.runAsChild(events -> run(arguments, events));
    }

    private static TrainingEvent run(String[] arguments, PrintStream events) {
        long start = System.nanoTime();
        VectorModule.require();
        if (arguments.length != 4) {
            throw new IllegalArgumentException(
                    "needs input, work, results and order, had " + arguments.length + " arguments");
        }
        TrainingInput input = TrainingInput.read(Path.of(arguments[0]));
        LabOrder order = JsonMapper.shared().readValue(arguments[3], LabOrder.class);
        LabReport report = Lab.run(task(input), order.request(threads()), Path.of(arguments[1]), told(events));
        Path results = Path.of(arguments[2]);
        write(results, PLOT, ParetoPlot.of(report));
        write(results, REPORT, JsonMapper.shared().writeValueAsString(report.report(made(order))));
        return new TrainingEvent.Finished(
                input.histories().userCount(),
                input.items().size(),
                input.eventCount(),
                (System.nanoTime() - start) / 1_000_000);
    }

    private static Map<String, String> made(LabOrder order) {
        Map<String, String> made = new LinkedHashMap<>();
        made.put("tables", String.join(", ", order.tables()));
        made.put("budgets", String.join(", ", order.budgets()));
        made.put("seeds", Integer.toString(order.seeds()));
        return made;
    }

    /// The last item of each user is to be found.
    ///
    /// @throws RetrievalException with code BAD_INPUT when nobody has two
    static LabTask.Lists task(TrainingInput input) {
        input.requireEvents();
        HeldOut heldOut = HeldOut.of(input.histories(), HeldOut.Protocol.LAST_EVENTS);
        if (heldOut.users().length == 0) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "nobody has two interactions of which another user had the last too, so nothing can be found: come"
                            + " back with more interactions");
        }
        Histories known = heldOut.known();
        BitSet all = new BitSet(known.itemCount());
        all.set(0, known.itemCount());
        Vocabulary users = Vocabulary.inOrder(IntStream.range(0, known.userCount())
                .mapToObj(Integer::toString)
                .toList());
        return new LabTask.Lists(new RankingTask(
                "own log",
                users,
                input.items(),
                known,
                known.itemCounts(),
                heldOut.users(),
                heldOut.truth(),
                all,
                false,
                heldOut.now()));
    }

    private static Progress told(PrintStream events) {
        long[] last = {System.nanoTime() - QUIET_NANOS};
        return (phase, done, total) -> {
            synchronized (last) {
                if (System.nanoTime() - last[0] >= QUIET_NANOS || done == total) {
                    last[0] = System.nanoTime();
                    events.println(new TrainingEvent.Advanced(phase, done, total).toLine());
                }
            }
        };
    }

    private static void write(Path folder, String name, String text) {
        try {
            Path part = folder.resolve(name + ".part");
            Files.writeString(part, text);
            Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new RetrievalException(
                    Code.STORAGE, "cannot write " + folder.resolve(name) + ": " + e.getMessage(), e);
        }
    }
}
