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
import dev.palate.memory.gate.Similarity;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
        var stores =
                new GatedMemories.Stores(truth.memories(), truth.rejections(), truth.consents(), Similarity.UNKNOWN);
        var door = new GatedMemories(stores, Gates.standard(), new Ids(CLOCK), CLOCK);
        var lexicon = new Lexicon(DomainPackFile.films());
        var snapshots = new CatalogSnapshots(lexicon, truth.catalog(), truth.interactions(), truth.changes());
        return new PolicyReplays(
                truth.jobs(),
                truth.users(),
                new PolicyReplay(door, truth.conversations(), new MessageReader(lexicon), snapshots));
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
}
