package dev.palate.web.job;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.embedding.ModelRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// A process that trains over a data directory and says where it is, to be killed: `TrainerVictim DIRECTORY`.
final class TrainerVictim {
    static final int USERS = 400;
    static final int ITEMS = 150;

    private TrainerVictim() {}

    /// A truth with its trainer, as a server has them.
    record Opened(DataDirectory directory, SqlTruth truth, ModelRegistry registry, HeavyWork heavy, Trainer trainer)
            implements AutoCloseable {
        static Opened of(Path folder) {
            return of(folder, Trainer.Ingredients.ofThisMachine(), Clock.systemUTC());
        }

        static Opened of(Path folder, Trainer.Ingredients ingredients, Clock clock) {
            DataDirectory directory = DataDirectory.open(folder);
            SqlTruth truth = SqlTruth.open(directory, clock);
            truth.jobs().failAbandoned();
            ModelRegistry registry = ModelRegistry.open(directory.models());
            HeavyWork heavy = new HeavyWork();
            Trainer trainer = new Trainer(
                    new Trainer.Learnt(truth.catalog(), truth.interactions(), truth.changes()),
                    ingredients,
                    truth.jobs(),
                    heavy,
                    registry,
                    directory.models(),
                    clock);
            return new Opened(directory, truth, registry, heavy, trainer);
        }

        @Override
        public void close() {
            trainer.close();
            truth.close();
            directory.close();
        }
    }

    /// Trains and says each step until it is killed.
    public static void main(String[] arguments) throws InterruptedException {
        try (Opened opened = Opened.of(Path.of(arguments[0]))) {
            if (opened.truth.interactions().count() == 0) {
                opened.truth.interactions().append(events());
            }
            JobId job = opened.trainer.start().id();
            System.out.println("job " + job);
            String said = "";
            Job seen = opened.truth.jobs().job(job).orElseThrow();
            while (seen.status() == JobStatus.PENDING || seen.status() == JobStatus.RUNNING) {
                String detail = seen.detail();
                if (!detail.equals(said)) {
                    System.out.println("at " + detail);
                    said = detail;
                }
                Thread.sleep(2);
                seen = opened.truth.jobs().job(job).orElseThrow();
            }
        }
    }

    /// The next item follows from the last one, mostly.
    static List<Interaction> events() {
        SplittableRandom random = new SplittableRandom(17);
        List<Interaction> events = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            int item = random.nextInt(ITEMS);
            for (int step = 0; step < 20; step++) {
                events.add(event("u" + user, item, 100_000L * step + user));
                item = (item + (random.nextInt(8) == 0 ? 7 : 1)) % ITEMS;
            }
        }
        return events;
    }

    static Interaction event(String user, int item, long seconds) {
        return new Interaction(
                new InteractionId(user + "-" + seconds),
                new UserId(user),
                new ItemId("i" + item),
                new Feedback.Rated(5),
                Instant.parse("2026-01-01T00:00:00Z").plusSeconds(seconds),
                null);
    }
}
