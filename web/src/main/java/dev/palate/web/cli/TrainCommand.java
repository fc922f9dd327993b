package dev.palate.web.cli;

import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.evaluation.TunedSettings;
import dev.palate.web.PalateProperties;
import dev.palate.web.job.HeavyWork;
import dev.palate.web.job.Trainer;
import dev.palate.web.security.LocalDoor;
import dev.palate.web.wiring.TruthPlaces;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `palate train`: trains the collaborative model, in the running server when there is one.
@Command(
        name = "train",
        description = "Trains the collaborative model from the interactions and activates it; goes on with a training"
                + " that was cut short.",
        subcommands = {
            TrainingCommands.Status.class,
            TrainingCommands.Cancel.class,
            TrainingCommands.Activate.class,
            TrainingCommands.RollBack.class
        },
        mixinStandardHelpOptions = true)
public final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DirectoryOption data = new DirectoryOption();

    @Option(
            names = "--tuned",
            split = ",",
            paramLabel = "FILE[,FILE]",
            description =
                    "tune.json of als, ease, item-knn or transitions, as ./palate tune wrote it: this and all later"
                            + " trainings learn with these settings.")
    private List<Path> files = List.of();

    @Option(names = "--untuned", description = "Forgets what --tuned kept: the defaults serve again.")
    private boolean untuned;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try {
            return train();
        } catch (RetrievalException e) {
            spec.commandLine().getErr().println("palate: " + e.getMessage());
            return 1;
        }
    }

    /// What is to be kept; absent when nothing is said of it.
    private Optional<TunedSettings> tuned() {
        if (untuned && !files.isEmpty()) {
            throw new RetrievalException(
                    RetrievalException.Code.BAD_INPUT, "--tuned and --untuned exclude each other: give one of them");
        }
        return untuned || !files.isEmpty() ? Optional.of(TunedSettings.read(files)) : Optional.empty();
    }

    private int train() throws IOException, InterruptedException {
        Optional<TunedSettings> tuned = tuned();
        PrintWriter out = spec.commandLine().getOut();
        Optional<LocalDoor.Address> address = LocalCalls.server(data.directory());
        JobWatch.Seen end = address.isPresent() ? ask(address.get(), tuned, out) : trainHere(tuned, out);
        if (end.succeeded()) {
            out.println("Trained: " + end.detail());
            return 0;
        }
        spec.commandLine().getErr().println("palate: training " + end.status() + ": " + end.detail());
        return 1;
    }

    private static JobWatch.Seen ask(LocalDoor.Address server, Optional<TunedSettings> tuned, PrintWriter out)
            throws IOException, InterruptedException {
        String query = tuned.map(settings -> "?tuned=" + URLEncoder.encode(settings.toJson(), StandardCharsets.UTF_8))
                .orElse("");
        return JobWatch.followServer(
                server, LocalCalls.call(server, "POST", "/local/training" + query), "training", out);
    }

    private JobWatch.Seen trainHere(Optional<TunedSettings> tuned, PrintWriter out)
            throws IOException, InterruptedException {
        Clock clock = Clock.systemUTC();
        PalateProperties settings = Settings.read();
        Trainer.Ingredients ingredients =
                Trainer.Ingredients.ofThisMachine().with(settings.embedding().chosen());
        try (DataDirectory directory = DataDirectory.open(data.directory());
                SqlTruth truth = SqlTruth.open(TruthPlaces.of(settings, directory), directory, clock)) {
            Trainer.Learnt learnt = new Trainer.Learnt(truth.catalog(), truth.interactions(), truth.changes());
            ModelRegistry registry =
                    TrainingCommands.registry(directory, spec.commandLine().getErr());
            try (Trainer trainer = new Trainer(
                    learnt, ingredients, truth.jobs(), new HeavyWork(), registry, directory.models(), clock)) {
                tuned.ifPresent(trainer::tune);
                return follow(trainer.start().id(), truth.jobs(), out);
            }
        }
    }

    /// Shows the job of this process until it has ended.
    static JobWatch.Seen follow(JobId id, Jobs jobs, PrintWriter out) throws IOException, InterruptedException {
        return JobWatch.follow(
                () -> {
                    Job job = jobs.job(id).orElseThrow();
                    return new JobWatch.Seen(job.status().key(), job.progress(), job.detail());
                },
                "training",
                out);
    }
}
