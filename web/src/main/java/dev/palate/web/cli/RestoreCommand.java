package dev.palate.web.cli;

import dev.palate.memory.backup.Restore;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.web.PalateProperties;
import dev.palate.web.wiring.TruthPlaces;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `palate restore`: puts a back-up in the place of the truth, or marks a PostgreSQL database that was put back.
@Command(
        name = "restore",
        description = "Puts a back-up in the place of the truth of a directory that no Palate holds. What was written"
                + " after the back-up is gone; the index is built anew at the next start.",
        mixinStandardHelpOptions = true)
public final class RestoreCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DirectoryOption data = new DirectoryOption();

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The back-up; its manifest FILE.json beside it.")
    private @Nullable Path file;

    @Option(
            names = "--mark",
            description = "Restores nothing: says that the database was put back by other means, such as pg_restore,"
                    + " so that everything built from it is built anew.")
    private boolean mark;

    @Override
    public Integer call() {
        Path backup = file;
        if (mark == (backup != null)) {
            throw new ParameterException(spec.commandLine(), "name either the FILE to restore or --mark");
        }
        PrintWriter out = spec.commandLine().getOut();
        PalateProperties settings = Settings.read();
        Clock clock = Clock.systemUTC();
        if (backup == null) {
            try (DataDirectory directory = DataDirectory.open(data.directory())) {
                long epoch = SqlTruth.beginEpoch(TruthPlaces.of(settings, directory), directory, clock);
                out.println("Marked: epoch " + epoch + " began; the index is built anew at the next start");
                return 0;
            }
        }
        if (settings.truth().onServer()) {
            spec.commandLine()
                    .getErr()
                    .println("palate: the truth is on PostgreSQL; put it back with pg_restore, then run"
                            + " ./palate restore --mark");
            return 1;
        }
        try (DataDirectory directory = DataDirectory.open(data.directory())) {
            Restore.Restored restored =
                    Restore.into(directory, backup.toAbsolutePath().normalize(), clock);
            out.println("Restored " + backup + " of " + restored.manifest().madeAt() + ", up to change "
                    + restored.manifest().change() + "; epoch " + restored.epoch()
                    + " began, the index is built anew at the next start"
                    + rule(restored.manifest().domainRule()));
            return 0;
        }
    }

    private static String rule(@Nullable String rule) {
        if (rule == null) {
            return "";
        }
        return rule.isEmpty()
                ? "; the domain rule that was in force is gone, the pack's first holds, as when the back-up was made"
                : "; the domain rule in force is the back-up's";
    }
}
