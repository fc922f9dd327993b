package dev.palate.memory.sql;

import dev.palate.memory.Ids;
import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The jobs in table `job`, each marked with the opening of the store that started it.
final class SqlJobs implements Jobs {
    private static final String OPEN = "status in ('pending', 'running')";

    /// Without the state, which is long and hardly ever wanted.
    private static final String SELECT = "select id, kind, status, progress, detail, created_at, updated_at from job";

    private static final String START = """
            insert into job (id, kind, status, progress, detail, created_at, updated_at, owner)
            values (:id, :kind, :status, 0, :detail, :at, :at, :owner)
            """;

    private final Database database;
    private final Ids ids;
    private final String owner;

    SqlJobs(Database database, Ids ids) {
        this.database = database;
        this.ids = ids;
        this.owner = ids.next();
    }

    @Override
    public Job start(String kind, String detail) {
        JobId id = new JobId(ids.next());
        return database.write(transaction -> {
            Instant now = transaction.now();
            Job job = new Job(id, kind, JobStatus.PENDING, 0, detail, now, now);
            transaction
                    .handle()
                    .createUpdate(START)
                    .bind("id", id.value())
                    .bind("kind", kind)
                    .bind("status", job.status().key())
                    .bind("detail", detail)
                    .bind("at", Times.column(now))
                    .bind("owner", owner)
                    .execute();
            return job;
        });
    }

    @Override
    public void update(JobId id, JobStatus status, double progress, String detail) {
        Require.range("progress", progress, 0, 1);
        Require.text("job detail", detail, 0, 2_000);
        database.write(transaction -> {
            int changed = transaction
                    .handle()
                    .createUpdate("update job set status = :status, progress = :progress, detail = :detail,"
                            + " updated_at = :at where id = :id and " + OPEN)
                    .bind("id", id.value())
                    .bind("status", status.key())
                    .bind("progress", progress)
                    .bind("detail", detail)
                    .bind("at", Times.column(transaction.now()))
                    .execute();
            if (changed == 0 && !exists(transaction, id)) {
                throw missing(id);
            }
            return changed;
        });
    }

    private static MemoryException missing(JobId id) {
        return new MemoryException(Code.NOT_FOUND, "job " + id.value() + " does not exist; start one first");
    }

    private static boolean exists(Transaction transaction, JobId id) {
        return transaction
                        .handle()
                        .createQuery("select count(*) from job where id = :id")
                        .bind("id", id.value())
                        .mapTo(Long.class)
                        .one()
                > 0;
    }

    @Override
    public Optional<Job> job(JobId id) {
        return database.read(handle -> handle.createQuery(SELECT + " where id = :id")
                .bind("id", id.value())
                .map(SqlJobs::row)
                .findOne());
    }

    @Override
    public Page<Job> page(@Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> parts = Cursor.parts("jobs", 1, cursor);
        String before = parts == null ? "" : parts.getFirst();
        List<Job> jobs = database.read(handle -> handle.createQuery(
                        SELECT + " where (:before = '' or id < :before) order by id desc limit :limit")
                .bind("before", before)
                .bind("limit", limit + 1)
                .map(SqlJobs::row)
                .list());
        return Pages.cut(jobs, limit, "jobs", job -> List.of(job.id().value()));
    }

    @Override
    public List<Job> newest(String kind, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        return database.read(handle -> handle.createQuery(SELECT + " where kind = :kind order by id desc limit :limit")
                .bind("kind", kind)
                .bind("limit", limit)
                .map(SqlJobs::row)
                .list());
    }

    @Override
    public void keepState(JobId id, String state) {
        Require.text("job state", state, 0, MOST_STATE);
        database.write(transaction -> {
            int changed = transaction
                    .handle()
                    .createUpdate("update job set state = :state where id = :id")
                    .bind("state", state)
                    .bind("id", id.value())
                    .execute();
            if (changed == 0) {
                throw missing(id);
            }
            return changed;
        });
    }

    @Override
    public Optional<String> state(JobId id) {
        return database.read(handle -> handle.createQuery("select state from job where id = :id and state <> ''")
                .bind("id", id.value())
                .mapTo(String.class)
                .findOne());
    }

    @Override
    public Optional<Job> takeOver(String kind) {
        return database.write(transaction -> {
            Optional<Job> newest = transaction
                    .handle()
                    .createQuery(SELECT + " where kind = :kind and owner <> :owner and " + OPEN
                            + " order by id desc limit 1")
                    .bind("kind", kind)
                    .bind("owner", owner)
                    .map(SqlJobs::row)
                    .findOne();
            newest.ifPresent(job -> transaction
                    .handle()
                    .createUpdate("update job set owner = :owner where id = :id")
                    .bind("owner", owner)
                    .bind("id", job.id().value())
                    .execute());
            fail(transaction, "kind = :kind", kind);
            return newest;
        });
    }

    @Override
    public int failAbandoned() {
        return database.write(transaction -> fail(transaction, "kind not in ('erase', 'train', 'replay', 'lab')", ""));
    }

    /// Fails the open jobs of earlier processes.
    private int fail(Transaction transaction, String which, String kind) {
        var update = transaction
                .handle()
                .createUpdate("update job set status = 'failed', updated_at = :at,"
                        + " detail = 'the process that ran it ended before it was done' where owner <> :owner and "
                        + which + " and " + OPEN)
                .bind("at", Times.column(transaction.now()))
                .bind("owner", owner);
        if (!kind.isEmpty()) {
            update.bind("kind", kind);
        }
        return update.execute();
    }

    private static Job row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        return new Job(
                new JobId(row.text("id")),
                row.text("kind"),
                JobStatus.ofKey(row.text("status")),
                row.real("progress"),
                row.text("detail"),
                row.time("created_at"),
                row.time("updated_at"));
    }
}
