package dev.palate.web.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.ConsoleAppender;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The command line of Palate: `palate COMMAND`.
@Command(
        name = "palate",
        description = "A self-hosted recommender that remembers.",
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            LoginCommand.class,
            ImportCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            ChatEvaluateCommand.class,
            ChatSimulateCommand.class,
            ReportCommand.class,
            TuneCommand.class,
            LabCommand.class,
            ModelCommand.class,
            DomainCommand.class,
            MemoryCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            DoctorCommand.class,
            HelpCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
public final class Palate implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /// Runs a command and ends the process with its status.
    public static void main(String[] arguments) {
        quiet();
        System.exit(run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments));
    }

    /// What a command prints is its answer: until a server sets its own logging up, only warnings are said, beside it.
    private static void quiet() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logging) {
            Logger root = logging.getLogger(Logger.ROOT_LOGGER_NAME);
            root.setLevel(Level.WARN);
            root.iteratorForAppenders().forEachRemaining(appender -> {
                if (appender instanceof ConsoleAppender<?> console) {
                    console.setTarget("System.err");
                    console.start();
                }
            });
        }
    }

    /// Runs a command: 0 when it did what was asked, 1 when it could not, 2 when it was asked wrongly.
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new Palate())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    err.println("palate: " + Failures.line(e));
                    return 1;
                })
                .execute(arguments);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
