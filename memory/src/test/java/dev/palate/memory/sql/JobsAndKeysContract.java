package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.access.ApiKey;
import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.access.Role;
import dev.palate.memory.dataset.DatasetImport;
import dev.palate.memory.dataset.ImportPosition;
import dev.palate.memory.dataset.ImportPositions;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

abstract class JobsAndKeysContract extends TruthContract {
    @Test
    void aJobGoesItsWayAndStaysEnded() {
        Job job = truth().jobs().start("import", "reading");
        assertThat(job.status()).isEqualTo(JobStatus.PENDING);
        truth().jobs().update(job.id(), JobStatus.RUNNING, 0.5, "half");
        truth().jobs().update(job.id(), JobStatus.SUCCEEDED, 1, "done");
        truth().jobs().update(job.id(), JobStatus.RUNNING, 0.1, "again");
        Job found = truth().jobs().job(job.id()).orElseThrow();
        assertThat(found.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(found.progress()).isEqualTo(1);
        assertThat(found.detail()).isEqualTo("done");
        assertThatThrownBy(() -> truth().jobs().update(new JobId("none"), JobStatus.RUNNING, 0, ""))
                .isInstanceOf(MemoryException.class)
                .hasMessage("job none does not exist; start one first");
    }

    @Test
    void jobsOfAnEarlierProcessAreFailedAndOnlyThose() {
        Job left = truth().jobs().start("reindex", "");
        truth().jobs().update(left.id(), JobStatus.RUNNING, 0.3, "step 3");
        assertThat(truth().jobs().failAbandoned()).isZero();
        reopen();
        Job mine = truth().jobs().start("import", "");
        assertThat(truth().jobs().failAbandoned()).isEqualTo(1);
        assertThat(truth().jobs().job(left.id()).orElseThrow().status()).isEqualTo(JobStatus.FAILED);
        assertThat(truth().jobs().job(left.id()).orElseThrow().detail())
                .isEqualTo("the process that ran it ended before it was done");
        // Two makers of ids within one millisecond: which of the two comes first is open.
        Page<Job> first = truth().jobs().page(null, 1);
        Page<Job> second = truth().jobs().page(first.nextCursor(), 1);
        assertThat(Stream.of(first, second).flatMap(page -> page.items().stream()))
                .extracting(Job::id)
                .containsExactlyInAnyOrder(mine.id(), left.id());
        assertThat(second.nextCursor()).isNull();
    }

    @Test
    void theNewestTrainingOfAnEarlierProcessIsTakenOverWithItsState() throws InterruptedException {
        Job done = truth().jobs().start("train", "");
        truth().jobs().update(done.id(), JobStatus.SUCCEEDED, 1, "done");
        Job older = later("train");
        Job newer = later("train");
        Job other = later("import");
        truth().jobs().keepState(older.id(), "older");
        truth().jobs().keepState(newer.id(), "{\"seen\": 1}");
        truth().jobs().update(newer.id(), JobStatus.RUNNING, 0.4, "step 4");
        assertThat(truth().jobs().takeOver("train")).as("its own").isEmpty();
        reopen();
        assertThat(truth().jobs().failAbandoned()).as("the import").isEqualTo(1);
        assertThat(truth().jobs().job(other.id()).orElseThrow().status()).isEqualTo(JobStatus.FAILED);
        Job taken = truth().jobs().takeOver("train").orElseThrow();
        assertThat(taken.id()).isEqualTo(newer.id());
        assertThat(taken.detail()).isEqualTo("step 4");
        assertThat(truth().jobs().state(taken.id())).contains("{\"seen\": 1}");
        assertThat(truth().jobs().job(older.id()).orElseThrow().status()).isEqualTo(JobStatus.FAILED);
        assertThat(truth().jobs().takeOver("train")).as("a second time").isEmpty();
        assertThat(truth().jobs().newest("train", 2)).extracting(Job::id).containsExactly(newer.id(), older.id());
        assertThat(truth().jobs().newest("train", 10)).hasSize(3);
        assertThat(truth().jobs().state(done.id())).isEmpty();
        truth().jobs().update(taken.id(), JobStatus.SUCCEEDED, 1, "done");
        truth().jobs().keepState(taken.id(), "kept");
        assertThat(truth().jobs().state(taken.id())).contains("kept");
        assertThatThrownBy(() -> truth().jobs().keepState(new JobId("none"), ""))
                .hasMessage("job none does not exist; start one first");
    }

    /// In a later millisecond: ids of one stand in no order that another maker of ids would keep to.
    private Job later(String kind) throws InterruptedException {
        Thread.sleep(2);
        return truth().jobs().start(kind, "");
    }

    @Test
    void aKeyOpensUntilItIsRevokedOrOver() {
        ApiKeys.Issued admin = truth().apiKeys().issue(Role.ADMIN, null, "first", null);
        ApiKeys.Issued brief = truth().apiKeys().issue(Role.APP, null, "brief", TickingClock.START.plusSeconds(3_600));
        ApiKeys.Issued past = truth().apiKeys().issue(Role.APP, null, "past", TickingClock.START);
        assertThat(admin.secret()).matches("pk_[A-Za-z0-9_-]{43}").isNotEqualTo(brief.secret());
        reopen();
        assertThat(truth().apiKeys().authenticate(admin.secret())).contains(admin.key());
        assertThat(truth().apiKeys().authenticate(brief.secret())).contains(brief.key());
        assertThat(truth().apiKeys().authenticate(past.secret())).isEmpty();
        assertThat(truth().apiKeys().authenticate(admin.secret() + "x")).isEmpty();
        assertThat(truth().apiKeys().authenticate("")).isEmpty();
        assertThat(truth().apiKeys().revoke(admin.key().id())).isTrue();
        assertThat(truth().apiKeys().revoke(admin.key().id())).isFalse();
        assertThat(truth().apiKeys().authenticate(admin.secret())).isEmpty();
        assertThat(truth().apiKeys().all()).extracting(ApiKey::name).containsExactly("past", "brief", "first");
    }

    @Test
    void aUserKeyNamesItsUserAndNoSecretIsOnDisk() throws IOException {
        ApiKeys.Issued key = truth().apiKeys().issue(Role.USER, ANN, "ann's phone", null);
        assertThat(truth().apiKeys().authenticate(key.secret()).orElseThrow().user())
                .isEqualTo(ANN);
        assertThatThrownBy(() -> truth().apiKeys().issue(Role.USER, null, "", null))
                .hasMessage("a key of role user names its user, and no other does");
        assertThat(bytesOnDisk()).noneMatch(bytes -> bytes.contains(key.secret()));
    }

    /// Every file of the database as text of one character a byte.

    @Test
    void importPositionsAreReplacedAndDropped() {
        ImportPositions positions = truth().importPositions();
        JobId job = truth().jobs().start("import", "").id();
        assertThat(positions.of("jsonl:/a")).isEmpty();
        var first = new ImportPosition("jsonl:/a", "f1", job, DatasetImport.Phase.ITEMS, 4_096);
        positions.put(first);
        assertThat(positions.of("jsonl:/a")).contains(first);
        var second = new ImportPosition("jsonl:/a", "f2", job, DatasetImport.Phase.MEMORIES, 7_000_000_000L);
        positions.put(second);
        assertThat(positions.of("jsonl:/a")).contains(second);
        assertThat(positions.of("jsonl:/b")).isEmpty();
        positions.remove("jsonl:/a");
        assertThat(positions.of("jsonl:/a")).isEmpty();
    }
}
