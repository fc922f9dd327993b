package dev.palate.web.cli;

import dev.palate.memory.Difference;
import dev.palate.memory.Differences;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexComparison;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.index.IndexStatus;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.TextEncoder;
import dev.palate.web.PalateProperties;
import dev.palate.web.job.Reindexing;
import dev.palate.web.metrics.MemoryStats;
import dev.palate.web.security.LocalDoor;
import dev.palate.web.wiring.EarlierEncoders;
import dev.palate.web.wiring.Encoders;
import dev.palate.web.wiring.TruthPlaces;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// `palate memory`: how the memories stand, whether all that is kept of them agrees, and the index built anew.
@Command(
        name = "memory",
        description = "Shows how the memories stand, compares what is kept of them, builds their index anew.",
        subcommands = {MemoryCommand.Stats.class, MemoryCommand.Check.class, MemoryCommand.Reindex.class},
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
public final class MemoryCommand implements Runnable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Supplier<PalateProperties> settings;

    /// The command with the settings of this machine.
    public MemoryCommand() {
        this(Settings::read);
    }

    MemoryCommand(Supplier<PalateProperties> settings) {
        this.settings = settings;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /// A truth that this process has opened.
    private record Opened(PalateProperties properties, DataDirectory directory, SqlTruth truth)
            implements AutoCloseable {
        static Opened of(PalateProperties properties, Path data) throws IOException {
            if (!properties.truth().onServer() && !Files.exists(data.resolve("truth.db"))) {
                throw new IOException(data + " holds no truth; name another with --data");
            }
            DataDirectory directory = DataDirectory.open(data);
            boolean opened = false;
            try {
                SqlTruth truth = SqlTruth.open(TruthPlaces.of(properties, directory), directory, Clock.systemUTC());
                opened = true;
                return new Opened(properties, directory, truth);
            } finally {
                if (!opened) {
                    directory.close();
                }
            }
        }

        IndexChanges.Sources sources() {
            return new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories());
        }

        @Override
        public void close() {
            truth.close();
            directory.close();
        }
    }

    private static Optional<LocalDoor.Address> server(DirectoryOption data) {
        return LocalCalls.server(data.directory());
    }

    /// `palate memory stats`.
    @Command(
            name = "stats",
            description = "Counts the memories and says what they take and how far their index is, while Palate runs or"
                    + " not.",
            mixinStandardHelpOptions = true)
    static final class Stats implements Callable<Integer> {
        @picocli.CommandLine.ParentCommand
        private MemoryCommand parent = new MemoryCommand();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private DirectoryOption data = new DirectoryOption();

        @Option(names = "--json", description = "As one JSON object, as GET /v1/stats/memories gives it.")
        private boolean json;

        @Override
        public Integer call() throws IOException {
            Optional<LocalDoor.Address> address = server(data);
            JsonNode stats = address.isPresent()
                    ? LocalCalls.call(address.get(), "GET", "/local/memory-stats")
                    : MemoryStatsText.json(here());
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(stats);
            } else {
                MemoryStatsText.lines(stats).forEach(out::println);
            }
            return 0;
        }

        private MemoryStats here() throws IOException {
            try (Opened opened = Opened.of(parent.settings.get(), data.directory())) {
                return MemoryStats.of(
                        opened.truth.memoryCounts(), opened.truth.changes(), opened.directory.root(), null);
            }
        }
    }

    /// `palate memory check`.
    @Command(
            name = "check",
            description = "Compares, over a directory that no Palate holds, what is kept of memories in more than one"
                    + " place: rows and revisions, evidence and its ledger, cold codes, derived memories, the index,"
                    + " its items too."
                    + " Changes nothing; ends with 1 when something differs.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        @picocli.CommandLine.ParentCommand
        private MemoryCommand parent = new MemoryCommand();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private DirectoryOption data = new DirectoryOption();

        @Override
        public Integer call() throws IOException {
            if (server(data).isPresent()) {
                spec.commandLine()
                        .getErr()
                        .println("palate: a server runs over " + data.directory()
                                + ", which it alone may open: to compare"
                                + " all of one moment beside it would keep its write-ahead log in use, which erasures"
                                + " wait for. Stop it and check again. ./palate memory stats and ./palate doctor work"
                                + " beside it");
                return 1;
            }
            PalateProperties properties = parent.settings.get();
            List<TextEncoder> encoders = new ArrayList<>();
            try (Opened opened = Opened.of(properties, data.directory())) {
                return check(opened, () -> {
                    if (encoders.isEmpty()) {
                        encoders.add(Encoders.open(properties));
                    }
                    return encoders.getFirst();
                });
            } finally {
                encoders.forEach(TextEncoder::close);
            }
        }

        private int check(Opened opened, Supplier<TextEncoder> encoder) {
            PrintWriter out = spec.commandLine().getOut();
            ProgressLine line = ProgressLine.of(out);
            Differences inTruth = new Differences();
            long memories = opened.truth.compareMemories(inTruth, done -> line.rows("comparing the truth", done, 0));
            Differences inIndex = new Differences();
            IndexComparison.Outcome index = IndexComparison.of(
                    opened.directory.index(),
                    opened.sources(),
                    encoder,
                    done -> line.rows("comparing the index", done, 2 * memories),
                    inIndex);
            line.end();
            say(
                    out,
                    "truth",
                    inTruth.all(),
                    "the " + memories
                            + " memories agree with their revisions, evidence ledger, cold codes and derived memories");
            say(
                    out,
                    "index",
                    inIndex.all(),
                    "the " + index.documents() + " memories in it agree with the truth, and so do the "
                            + index.items() + " items"
                            + (index.later() == 0
                                    ? ""
                                    : "; " + index.later() + " later changes are replayed at the next start"));
            long waiting = opened.truth
                    .outbox()
                    .position("derived-memories")
                    .map(position -> opened.truth.outbox().countAfter(position.number()))
                    .orElse(0L);
            if (waiting > 0) {
                row(out, "-", "derived", waiting + " notes wait; the next start makes derived memories from them");
            }
            return inTruth.all().isEmpty() && inIndex.all().isEmpty() ? 0 : 1;
        }

        private static void say(PrintWriter out, String what, List<Difference> differences, String fine) {
            if (differences.isEmpty()) {
                row(out, "ok", what, fine);
            }
            differences.forEach(difference -> row(out, "BAD", what, difference.toString()));
        }

        private static void row(PrintWriter out, String mark, String what, String text) {
            out.printf("%-4s %-8s %s%n", mark, what, text);
        }
    }

    /// `palate memory reindex`.
    @Command(
            name = "reindex",
            description =
                    "Builds the indexes anew from the truth, in the running server beside searches and writes when"
                            + " there is one; mends the evidence ledger and cold memories without codes. What is interrupted,"
                            + " by Ctrl-C or a kill, the next start or the next reindex makes whole.",
            mixinStandardHelpOptions = true)
    static final class Reindex implements Callable<Integer> {
        @picocli.CommandLine.ParentCommand
        private MemoryCommand parent = new MemoryCommand();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private DirectoryOption data = new DirectoryOption();

        @Override
        public Integer call() throws IOException, InterruptedException {
            PrintWriter out = spec.commandLine().getOut();
            Optional<LocalDoor.Address> address = server(data);
            if (address.isPresent()) {
                JobWatch.Seen end = JobWatch.followServer(
                        address.get(),
                        LocalCalls.call(address.get(), "POST", "/local/index-rebuild"),
                        "reindexing",
                        out);
                if (!end.succeeded()) {
                    spec.commandLine().getErr().println("palate: reindexing " + end.status() + ": " + end.detail());
                    return 1;
                }
                out.println("Reindexed " + end.detail());
                return 0;
            }
            out.println("Reindexed " + here(out));
            return 0;
        }

        private String here(PrintWriter out) throws IOException, InterruptedException {
            PalateProperties properties = parent.settings.get();
            ProgressLine line = ProgressLine.of(out);
            try (Opened opened = Opened.of(properties, data.directory());
                    TextEncoder encoder = Encoders.open(properties);
                    EarlierEncoders earlier = new EarlierEncoders()) {
                long mended = opened.truth.mendMemories(done -> line.rows("looking through the memories", done, 0));
                IndexOptions options =
                        IndexOptions.defaults().with(properties.index().vectors());
                try (IndexChanges index =
                        IndexChanges.open(opened.directory.root(), opened.sources(), encoder, earlier::of, options)) {
                    return rebuild(index, mended, line);
                }
            } finally {
                line.end();
            }
        }

        private static String rebuild(IndexChanges index, long mended, ProgressLine line)
                throws IOException, InterruptedException {
            long asked = index.rebuildAnew();
            while (!index.rebuilt(asked)) {
                Thread.sleep(LOOK_EVERY);
                IndexStatus status = index.status();
                refuseFailure(status);
                line.share("writing " + status.memories() + " memories", status.rebuildProgress());
            }
            IndexStatus status = index.status();
            while (status.itemsPending() + status.memoriesPending() > 0) {
                Thread.sleep(LOOK_EVERY);
                status = index.status();
                refuseFailure(status);
                line.share("encoding texts", status.encodingProgress());
            }
            return Reindexing.result(status, mended);
        }

        private static void refuseFailure(IndexStatus status) throws IOException {
            @Nullable String failure = status.failure();
            if (failure != null) {
                throw new IOException("the index cannot be built: " + failure.toLowerCase(Locale.ROOT));
            }
        }
    }
}
