package dev.palate.web.cli;

import dev.palate.memory.MemoryException;
import dev.palate.memory.dataset.DatasetImport;
import dev.palate.memory.dataset.DatasetReader;
import dev.palate.memory.dataset.JsonLinesReader;
import dev.palate.memory.dataset.MovieLensReader;
import dev.palate.memory.dataset.RejectedRow;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.web.wiring.TruthPlaces;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `palate import`: brings a data set into a data directory that no server holds.
@Command(
        name = "import",
        description = "Imports a data set; running it again completes or repeats it without doubling anything.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:imported, or everything was there already",
            "1:the disk or the database refused; what was written stays, run it again",
            "2:the command line is wrong",
            "3:the data set is malformed or has too many bad rows; nothing was written",
            "4:a running Palate holds the data directory; nothing was written"
        })
public final class ImportCommand implements Callable<Integer> {
    private static final int SHOWN = 5;

    /// The formats that can be read.
    enum Format {
        movielens,
        jsonl
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            description = "movielens (a folder with movies.csv and ratings.csv) or jsonl (a file, or a folder with"
                    + " items.jsonl and interactions.jsonl).")
    private Format format = Format.movielens;

    @Parameters(paramLabel = "PATH", description = "The data set.")
    private Path path = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = ".palate/data",
            description = "The data directory (${DEFAULT-VALUE}).")
    private Path data = Path.of("");

    @Option(
            names = "--max-rejected",
            paramLabel = "PERCENT",
            defaultValue = "1",
            description = "How many rows in a hundred may be bad before the import is refused (${DEFAULT-VALUE}).")
    private double maxRejected;

    @Override
    public Integer call() {
        if (!(maxRejected >= 0 && maxRejected <= 100)) {
            throw new ParameterException(
                    spec.commandLine(), "--max-rejected must be a percentage in [0, 100], was " + maxRejected);
        }
        ProgressLine progress = ProgressLine.of(spec.commandLine().getErr());
        try {
            // Before the directory is opened, so that a wrong path makes nothing.
            DatasetReader reader = reader();
            DatasetImport.Result result = run(reader, progress);
            progress.end();
            show(result);
            return 0;
        } catch (MemoryException e) {
            progress.end();
            return failed(e);
        }
    }

    private DatasetReader reader() {
        return switch (format) {
            case movielens -> new MovieLensReader(path);
            case jsonl -> new JsonLinesReader(path);
        };
    }

    private DatasetImport.Result run(DatasetReader reader, ProgressLine progress) {
        Clock clock = Clock.systemUTC();
        try (DataDirectory directory = DataDirectory.open(data);
                SqlTruth truth = SqlTruth.open(TruthPlaces.of(Settings.read(), directory), clock)) {
            truth.jobs().failAbandoned();
            DatasetImport.Target target = new DatasetImport.Target(
                    truth.catalog(), truth.users(), truth.interactions(), truth.jobs(), directory.logs());
            return new DatasetImport(target, clock, maxRejected / 100)
                    .run(reader, (phase, done, total) -> progress.rows(words(phase), done, total));
        }
    }

    private static String words(DatasetImport.Phase phase) {
        return switch (phase) {
            case CHECK -> "checking";
            case ITEMS -> "writing items";
            case USERS -> "writing users";
            case INTERACTIONS -> "writing interactions";
        };
    }

    private void show(DatasetImport.Result result) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(DatasetImport.summary(result));
        result.examples().stream().limit(SHOWN).forEach(row -> out.println("  " + line(row)));
        if (result.report() != null) {
            out.println("All rejected rows: " + result.report());
        }
        out.flush();
    }

    private static String line(RejectedRow row) {
        return row.place().file() + ":" + row.place().line() + " " + row.reason();
    }

    private int failed(MemoryException e) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("palate: " + e.getMessage());
        int code = switch (e.code()) {
            case BAD_FILE, BAD_INPUT -> 3;
            case DIRECTORY_HELD -> {
                err.println("A running Palate owns its data. Stop it, import, and start it again; or import"
                        + " into another directory with --data.");
                yield 4;
            }
            case NOT_FOUND, REVISION_CONFLICT, LOCKED, LIMIT, BUSY, DEADLINE, STORAGE -> 1;
        };
        err.flush();
        return code;
    }
}
