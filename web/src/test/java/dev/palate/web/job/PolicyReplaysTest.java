package dev.palate.web.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.domain.Lexicon;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.extraction.PolicyReplay;
import dev.palate.memory.Ids;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.GatedMemories;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Rejection;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.gate.Similarity;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Refusals of 120 users judged again, by one process and by one after another.
class PolicyReplaysTest {
    private static final int USERS = 120;
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    Path folder;

    private static UserId user(int number) {
        return new UserId("u" + (1_000 + number));
    }

    private static void refuse(SqlTruth truth) {
        List<Rejection> all = new ArrayList<>();
        for (int i = 0; i < USERS; i++) {
            truth.users().ensure(new User(user(i), "", Instant.EPOCH, false));
            var proposal = new Proposal(
                    new Subject.OfUser(user(i)),
                    MemoryKind.TRAIT,
                    "Watches on Sundays",
                    0,
                    Trust.STATED,
                    null,
                    "on Sundays",
                    "I watch on Sundays",
                    "",
                    Role.USER);
            all.add(Rejection.of("r" + i, proposal, "quota", "an earlier policy", CLOCK.instant()));
        }
        truth.rejections().add(all);
    }

    private static PolicyReplays replays(SqlTruth truth) {
        return replays(truth, truth.jobs(), _ -> {});
    }

    /// @param before called before the refusals of a user are read
    private static PolicyReplays replays(SqlTruth truth, Jobs jobs, Consumer<Subject> before) {
        var stores = new GatedMemories.Stores(
                truth.memories(), watched(truth.rejections(), before), truth.consents(), Similarity.UNKNOWN);
        var door = new GatedMemories(stores, Gates.standard(), new Ids(CLOCK), CLOCK);
        var lexicon = new Lexicon(DomainPackFile.films());
        var snapshots = new CatalogSnapshots(lexicon, truth.catalog(), truth.interactions(), truth.changes());
        return new PolicyReplays(
                jobs,
                truth.users(),
                new PolicyReplay(door, truth.conversations(), new MessageReader(lexicon), snapshots));
    }

    private static Rejections watched(Rejections rejections, Consumer<Subject> before) {
        return proxy(Rejections.class, rejections, (method, args) -> {
            if (method.equals("page") && args[0] instanceof Subject subject) {
                before.accept(subject);
            }
        });
    }

    private interface Before {
        void call(String method, Object[] args);
    }

    private static <T> T proxy(Class<T> port, T real, Before before) {
        return port.cast(Proxy.newProxyInstance(
                PolicyReplaysTest.class.getClassLoader(), new Class<?>[] {port}, (proxy, method, args) -> {
                    before.call(method.getName(), args);
                    try {
                        return method.invoke(real, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    /// Stands still before a user until it is let go.
    private record Halt(Subject at, CountDownLatch there, CountDownLatch on) implements Consumer<Subject> {
        Halt(int user) {
            this(new Subject.OfUser(user(user)), new CountDownLatch(1), new CountDownLatch(1));
        }

        @Override
        public void accept(Subject subject) {
            if (subject.equals(at)) {
                there.countDown();
                try {
                    on.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private static Job ended(SqlTruth truth, JobId id) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        Job job = truth.jobs().job(id).orElseThrow();
        while ((job.status() == JobStatus.PENDING || job.status() == JobStatus.RUNNING)
                && System.nanoTime() < deadline) {
            Thread.sleep(20);
            job = truth.jobs().job(id).orElseThrow();
        }
        return job;
    }

    @Test
    void allUsersAreGoneThrough() throws Exception {
        try (var directory = DataDirectory.open(folder);
                var truth = SqlTruth.open(directory, CLOCK)) {
            refuse(truth);
            try (PolicyReplays replays = replays(truth)) {
                Job ended = ended(truth, replays.start().id());
                assertThat(ended.status()).as(ended.detail()).isEqualTo(JobStatus.SUCCEEDED);
                assertThat(ended.detail()).startsWith("120 users: 120 written, 0 still refused");
            }
            assertThat(truth.memories().count()).isEqualTo(USERS);
            assertThat(truth.rejections().page(null, null, 10).items()).isEmpty();
        }
    }

    @Test
    void theNextProcessGoesOnWithTheUsersItWasAt() throws Exception {
        JobId job;
        try (var directory = DataDirectory.open(folder);
                var truth = SqlTruth.open(directory, CLOCK)) {
            refuse(truth);
            job = truth.jobs().start("replay", "").id();
            // As a process leaves it that ended after the first fifty users.
            String cursor = truth.users().page(null, null, 50).nextCursor();
            truth.jobs().update(job, JobStatus.RUNNING, 0.4, "");
            truth.jobs().keepState(job, "50 50 0 0 0 0 " + cursor);
        }
        try (var directory = DataDirectory.open(folder);
                var truth = SqlTruth.open(directory, CLOCK)) {
            assertThat(truth.jobs().failAbandoned()).as("it is not given up").isZero();
            try (PolicyReplays replays = replays(truth)) {
                replays.resume();
                Job ended = ended(truth, job);
                assertThat(ended.status()).as(ended.detail()).isEqualTo(JobStatus.SUCCEEDED);
                assertThat(ended.detail()).startsWith("120 users: 120 written");
            }
            assertThat(truth.memories().count())
                    .as("the seventy that were left")
                    .isEqualTo(70);
            assertThat(truth.memories().active(new Subject.OfUser(user(49)))).isEmpty();
            assertThat(truth.memories().active(new Subject.OfUser(user(50)))).hasSize(1);
        }
    }

    @Test
    void aCancelTakesEffectAfterTheUserItIsAt() throws Exception {
        try (var directory = DataDirectory.open(folder);
                var truth = SqlTruth.open(directory, CLOCK)) {
            refuse(truth);
            Halt halt = new Halt(10);
            try (PolicyReplays replays = replays(truth, truth.jobs(), halt)) {
                JobId job = replays.start().id();
                assertThat(halt.there.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(replays.start().id()).as("the one under way").isEqualTo(job);
                assertThat(replays.cancel(job)).isTrue();
                halt.on.countDown();
                Job ended = ended(truth, job);
                assertThat(ended.status()).isEqualTo(JobStatus.CANCELLED);
                assertThat(ended.detail()).startsWith("11 users: 11 written");
                assertThat(replays.cancel(job)).as("again").isFalse();
            }
            assertThat(truth.memories().count()).isEqualTo(11);
        }
    }

    @Test
    void aStopTakesEffectAfterTheUserItIsAtAndTheNextProcessGoesOnWithTheNext() throws Exception {
        JobId job;
        try (var directory = DataDirectory.open(folder);
                var truth = SqlTruth.open(directory, CLOCK)) {
            refuse(truth);
            Halt halt = new Halt(60);
            PolicyReplays replays = replays(truth, truth.jobs(), halt);
            job = replays.start().id();
            assertThat(halt.there.await(60, TimeUnit.SECONDS)).isTrue();
            Thread closing = Thread.ofVirtual().start(replays::close);
            while (!replays.closing()) {
                Thread.onSpinWait();
            }
            halt.on.countDown();
            assertThat(closing.join(Duration.ofSeconds(30))).isTrue();
            assertThat(truth.memories().count()).isEqualTo(61);
            assertThat(truth.jobs().job(job).orElseThrow().status()).isEqualTo(JobStatus.RUNNING);
        }
        try (var directory = DataDirectory.open(folder);
                var truth = SqlTruth.open(directory, CLOCK)) {
            List<Subject> seen = Collections.synchronizedList(new ArrayList<>());
            try (PolicyReplays replays = replays(truth, truth.jobs(), seen::add)) {
                replays.resume();
                Job ended = ended(truth, job);
                assertThat(ended.status()).as(ended.detail()).isEqualTo(JobStatus.SUCCEEDED);
                assertThat(ended.detail()).startsWith("120 users: 120 written, 0 still refused, 0 skipped");
            }
            assertThat(seen).hasSize(59).doesNotContain(new Subject.OfUser(user(60)));
        }
    }

    @Test
    void aUserWhoseReplayFailsIsCountedAndTheOthersGoOn() throws Exception {
        try (var directory = DataDirectory.open(folder);
                var truth = SqlTruth.open(directory, CLOCK)) {
            refuse(truth);
            Consumer<Subject> broken = subject -> {
                if (subject.equals(new Subject.OfUser(user(7))) || subject.equals(new Subject.OfUser(user(70)))) {
                    throw new IllegalStateException("a row that nobody can read");
                }
            };
            try (PolicyReplays replays = replays(truth, truth.jobs(), broken)) {
                Job ended = ended(truth, replays.start().id());
                assertThat(ended.status()).as(ended.detail()).isEqualTo(JobStatus.SUCCEEDED);
                assertThat(ended.detail()).startsWith("120 users: 118 written").endsWith(", 2 users failed");
            }
            AtomicInteger asked = new AtomicInteger();
            Consumer<Subject> none = subject -> {
                asked.incrementAndGet();
                throw new IllegalStateException("no disk");
            };
            try (PolicyReplays replays = replays(truth, truth.jobs(), none)) {
                Job ended = ended(truth, replays.start().id());
                assertThat(ended.status()).isEqualTo(JobStatus.FAILED);
                assertThat(ended.detail()).contains("20 users failed").endsWith("so it was ended: no disk");
                assertThat(asked.get()).isEqualTo(20);
            }
        }
    }

    /// Who sees the end of one can start the next, however soon.
    @Test
    void whatIsStartedWhileTheEndIsRecordedIsAnother() throws Exception {
        try (var directory = DataDirectory.open(folder);
                var truth = SqlTruth.open(directory, CLOCK)) {
            refuse(truth);
            AtomicReference<PolicyReplays> replays = new AtomicReference<>();
            AtomicReference<Job> next = new AtomicReference<>();
            Jobs jobs = proxy(Jobs.class, truth.jobs(), (method, args) -> {
                if (method.equals("update") && args[1] == JobStatus.SUCCEEDED && next.get() == null) {
                    next.set(replays.get().start());
                }
            });
            replays.set(replays(truth, jobs, _ -> {}));
            try (PolicyReplays running = replays.get()) {
                JobId first = running.start().id();
                assertThat(ended(truth, first).status()).isEqualTo(JobStatus.SUCCEEDED);
                assertThat(next.get().id()).isNotEqualTo(first);
                assertThat(ended(truth, next.get().id()).status()).isEqualTo(JobStatus.SUCCEEDED);
            }
        }
    }
}
