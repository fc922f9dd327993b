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
                throw new MemoryException(Code.NOT_FOUND, "job " + id.value() + " does not exist; start one first");
            }
            return changed;
        });
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
        return database.read(handle -> handle.createQuery("select * from job where id = :id")
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
                        "select * from job where (:before = '' or id < :before) order by id desc limit :limit")
                .bind("before", before)
                .bind("limit", limit + 1)
                .map(SqlJobs::row)
                .list());
        return Pages.cut(jobs, limit, "jobs", job -> List.of(job.id().value()));
    }

    @Override
    public int failAbandoned() {
        return database.write(transaction -> transaction
                .handle()
                .createUpdate("update job set status = 'failed', updated_at = :at,"
                        + " detail = 'the process that ran it ended before it was done' where owner != :owner"
                        + " and kind != 'erase' and " + OPEN)
                .bind("at", Times.column(transaction.now()))
                .bind("owner", owner)
                .execute());
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
