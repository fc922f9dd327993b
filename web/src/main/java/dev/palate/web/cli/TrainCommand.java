package dev.palate.web.cli;

import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.web.job.Trainer;
import dev.palate.web.security.LocalDoor;
import dev.palate.web.wiring.TruthPlaces;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Optional<LocalDoor.Address> address = LocalDoor.of(data.directory()).filter(LocalCalls::answers);
        JobWatch.Seen end = address.isPresent() ? ask(address.get(), out) : trainHere(out);
        if (end.succeeded()) {
            out.println("Trained: " + end.detail());
            return 0;
        }
        spec.commandLine().getErr().println("palate: training " + end.status() + ": " + end.detail());
        return 1;
    }

    private static JobWatch.Seen ask(LocalDoor.Address server, PrintWriter out)
            throws IOException, InterruptedException {
        return JobWatch.followServer(server, LocalCalls.call(server, "POST", "/local/training"), "training", out);
    }

    private JobWatch.Seen trainHere(PrintWriter out) throws IOException, InterruptedException {
        Clock clock = Clock.systemUTC();
        try (DataDirectory directory = DataDirectory.open(data.directory());
                SqlTruth truth = SqlTruth.open(TruthPlaces.of(Settings.read(), directory), directory, clock)) {
            Trainer.Learnt learnt = new Trainer.Learnt(truth.catalog(), truth.interactions(), truth.changes());
            ModelRegistry registry =
                    TrainingCommands.registry(directory, spec.commandLine().getErr());
            try (Trainer trainer = new Trainer(
                    learnt, Trainer.Besides.ofThisMachine(), truth.jobs(), registry, directory.models(), clock)) {
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
