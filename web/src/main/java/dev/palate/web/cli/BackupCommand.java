package dev.palate.web.cli;

import dev.palate.memory.backup.Backup;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.web.PalateProperties;
import dev.palate.web.job.BackupRuns;
import dev.palate.web.security.LocalDoor;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `palate backup`: a copy of the truth at one moment, made by the running server when there is one.
@Command(
        name = "backup",
        description = "Copies the truth as it is at one moment, while Palate runs or not, with a manifest beside it,"
                + " and the domain rule in force. The index and the models are built anew from it.",
        mixinStandardHelpOptions = true)
public final class BackupCommand implements Callable<Integer> {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("'truth-'yyyyMMdd-HHmmss'.db'").withZone(ZoneOffset.UTC);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DirectoryOption data = new DirectoryOption();

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "The back-up, which must not be there yet; backups/truth-DATE-TIME.db in the data directory"
                    + " when not given.")
    private @Nullable Path file;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PalateProperties settings = Settings.read();
        if (settings.truth().onServer()) {
            spec.commandLine()
                    .getErr()
                    .println("palate: the truth is on PostgreSQL; back it up with pg_dump --format=custom --file=FILE"
                            + " DATABASE, and after a pg_restore run ./palate restore --mark");
            return 1;
        }
        Path to = target();
        Optional<LocalDoor.Address> address = LocalCalls.server(data.directory());
        if (address.isEmpty()) {
            out.println("Made " + here(to));
            return 0;
        }
        JobWatch.Seen end = ask(address.get(), to, out);
        if (end.succeeded()) {
            out.println("Made " + end.detail());
            return 0;
        }
        spec.commandLine().getErr().println("palate: back-up " + end.status() + ": " + end.detail());
        return 1;
    }

    private Path target() throws IOException {
        Path given = file;
        if (given != null) {
            return given.toAbsolutePath().normalize();
        }
        Path folder = data.directory().toAbsolutePath().normalize().resolve("backups");
        if (Files.isDirectory(data.directory())) {
            Files.createDirectories(folder);
        }
        return folder.resolve(NAME.format(Clock.systemUTC().instant()));
    }

    private String here(Path to) throws IOException {
        if (!Files.exists(data.directory().resolve("truth.db"))) {
            throw new IOException(data.directory() + " holds no truth to back up; name another with --data");
        }
        Clock clock = Clock.systemUTC();
        try (DataDirectory directory = DataDirectory.open(data.directory());
                SqlTruth truth = SqlTruth.open(directory, clock)) {
            return BackupRuns.summary(to, Backup.make(truth, to, directory.domainRule(), clock));
        }
    }

    private static JobWatch.Seen ask(LocalDoor.Address server, Path to, PrintWriter out)
            throws IOException, InterruptedException {
        String file = URLEncoder.encode(to.toString(), StandardCharsets.UTF_8);
        return JobWatch.followServer(
                server, LocalCalls.call(server, "POST", "/local/backups?file=" + file), "back-up", out);
    }
}
