package dev.palate.web.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.sequence.TorchRuntime;
import dev.palate.web.job.TrainerVictim.Opened;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// When Palate trains by itself, over a real store, trainer and child process, with a clock that the test sets.
@Timeout(180)
class TrainingScheduleTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final TrainingSchedule.Policy POLICY = new TrainingSchedule.Policy(true, DAY, 10, 0.05);

    @TempDir
    Path folder;

    private final SetClock clock = new SetClock();
    private Opened opened;
    private TrainingSchedule schedule;

    @BeforeEach
    void open() {
        // Without PyTorch: what is trained does not matter here.
        Trainer.Ingredients quick = Trainer.Ingredients.of(TorchRuntime.of(
                Map.of(TorchRuntime.CACHE_VARIABLE, folder.resolve("none").toString())));
        opened = Opened.of(folder.resolve("data"), quick, clock);
        schedule = schedule(POLICY);
    }

    @AfterEach
    void close() {
        schedule.close();
        opened.close();
    }

    private TrainingSchedule schedule(TrainingSchedule.Policy policy) {
        return new TrainingSchedule(
                policy,
                opened.trainer(),
                opened.registry(),
                new TrainingSchedule.Log(
                        () -> opened.truth().interactions().count(),
                        arrival -> opened.truth().interactions().countAfter(arrival)),
                clock);
    }

    @Test
    void trainsAgainWhenEnoughIsNewAndTheIntervalIsOver() throws Exception {
        assertThat(schedule.look()).as("nothing to learn from").isFalse();
        add("u", 60);
        assertThat(schedule.outlook().words()).isEqualTo("due: 480 of 10 new interactions");
        assertThat(schedule.look()).as("in the middle of an import").isFalse();
        assertThat(schedule.look()).isTrue();
        assertThat(schedule.look()).as("while one is under way").isFalse();
        ended();
        assertThat(opened.registry().active().orElseThrow().about().users()).isEqualTo(60);
        Trainer.Report first = opened.trainer().newest(1).getFirst();
        assertThat(first.state().cause()).isEqualTo(Trainer.Cause.SCHEDULED);
        assertThat(first.state().interactions()).isEqualTo(480);

        clock.forward(DAY.multipliedBy(2));
        assertThat(schedule.outlook().words()).isEqualTo("waits for more: 0 of 24 new interactions");
        add("v", 2);
        assertThat(schedule.look()).as("16 of 24").isFalse();
        add("w", 1);
        assertThat(schedule.outlook().newInteractions()).isEqualTo(24);
        assertThat(schedule.look()).isTrue();
        ended();
        assertThat(opened.registry().active().orElseThrow().about().users()).isEqualTo(63);

        add("x", 10);
        TrainingSchedule.Outlook early = schedule.outlook();
        assertThat(early.words()).isEqualTo("waits for its time: 80 of 26 new interactions");
        assertThat(schedule.look()).isFalse();
        clock.set(Objects.requireNonNull(early.notBefore()));
        assertThat(schedule.look()).isTrue();
        ended();
        assertThat(opened.trainer().newest(10)).hasSize(3);

        add("y", 74);
        assertThat(waits()).as("more is new than was learnt").isEqualTo(Duration.ofHours(1));
    }

    @Test
    void afterTrainingsWithoutANewModelItWaitsTwiceAsLongEachTime() {
        add("u", 60);
        job(JobStatus.FAILED);
        assertThat(waits()).isEqualTo(DAY.multipliedBy(2));
        job(JobStatus.FAILED);
        assertThat(waits()).isEqualTo(DAY.multipliedBy(4));
        job(JobStatus.CANCELLED);
        assertThat(waits()).as("a cancelled one says nothing").isEqualTo(DAY.multipliedBy(4));
        assertThat(schedule.look()).isFalse();
        assertThat(schedule.outlook().words())
                .isEqualTo("waits for its time: 480 of 10 new interactions, longer than usual after 2 trainings"
                        + " without a new model");
        for (int i = 0; i < 20; i++) {
            job(JobStatus.FAILED);
        }
        assertThat(waits()).isEqualTo(Duration.ofDays(30));
        job(JobStatus.SUCCEEDED);
        assertThat(waits()).isEqualTo(DAY);
        assertThat(schedule.outlook().failures()).isZero();
    }

    /// Those that the model has learnt and that were erased since do not hide as many that came.
    @Test
    void anErasureHidesNothingNew() throws Exception {
        add("u", 60);
        assertThat(schedule.look()).isFalse();
        assertThat(schedule.look()).isTrue();
        ended();
        clock.forward(DAY.multipliedBy(2));
        for (int user = 0; user < 10; user++) {
            opened.truth().erasure(List.of()).user(new UserId("u" + user));
        }
        assertThat(schedule.outlook().newInteractions()).isZero();
        add("v", 3);
        assertThat(opened.truth().interactions().count()).isEqualTo(480 - 80 + 24);
        assertThat(schedule.outlook().words()).isEqualTo("due: 24 of 24 new interactions");
        assertThat(schedule.look()).isTrue();
        ended();
    }

    @Test
    void aTrainingThatAnErasureEndedPutsNothingOff() throws Exception {
        add("u", 60);
        job(JobStatus.SUCCEEDED);
        clock.forward(DAY);
        assertThat(schedule.outlook().words()).startsWith("due: ");
        JobId job = opened.trainer()
                .start(Trainer.Extent.WHOLE, Trainer.Cause.SCHEDULED)
                .id();
        assertThat(new TrainingChild(opened.trainer()).erase(new UserId("u1"))).isEqualTo(1);
        assertThat(opened.truth().jobs().job(job).orElseThrow().status()).isEqualTo(JobStatus.CANCELLED);
        assertThat(opened.trainer().newest(1).getFirst().state().erasure()).isTrue();
        assertThat(schedule.outlook().words()).as("it is due as before").startsWith("due: ");
        job(JobStatus.CANCELLED);
        assertThat(waits()).as("one that somebody cancelled is over").isEqualTo(DAY);
    }

    @Test
    void anEndInTheFutureCountsAsTheMomentItWasFirstSeen() {
        add("u", 60);
        Instant now = clock.instant();
        clock.forward(DAY.multipliedBy(365));
        job(JobStatus.SUCCEEDED);
        clock.set(now);
        assertThat(waits()).isEqualTo(DAY);
        clock.forward(Duration.ofHours(20));
        assertThat(waits()).isEqualTo(Duration.ofHours(4));
        clock.forward(Duration.ofHours(4));
        assertThat(schedule.outlook().words()).isEqualTo("due: 480 of 10 new interactions");
    }

    @Test
    void turnedOffItNeverTrains() {
        add("u", 60);
        try (TrainingSchedule off = schedule(new TrainingSchedule.Policy(false, DAY, 1, 0))) {
            assertThat(off.look()).isFalse();
            assertThat(off.outlook().words()).isEqualTo("only when somebody asks (palate.training.automatic is false)");
            assertThat(off.outlook().newInteractions()).isEqualTo(480);
        }
        assertThat(opened.trainer().newest(1)).isEmpty();
    }

    @Test
    void theLimitsAreSaid() {
        assertThatThrownBy(() -> new TrainingSchedule.Policy(true, Duration.ofSeconds(59), 1, 0))
                .hasMessage("palate.training.interval in seconds must be in [60, 31536000], was 59");
        assertThatThrownBy(() -> new TrainingSchedule.Policy(true, DAY, 0, 0))
                .hasMessage("palate.training.least-new must be in [1, 1000000000], was 0");
        assertThatThrownBy(() -> new TrainingSchedule.Policy(true, DAY, 1, 10.5))
                .hasMessage("palate.training.least-share must be in [0.0, 10.0], was 10.5");
    }

    private Duration waits() {
        return Duration.between(
                clock.instant(), Objects.requireNonNull(schedule.outlook().notBefore()));
    }

    private void job(JobStatus end) {
        Job job = opened.truth().jobs().start(Trainer.KIND, "");
        opened.truth().jobs().update(job.id(), end, 0, "as the test says");
    }

    /// So many users with eight events each.
    private void add(String prefix, int users) {
        List<Interaction> events = new ArrayList<>();
        for (int user = 0; user < users; user++) {
            for (int step = 0; step < 8; step++) {
                events.add(
                        TrainerVictim.event(prefix + user, (user + step * (1 + user % 3)) % 40, 1_000L * step + user));
            }
        }
        opened.truth().interactions().append(events);
    }

    private void ended() throws InterruptedException {
        JobId job = opened.trainer().newest(1).getFirst().job().id();
        boolean working = opened.trainer().working();
        while (opened.trainer().newest(1).getFirst().open()) {
            assertThat(working).as("until its end is recorded").isTrue();
            Thread.sleep(2);
            working = opened.trainer().working();
        }
        Job seen = opened.truth().jobs().job(job).orElseThrow();
        assertThat(seen.status()).as(seen.detail()).isEqualTo(JobStatus.SUCCEEDED);
    }

    /// Stands still until it is set.
    private static final class SetClock extends Clock {
        private final AtomicReference<Instant> now =
                new AtomicReference<>(Instant.now().truncatedTo(ChronoUnit.MICROS));

        void forward(Duration duration) {
            now.updateAndGet(before -> before.plus(duration));
        }

        void set(Instant to) {
            now.set(to);
        }

        @Override
        public Instant instant() {
            return now.get();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
