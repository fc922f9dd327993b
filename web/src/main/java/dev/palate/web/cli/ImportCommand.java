package dev.palate.web.cli;

import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.domain.Lexicon;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.extraction.TextMeaning;
import dev.palate.memory.Ids;
import dev.palate.memory.MemoryException;
import dev.palate.memory.dataset.Column;
import dev.palate.memory.dataset.DatasetImport;
import dev.palate.memory.dataset.DatasetReader;
import dev.palate.memory.dataset.DelimitedOptions;
import dev.palate.memory.dataset.DelimitedReader;
import dev.palate.memory.dataset.JsonLinesReader;
import dev.palate.memory.dataset.MemoryDoor;
import dev.palate.memory.dataset.MovieLensReader;
import dev.palate.memory.dataset.RejectedRow;
import dev.palate.memory.gate.GatedMemories;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.gate.Similarity;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.web.PalateProperties;
import dev.palate.web.wiring.TruthPlaces;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `palate import`: brings a data set into a data directory that no server holds.
@Command(
        name = "import",
        description = "Imports a data set; one that was interrupted goes on where it stopped, a whole one is repeated"
                + " without doubling anything.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:imported, or everything was there already",
            "1:the disk or the database refused; what was written stays, run it again to go on",
            "2:the command line is wrong",
            "3:the data set is malformed or has too many bad rows; nothing was written",
            "4:a running Palate holds the data directory; nothing was written"
        })
public final class ImportCommand implements Callable<Integer> {
    private static final int SHOWN = 5;

    /// The formats that can be read.
    enum Format {
        movielens,
        jsonl,
        delimited
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            description = "movielens (a folder with movies.csv and ratings.csv), jsonl (a file, or a folder with"
                    + " items.jsonl, interactions.jsonl and memories.jsonl or some of them) or delimited (CSV, TSV and"
                    + " the like: files or folders; the header row says what a file holds).")
    private Format format = Format.movielens;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "The data set; several only for delimited.")
    private List<Path> paths = List.of();

    @Option(
            names = "--delimiter",
            paramLabel = "NAME",
            description = "Delimited: comma, tab, semicolon, pipe or colon; seen in the header when not given.")
    private @Nullable String delimiter;

    @Option(
            names = "--column",
            paramLabel = "COLUMN=HEADER",
            description = "Delimited: which header is a column, such as item_id=sku; may be repeated.")
    private Map<String, String> columns = new LinkedHashMap<>();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Delimited: what every interaction is, such as purchased.")
    private @Nullable String type;

    @Option(
            names = "--best-rating",
            paramLabel = "NUMBER",
            defaultValue = "5",
            description = "Delimited: the best rating there is (${DEFAULT-VALUE}).")
    private double bestRating;

    @Option(names = "--restart", description = "Begin anew also when an import of these files was interrupted.")
    private boolean restart;

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
        boolean forDelimited = delimiter != null || !columns.isEmpty() || type != null || bestRating != 5;
        if (format != Format.delimited && (forDelimited || paths.size() > 1)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--delimiter, --column, --type, --best-rating and several paths go with --format delimited, was "
                            + format);
        }
        return switch (format) {
            case movielens -> new MovieLensReader(paths.getFirst());
            case jsonl -> new JsonLinesReader(paths.getFirst());
            case delimited -> delimited();
        };
    }

    private DatasetReader delimited() {
        DelimitedOptions options;
        try {
            Map<Column, String> named = new TreeMap<>();
            columns.forEach((column, header) -> named.put(Column.ofKey(column), header));
            options = new DelimitedOptions(
                    delimiter == null ? null : DelimitedOptions.delimiter(delimiter), named, type, bestRating);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        DelimitedReader reader = new DelimitedReader(paths, options);
        reader.described().forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
        return reader;
    }

    private DatasetImport.Result run(DatasetReader reader, ProgressLine progress) {
        Clock clock = Clock.systemUTC();
        PalateProperties settings = Settings.read();
        try (DataDirectory directory = DataDirectory.open(data);
                SqlTruth truth = SqlTruth.open(TruthPlaces.of(settings, directory), directory, clock)) {
            truth.jobs().failAbandoned();
            DatasetImport.Target target = new DatasetImport.Target(
                    truth.catalog(),
                    truth.users(),
                    truth.interactions(),
                    truth.jobs(),
                    directory.logs(),
                    truth.importPositions(),
                    door(truth, settings, clock));
            Thread hint = Thread.ofPlatform().unstarted(() -> interrupted(progress));
            Runtime.getRuntime().addShutdownHook(hint);
            try {
                return new DatasetImport(target, clock, maxRejected / 100).run(reader, shown(progress), restart);
            } finally {
                ended(hint);
            }
        }
    }

    private static MemoryDoor door(SqlTruth truth, PalateProperties settings, Clock clock) {
        Lexicon lexicon = new Lexicon(DomainPackFile.of(settings.domain()));
        return new MemoryDoor(
                new GatedMemories(
                        new GatedMemories.Stores(
                                truth.memories(), truth.rejections(), truth.consents(), Similarity.UNKNOWN),
                        new Gates(settings.gates().policy()),
                        new Ids(clock),
                        clock),
                new TextMeaning(
                        new MessageReader(lexicon),
                        new CatalogSnapshots(lexicon, truth.catalog(), truth.interactions(), truth.changes())));
    }

    private DatasetImport.Progress shown(ProgressLine progress) {
        return new DatasetImport.Progress() {
            @Override
            public void at(DatasetImport.Phase phase, long done, long total) {
                progress.rows(words(phase), done, total);
            }

            @Override
            public void begins(String words) {
                spec.commandLine().getErr().println(words);
                spec.commandLine().getErr().flush();
            }
        };
    }

    private void interrupted(ProgressLine progress) {
        progress.end();
        PrintWriter err = spec.commandLine().getErr();
        err.println("palate: interrupted; what was written stays. Run the same command again to go on from there,"
                + " or add --restart to begin anew.");
        err.flush();
    }

    private static void ended(Thread hint) {
        try {
            Runtime.getRuntime().removeShutdownHook(hint);
        } catch (IllegalStateException e) {
            // The process is ending already, and the hint runs.
        }
    }

    private static String words(DatasetImport.Phase phase) {
        return switch (phase) {
            case CHECK -> "checking";
            case ITEMS -> "writing items";
            case USERS -> "writing users";
            case INTERACTIONS -> "writing interactions";
            case MEMORIES -> "writing memories";
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
