package dev.palate.web.cli;

import dev.palate.memory.Page;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.dataset.DatasetImport;
import dev.palate.memory.dataset.DatasetReader;
import dev.palate.memory.dataset.JsonLinesReader;
import dev.palate.memory.dataset.MovieLensReader;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.user.Users;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.web.job.Trainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `palate demo`: imports a shipped sample where there are no items, trains where there is something to learn from and
/// no model, and serves.
@Command(
        name = "demo",
        description = "Imports a shipped sample, trains, and serves it; a second start finds everything there.",
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    private static final double MAX_REJECTED = 0.01;

    /// The status of a process that a signal ended.
    private static final int INTERRUPTED = 130;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DirectoryOption data = new DirectoryOption();

    @Option(names = "--port", paramLabel = "PORT", description = "The port; 8080 when not set, 0 for a free one.")
    private int port = -1;

    @Option(names = "--no-llm", description = "Stay without a language model.")
    private boolean withoutModel;

    @Option(
            names = "--sample",
            paramLabel = "SAMPLE",
            defaultValue = "films",
            description = "films, or shop: a small shop for the kitchen where nobody has bought anything yet, kept in"
                    + " .palate/shop (${DEFAULT-VALUE}).")
    private Sample sample = Sample.films;

    /// What ships with Palate.
    enum Sample {
        films("data", "ml-latest-small"),
        shop("shop", "small-shop");

        private final String directory;
        private final String dataset;

        Sample(String directory, String dataset) {
            this.directory = directory;
            this.dataset = dataset;
        }

        DatasetReader reader(Path folder) {
            return this == films ? new MovieLensReader(folder) : new JsonLinesReader(folder);
        }
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Path directory = data.directoryOr(sample.directory);
        if (RunningServer.isRunning(directory)) {
            spec.commandLine()
                    .getErr()
                    .println("palate: a server runs over " + directory + "; ./palate login prints a link to it");
            return 1;
        }
        Phases phases = new Phases(out);
        RunningServer server = RunningServer.start(new RunningServer.Options(
                directory, port, !withoutModel, sample == Sample.films ? null : sample.name()));
        phases.done("server", server.address());
        try {
            importSample(server, phases, out);
            train(server, phases, out);
            WarmUp.run(server);
            phases.done("warm-up");
            Welcome.show(server, out);
        } catch (IOException | RuntimeException e) {
            if (server.open()) {
                server.close();
                throw e;
            }
            return INTERRUPTED;
        }
        new ModelWatch(server, out).begin();
        server.awaitClosed();
        return 0;
    }

    /// True when the items are there as a whole: an import that was cut short is run again.
    private static boolean imported(RunningServer server) {
        if (server.part(Catalog.class).count() == 0) {
            return false;
        }
        return server.part(Jobs.class).page(null, Page.MAX_LIMIT).items().stream()
                .filter(job -> job.kind().equals("import"))
                .findFirst()
                .map(job -> job.status() == JobStatus.SUCCEEDED)
                .orElse(true);
    }

    private void importSample(RunningServer server, Phases phases, PrintWriter out) throws IOException {
        if (imported(server)) {
            return;
        }
        Path folder = Path.of(System.getProperty("palate.project.root", "."), "datasets", sample.dataset);
        if (!Files.isDirectory(folder)) {
            throw new IOException("the shipped sample is missing: " + folder + " is no folder");
        }
        DatasetImport.Target target = new DatasetImport.Target(
                server.part(Catalog.class),
                server.part(Users.class),
                server.part(Interactions.class),
                server.part(Jobs.class),
                server.part(DataDirectory.class).logs());
        ProgressLine line = ProgressLine.of(out);
        DatasetImport.Result result = new DatasetImport(target, Clock.systemUTC(), MAX_REJECTED)
                .run(
                        sample.reader(folder),
                        (phase, done, total) ->
                                line.rows("importing: " + phase.name().toLowerCase(Locale.ROOT), done, total));
        line.end();
        server.part(Freshness.class).refresh();
        phases.done("import", DatasetImport.summary(result));
    }

    private static void train(RunningServer server, Phases phases, PrintWriter out)
            throws IOException, InterruptedException {
        boolean nothing = server.part(Interactions.class).count() == 0;
        if (nothing) {
            phases.done("training", "nobody has done anything yet; lists go by words until somebody has");
        }
        if (nothing || server.part(ModelRegistry.class).active().isPresent()) {
            return;
        }
        Trainer trainer = server.part(Trainer.class);
        JobId job;
        try {
            job = trainer.start(Trainer.Extent.QUICK, Trainer.Cause.FIRST).id();
        } catch (RetrievalException e) {
            if (e.code() != RetrievalException.Code.REFUSED) {
                throw e;
            }
            // A lab of before goes on.
            phases.done("training", String.valueOf(e.getMessage()));
            return;
        }
        JobWatch.Seen end = TrainCommand.follow(job, server.part(Jobs.class), out);
        phases.done("training", end.succeeded() ? end.detail() : end.status() + ": " + end.detail());
    }
}
