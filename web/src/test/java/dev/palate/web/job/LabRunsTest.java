package dev.palate.web.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.erase.Erasure;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.lab.LabOrder;
import dev.palate.retrieval.sequence.TorchRuntime;
import dev.palate.web.job.TrainerVictim.Opened;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Labs and the erasures that come between, before and after them.
@Timeout(300)
class LabRunsTest {
    private static final Duration DEADLINE = Duration.ofMinutes(3);
    private static final LabOrder SHORT = new LabOrder(List.of("hash"), List.of("2x"), 3);

    /// More than is done within seconds.
    private static final LabOrder LONG = new LabOrder(List.of("narrow", "dhe", "tt", "amtl"), List.of("2x", "4x"), 10);

    @TempDir
    Path folder;

    /// Also where the erasure has not come to the lab yet: the database has forgotten, that is enough.
    @Test
    void whoWasErasedMeanwhileIsNotMeasuredWith() throws Exception {
        JobId job;
        try (Opened opened = Opened.of(folder);
                LabRuns labs = labs(opened)) {
            opened.truth().interactions().append(TrainerVictim.events());
            job = labs.start(SHORT).id();
            awaited(opened, job, seen -> Files.exists(input()) && seen.detail().contains(" cells"));
        }
        try (Opened opened = Opened.of(folder);
                Erasure erasure = opened.truth().erasure(List.of());
                LabRuns labs = labs(opened)) {
            assertThat(opened.truth().jobs().job(job).orElseThrow().status()).isEqualTo(JobStatus.RUNNING);
            // Without its background work, which would end the lab: so it stands between the two.
            assertThat(erasure.state(erasure.begin(new UserId("u7")))
                            .orElseThrow()
                            .ended())
                    .isFalse();
            assertThat(input()).as("the input with the user in it").exists();
            assertThat(labs.takeUp().orElseThrow().id()).isEqualTo(job);
            Job ended = awaited(opened, job, LabRunsTest::ended);
            assertThat(ended.status()).as(ended.detail()).isEqualTo(JobStatus.SUCCEEDED);
            assertThat(ended.detail()).contains(" of " + (TrainerVictim.USERS - 1) + " users");
        }
    }

    @Test
    void aLabThatBeganAfterTheErasureGoesOnAndOneOfBeforeDoesNot() throws Exception {
        try (Opened opened = Opened.of(folder);
                Erasure erasure = opened.truth().erasure(List.of());
                LabRuns labs = labs(opened)) {
            opened.truth().interactions().append(TrainerVictim.events());
            // Without its background work: the places are still to come.
            erasure.begin(new UserId("u7"));
            JobId job = labs.start(LONG).id();
            awaited(opened, job, seen -> seen.detail().contains(" cells"));
            assertThat(labs.remaining(new UserId("u7"))).isZero();
            assertThat(labs.erase(new UserId("u7"))).isZero();
            assertThat(labs.running()).isPresent();
            assertThat(input()).exists();

            erasure.begin(new UserId("u8"));
            assertThat(labs.remaining(new UserId("u8"))).isEqualTo(2);
            assertThat(labs.erase(new UserId("u8"))).isEqualTo(2);
            assertThat(awaited(opened, job, LabRunsTest::ended).status()).isEqualTo(JobStatus.CANCELLED);
            assertThat(labs.remaining(new UserId("u8"))).isZero();
            assertThat(input()).doesNotExist();
        }
    }

    /// Rows of users that share them say of anybody that he is there.
    @Test
    void vectorsOfUsersOfAModelTrainedAfterTheErasureStay() throws Exception {
        Trainer.Ingredients tables = Trainer.Ingredients.of(
                        TorchRuntime.of(Map.of("PALATE_MODEL_CACHE", folder.toString())))
                .with(new ChosenTables("pq@2x", "hash@2x"));
        try (Opened opened = Opened.of(folder, tables, Clock.systemUTC());
                Erasure erasure = opened.truth().erasure(List.of())) {
            opened.truth().interactions().append(TrainerVictim.events());
            erasure.begin(new UserId("u7"));
            JobId job = opened.trainer().start().id();
            Job ended = awaited(opened, job, LabRunsTest::ended);
            assertThat(ended.detail()).contains("users hash@2x");
            UserVectorsErasure vectors = new UserVectorsErasure(opened.registry(), opened.trainer());
            assertThat(vectors.remaining(new UserId("u7"))).isZero();
            assertThat(vectors.erase(new UserId("u7"))).isZero();

            erasure.begin(new UserId("u8"));
            assertThat(vectors.remaining(new UserId("u8"))).isEqualTo(1);
            assertThat(vectors.erase(new UserId("u8"))).isEqualTo(1);
            assertThat(vectors.remaining(new UserId("u8"))).isZero();
        }
    }

    @Test
    void theCellsOfALabThatRanOutOfTimeAreThereForTheSameOrder() throws Exception {
        try (Opened opened = Opened.of(folder)) {
            opened.truth().interactions().append(TrainerVictim.events());
            Path journal = lab().resolve("work").resolve("journal.jsonl");
            JobId first = new JobId("none");
            // A busy machine may need longer for its first cells.
            for (int seconds : List.of(12, 40, 120)) {
                if (Files.exists(journal) && Files.readAllLines(journal).size() > 1) {
                    break;
                }
                Duration atMost = Duration.ofSeconds(seconds);
                try (LabRuns labs = labs(opened, atMost)) {
                    first = labs.start(LONG).id();
                    Job ended = awaited(opened, first, LabRunsTest::ended);
                    assertThat(ended.status()).isEqualTo(JobStatus.FAILED);
                    assertThat(ended.detail())
                            .startsWith("took longer than " + seconds + " s and was stopped: the cells");
                }
            }
            List<String> before = Files.readAllLines(journal);
            assertThat(before).hasSizeGreaterThan(1);
            try (LabRuns labs = labs(opened)) {
                assertThat(labs.takeUp()).isEmpty();
                JobId second = labs.start(LONG).id();
                assertThat(second).isNotEqualTo(first);
                awaited(opened, second, seen -> ended(seen) || seen.detail().contains(" cells"));
                assertThat(Files.readAllLines(journal)).startsWith(before.toArray(String[]::new));
                assertThat(labs.cancel(second)).isTrue();
                awaited(opened, second, LabRunsTest::ended);
                assertThat(input()).doesNotExist();
                assertThat(journal).doesNotExist();
            }
        }
    }

    @Test
    void aLabAndATrainingDoNotRunBesideEachOther() throws Exception {
        Trainer.Ingredients plain =
                Trainer.Ingredients.of(TorchRuntime.of(Map.of("PALATE_MODEL_CACHE", folder.toString())));
        try (Opened opened = Opened.of(folder, plain, Clock.systemUTC());
                LabRuns labs = labs(opened);
                TrainingSchedule schedule = new TrainingSchedule(
                        new TrainingSchedule.Policy(true, Duration.ofMinutes(1), 1, 0),
                        opened.trainer(),
                        opened.registry(),
                        new TrainingSchedule.Log(
                                () -> opened.truth().interactions().count(), _ -> 0),
                        Clock.systemUTC())) {
            opened.truth().interactions().append(TrainerVictim.events());
            Job lab = labs.start(LONG);
            awaited(opened, lab.id(), seen -> seen.detail().contains(" cells"));
            assertThatThrownBy(() -> opened.trainer().start())
                    .isInstanceOfSatisfying(
                            RetrievalException.class,
                            e -> assertThat(e.code()).isEqualTo(RetrievalException.Code.REFUSED))
                    .hasMessage("an embedding lab (job " + lab.id() + ") has been under way since " + lab.createdAt()
                            + ", and the two do not run beside each other: wait for its end, or cancel it first (on its"
                            + " page, or POST /v1/jobs/" + lab.id() + "/cancel)");
            assertThat(opened.trainer().takeUp()).isEmpty();
            assertThat(opened.trainer().newest(10)).as("no job of a training").isEmpty();
            // A scheduled one waits, and does not fail.
            assertThat(schedule.look()).isFalse();
            assertThat(schedule.look()).isFalse();
            assertThat(schedule.outlook().words())
                    .startsWith("waits: an embedding lab (job " + lab.id() + ") has been under way since ");
            assertThat(opened.trainer().newest(10)).isEmpty();
            assertThat(labs.start(LONG).id()).isEqualTo(lab.id());

            assertThat(labs.cancel(lab.id())).isTrue();
            awaited(opened, lab.id(), LabRunsTest::ended);
            boolean begun = false;
            for (int look = 0; look < 500 && !begun; look++) {
                begun = schedule.look();
                Thread.sleep(10);
            }
            assertThat(begun).isTrue();
            JobId training = opened.trainer().running().orElseThrow();
            assertThatThrownBy(() -> labs.start(SHORT))
                    .isInstanceOf(RetrievalException.class)
                    .hasMessageStartingWith("a training (job " + training + ") has been under way since ");
            assertThat(labs.newest().orElseThrow().id()).isEqualTo(lab.id());
            assertThat(opened.trainer().cancel(training)).isTrue();
            assertThat(awaited(opened, training, LabRunsTest::ended).status()).isEqualTo(JobStatus.CANCELLED);
            Instant end = Instant.now().plus(DEADLINE);
            while (opened.trainer().working()) {
                assertThat(Instant.now()).isBefore(end);
                Thread.sleep(5);
            }
            JobId second = labs.start(SHORT).id();
            assertThat(awaited(opened, second, LabRunsTest::ended).status()).isEqualTo(JobStatus.SUCCEEDED);
        }
    }

    /// Two who ask at once: one of them is refused, and nothing of it is left.
    @Test
    void ofTwoAtOnceOneIsRefused() throws Exception {
        try (Opened opened = Opened.of(folder);
                LabRuns labs = labs(opened)) {
            opened.truth().interactions().append(List.of(TrainerVictim.event("one", 1, 1)));
            for (int round = 0; round < 20; round++) {
                CountDownLatch go = new CountDownLatch(1);
                AtomicInteger refused = new AtomicInteger();
                List<Callable<Object>> both = List.of(
                        () -> labs.start(SHORT),
                        () -> opened.trainer().start(Trainer.Extent.QUICK, Trainer.Cause.ASKED));
                List<Thread> threads = both.stream()
                        .map(work -> Thread.ofPlatform().start(() -> {
                            try {
                                go.await();
                                Object ignored = work.call();
                            } catch (RetrievalException e) {
                                refused.addAndGet(e.code() == RetrievalException.Code.REFUSED ? 1 : 100);
                            } catch (Exception e) {
                                refused.addAndGet(10_000);
                            }
                        }))
                        .toList();
                go.countDown();
                for (Thread thread : threads) {
                    assertThat(thread.join(DEADLINE)).isTrue();
                }
                assertThat(refused.get()).isLessThanOrEqualTo(1);
                assertThat(labs.running().isPresent()
                                && opened.trainer().running().isPresent())
                        .isFalse();
                labs.newest().ifPresent(job -> labs.cancel(job.id()));
                opened.trainer().running().ifPresent(opened.trainer()::cancel);
                Instant end = Instant.now().plus(DEADLINE);
                while (labs.running().isPresent() || opened.trainer().working()) {
                    assertThat(Instant.now()).isBefore(end);
                    Thread.sleep(2);
                }
                assertThat(opened.truth().jobs().page(null, 100).items())
                        .as("no job is left open")
                        .allMatch(LabRunsTest::ended);
            }
        }
    }

    private LabRuns labs(Opened opened) {
        return labs(opened, DEADLINE.multipliedBy(10));
    }

    private LabRuns labs(Opened opened, Duration atMost) {
        return new LabRuns(learnt(opened), opened.truth().jobs(), opened.heavy(), lab(), atMost);
    }

    private static Trainer.Learnt learnt(Opened opened) {
        return new Trainer.Learnt(
                opened.truth().catalog(),
                opened.truth().interactions(),
                opened.truth().changes());
    }

    private Path lab() {
        return folder.resolve("models").resolve("lab");
    }

    private Path input() {
        return lab().resolve("lab.input");
    }

    private static boolean ended(Job job) {
        return job.status() != JobStatus.PENDING && job.status() != JobStatus.RUNNING;
    }

    private static Job awaited(Opened opened, JobId job, Predicate<Job> enough) throws InterruptedException {
        Jobs jobs = opened.truth().jobs();
        Instant end = Instant.now().plus(DEADLINE);
        Job seen = jobs.job(job).orElseThrow();
        while (!enough.test(seen)) {
            assertThat(Instant.now()).as(seen.toString()).isBefore(end);
            Thread.sleep(5);
            seen = jobs.job(job).orElseThrow();
        }
        return seen;
    }
}
