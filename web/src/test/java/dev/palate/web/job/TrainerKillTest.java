package dev.palate.web.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.MemoryException;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.sequence.TorchRuntime;
import dev.palate.web.job.TrainerVictim.Opened;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process that trains is killed, and the next one goes on with its job.
@Timeout(300)
class TrainerKillTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final Pattern EPOCH = Pattern.compile("sequence epoch (\\d+),.*");

    private final boolean withSequence = TorchRuntime.of(System.getenv()).jars().isPresent();

    @TempDir
    Path folder;

    @Test
    void aKilledTrainingGoesOnOverTheSameInputAndFromItsCheckpoint() throws Exception {
        JobId job = killed(this::farEnough);
        try (Opened opened = Opened.of(folder)) {
            Jobs jobs = opened.truth().jobs();
            TrainingState left = opened.trainer().newest(1).getFirst().state();
            int epochs = left.curve().size();
            assertThat(epochs).as("with PyTorch: %s", withSequence).isGreaterThanOrEqualTo(withSequence ? 4 : 0);
            assertThat(left.resumed()).isZero();
            assertThat(jobs.job(job).orElseThrow().status()).isEqualTo(JobStatus.RUNNING);
            // What comes between the two is for the next training, as what comes during one is.
            opened.truth().interactions().append(List.of(TrainerVictim.event("late", 3, 5_000_000)));

            assertThat(opened.trainer().takeUp().orElseThrow().id()).isEqualTo(job);
            List<String> details = followed(jobs, job);

            Job ended = jobs.job(job).orElseThrow();
            assertThat(ended.status()).as(ended.detail()).isEqualTo(JobStatus.SUCCEEDED);
            assertThat(ended.detail()).endsWith("; taken up again once after an end of the process");
            ModelSnapshot model = opened.registry().active().orElseThrow();
            assertThat(model.about().version().value()).isEqualTo(left.version());
            assertThat(model.about().changeNumber()).isEqualTo(left.change());
            assertThat(model.about().users()).isEqualTo(TrainerVictim.USERS);
            TrainingState done = opened.trainer().newest(1).getFirst().state();
            assertThat(done.resumed()).isEqualTo(1);
            assertThat(done.curve().stream().limit(epochs).toList()).isEqualTo(left.curve());
            assertThat(done.curve())
                    .extracting(TrainingState.Point::epoch)
                    .isSorted()
                    .doesNotHaveDuplicates();
            assertThat(model.sequence().isPresent()).isEqualTo(withSequence);
            if (withSequence) {
                assertThat(details.stream()
                                .map(EPOCH::matcher)
                                .filter(Matcher::matches)
                                .map(found -> found.group(1)))
                        .as("a checkpoint follows every second epoch")
                        .allSatisfy(epoch -> assertThat(Integer.parseInt(epoch)).isGreaterThan(epochs - 2));
            }
            assertThat(leftovers()).isEmpty();

            followed(jobs, opened.trainer().start().id());
            assertThat(opened.registry().active().orElseThrow().about().users()).isEqualTo(TrainerVictim.USERS + 1);
        }
    }

    @Test
    void withoutItsInputItBeginsAnewUnderItsJob() throws Exception {
        JobId job = killed(TrainerKillTest::learning);
        for (Path file : leftovers()) {
            Files.delete(file);
        }
        try (Opened opened = Opened.of(folder)) {
            opened.truth().interactions().append(List.of(TrainerVictim.event("late", 3, 5_000_000)));
            // Asked for by somebody who does not know of it: the same goes on.
            assertThat(opened.trainer().start().id()).isEqualTo(job);
            followed(opened.truth().jobs(), job);
            Job ended = opened.truth().jobs().job(job).orElseThrow();
            assertThat(ended.status()).as(ended.detail()).isEqualTo(JobStatus.SUCCEEDED);
            assertThat(opened.registry().active().orElseThrow().about().users()).isEqualTo(TrainerVictim.USERS + 1);
        }
    }

    /// Also where the erasure has not come to the files of training yet: the database has forgotten, that is enough.
    @Test
    void whoWasErasedMeanwhileIsNotLearntFrom() throws Exception {
        JobId job = killed(TrainerKillTest::learning);
        try (Opened opened = Opened.of(folder);
                Erasure erasure = opened.truth().erasure(List.of())) {
            // Without its background work, which would remove the files: so it stands between the two.
            JobId erasing = erasure.begin(new UserId("u7"));
            assertThat(erasure.state(erasing).orElseThrow().ended()).isFalse();
            assertThat(leftovers()).as("the input with the user in it").isNotEmpty();
            assertThat(opened.trainer().takeUp().orElseThrow().id()).isEqualTo(job);
            followed(opened.truth().jobs(), job);
            assertThat(opened.registry().active().orElseThrow().about().users()).isEqualTo(TrainerVictim.USERS - 1);
        }
    }

    /// As a process leaves it that ends between the model and its activation.
    @Test
    void aModelThatLearntFromSomebodyErasedSinceIsNotActivated() throws Exception {
        JobId job;
        try (Opened opened = Opened.of(folder)) {
            opened.truth().interactions().append(TrainerVictim.events());
            Jobs jobs = opened.truth().jobs();
            Job first = opened.trainer().start(Trainer.Extent.QUICK, Trainer.Cause.ASKED);
            followed(jobs, first.id());
            TrainingState done = opened.trainer().newest(1).getFirst().state();
            String version = "29990101T000000000Z";
            Files.copy(
                    opened.registry().file(new ModelVersion(done.version())),
                    opened.registry().file(new ModelVersion(version)));
            job = jobs.start(Trainer.KIND, "").id();
            TrainingState left = TrainingState.fresh(Trainer.Extent.QUICK, Trainer.Cause.ASKED, version)
                    .with(done.change(), done.epoch(), done.interactions());
            jobs.keepState(job, left.toJson());
        }
        try (Opened opened = Opened.of(folder);
                Erasure erasure = opened.truth().erasure(List.of())) {
            erasure.begin(new UserId("u7"));
            assertThat(opened.trainer().takeUp().orElseThrow().id()).isEqualTo(job);
            followed(opened.truth().jobs(), job);
            Job ended = opened.truth().jobs().job(job).orElseThrow();
            assertThat(ended.status()).as(ended.detail()).isEqualTo(JobStatus.SUCCEEDED);
            assertThat(opened.registry().active().orElseThrow().about().users()).isEqualTo(TrainerVictim.USERS - 1);
        }
    }

    @Test
    void whatEndsTheProcessEachTimeIsGivenUp() throws Exception {
        Job job;
        try (Opened opened = Opened.of(folder)) {
            job = opened.truth().jobs().start(Trainer.KIND, "");
            TrainingState state = TrainingState.fresh(Trainer.Extent.WHOLE, Trainer.Cause.ASKED, "v");
            for (int i = 0; i < ChildRun.MOST_RESUMED; i++) {
                state = state.takenUp();
            }
            opened.truth().jobs().keepState(job.id(), state.toJson());
            Files.writeString(opened.directory().models().resolve("training-" + job.id() + ".input"), "");
        }
        try (Opened opened = Opened.of(folder)) {
            assertThat(opened.trainer().takeUp()).isEmpty();
            Job ended = opened.truth().jobs().job(job.id()).orElseThrow();
            assertThat(ended.status()).isEqualTo(JobStatus.FAILED);
            assertThat(ended.detail()).startsWith("given up: the process ended during it 6 times");
            assertThat(leftovers()).isEmpty();
        }
    }

    @Test
    void aTrainingInsideARestoredBackUpIsNotTakenUp() throws Exception {
        Job job;
        try (Opened opened = Opened.of(folder)) {
            job = opened.truth().jobs().start(Trainer.KIND, "");
            long other = opened.truth().changes().epoch() + 1;
            TrainingState state = TrainingState.fresh(Trainer.Extent.WHOLE, Trainer.Cause.ASKED, "v");
            opened.truth().jobs().keepState(job.id(), state.with(-1, other, 0).toJson());
        }
        try (Opened opened = Opened.of(folder)) {
            assertThat(opened.trainer().takeUp()).isEmpty();
            Job ended = opened.truth().jobs().job(job.id()).orElseThrow();
            assertThat(ended.status()).isEqualTo(JobStatus.FAILED);
            assertThat(ended.detail()).startsWith("it belongs to the database as it was before a back-up was restored");
        }
    }

    /// The second call of the same erasure comes when another training may be under way.
    @Test
    void theFilesOfATrainingThatBeganAfterAnErasureStay() throws Exception {
        try (Opened opened = Opened.of(folder)) {
            opened.truth().interactions().append(TrainerVictim.events());
            Path models = opened.directory().models();
            Files.writeString(models.resolve("training-sequence.checkpoint"), "of an earlier training");
            JobId job = opened.trainer()
                    .start(Trainer.Extent.QUICK, Trainer.Cause.ASKED)
                    .id();
            Files.writeString(models.resolve("training-other.input"), "of an earlier training");
            Path input = models.resolve("training-" + job + ".input");
            Instant end = Instant.now().plus(DEADLINE);
            while (!Files.exists(input)) {
                assertThat(Instant.now()).isBefore(end);
                Thread.sleep(1);
            }
            UserId user = new UserId("somebody");
            TrainingFiles files = new TrainingFiles(opened.registry(), opened.trainer(), models);
            assertThat(files.erase(user)).isEqualTo(2);
            assertThat(files.remaining(user)).isZero();
            assertThat(leftovers()).contains(input);
            followed(opened.truth().jobs(), job);
            Job ended = opened.truth().jobs().job(job).orElseThrow();
            assertThat(ended.status()).as(ended.detail()).isEqualTo(JobStatus.SUCCEEDED);

            JobId second = opened.trainer()
                    .start(Trainer.Extent.QUICK, Trainer.Cause.ASKED)
                    .id();
            assertThat(second).isNotEqualTo(job);
            assertThat(opened.trainer().clean()).isPresent();
            assertThat(new TrainingChild(opened.trainer()).erase(user)).isEqualTo(1);
            assertThat(opened.trainer().clean()).isEmpty();
        }
    }

    @Test
    void progressThatCannotBeNotedDoesNotEndATraining() throws Exception {
        try (Opened opened = Opened.of(folder)) {
            opened.truth().interactions().append(TrainerVictim.events());
            AtomicInteger refused = new AtomicInteger();
            Jobs jobs = opened.truth().jobs();
            Jobs without = (Jobs) Proxy.newProxyInstance(
                    Jobs.class.getClassLoader(), new Class<?>[] {Jobs.class}, (_, method, arguments) -> {
                        if (method.getName().equals("update")
                                && arguments[1] == JobStatus.RUNNING
                                && (double) arguments[2] > 0) {
                            refused.incrementAndGet();
                            throw new MemoryException(MemoryException.Code.BUSY, "the disk is full");
                        }
                        return method.invoke(jobs, arguments);
                    });
            try (Trainer trainer = new Trainer(
                    new Trainer.Learnt(
                            opened.truth().catalog(),
                            opened.truth().interactions(),
                            opened.truth().changes()),
                    Trainer.Ingredients.ofThisMachine(),
                    without,
                    opened.heavy(),
                    opened.registry(),
                    opened.directory().models(),
                    Clock.systemUTC())) {
                JobId job =
                        trainer.start(Trainer.Extent.QUICK, Trainer.Cause.ASKED).id();
                followed(jobs, job);
                Job ended = jobs.job(job).orElseThrow();
                assertThat(ended.status()).as(ended.detail()).isEqualTo(JobStatus.SUCCEEDED);
                assertThat(refused.get()).isGreaterThan(1);
            }
        }
    }

    @Test
    void aStoppedTrainingIsLeftForTheNextStartAndACancelledOneIsNot() throws Exception {
        JobId job;
        try (Opened opened = Opened.of(folder)) {
            opened.truth().interactions().append(List.of(TrainerVictim.event("one", 1, 1)));
            job = opened.trainer().start().id();
        }
        try (Opened opened = Opened.of(folder)) {
            Job left = opened.truth().jobs().job(job).orElseThrow();
            assertThat(left.status()).as(left.detail()).isEqualTo(JobStatus.RUNNING);
            assertThat(left.detail()).isEqualTo("stopped; it goes on at the next start");
            assertThat(opened.trainer().takeUp().orElseThrow().id()).isEqualTo(job);
            assertThat(opened.trainer().cancel(job)).isTrue();
            followed(opened.truth().jobs(), job);
            assertThat(opened.truth().jobs().job(job).orElseThrow().status()).isEqualTo(JobStatus.CANCELLED);
        }
        try (Opened opened = Opened.of(folder)) {
            assertThat(opened.trainer().takeUp()).isEmpty();
        }
    }

    private boolean farEnough(String line) {
        Matcher epoch = EPOCH.matcher(line.replaceFirst("^at ", ""));
        return withSequence ? epoch.matches() && Integer.parseInt(epoch.group(1)) >= 4 : learning(line);
    }

    /// The input is written and the child is at work.
    private static boolean learning(String line) {
        return line.startsWith("at sequence epoch") || line.startsWith("at trial-") || line.startsWith("at ranker");
    }

    /// Trains in a process of its own and kills it at a line of its report.
    private JobId killed(Predicate<String> when) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TrainerVictim.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        List<String> said = new ArrayList<>();
        Optional<String> job = Optional.empty();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                job = line.startsWith("job ") ? Optional.of(line.substring(4)) : job;
                if (when.test(line)) {
                    break;
                }
            }
        } finally {
            process.toHandle().destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(said).as("before the kill").anyMatch(when);
        return new JobId(job.orElseThrow());
    }

    /// What the job said until it ended.
    private static List<String> followed(Jobs jobs, JobId job) throws InterruptedException {
        List<String> details = new ArrayList<>();
        Instant end = Instant.now().plus(DEADLINE);
        Job seen = jobs.job(job).orElseThrow();
        while (seen.status() == JobStatus.PENDING || seen.status() == JobStatus.RUNNING) {
            assertThat(Instant.now()).as(seen.detail()).isBefore(end);
            details.add(seen.detail());
            Thread.sleep(2);
            seen = jobs.job(job).orElseThrow();
        }
        return details;
    }

    private List<Path> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("models"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("training-"))
                    .toList();
        }
    }
}
