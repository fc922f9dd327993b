package dev.palate.memory.sql;

import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/// Reads and writes the rows of `erasure`, each with its row of `job`. Stateless.
final class ErasureRows {
    /// The kind of these jobs.
    static final String KIND = "erase";
    /// The type of an erasure of all memories of a subject.
    static final String MEMORIES = "memories";
    /// The type of an erasure of a conversation.
    static final String CONVERSATION = "conversation";

    private static final TypeReference<List<Step>> STEPS = new TypeReference<>() {};
    private static final String LISTING = "erasures";
    private static final String OWNED = "(owner_hash = :owner or ended_at is null"
            + " and (about = :about or subject_type = 'user' and subject_id = :user))";
    private static final int MAX_DETAIL = 2_000;
    private static final String JOB = """
            insert into job (id, kind, status, progress, detail, created_at, updated_at, owner)
            values (:id, :kind, 'running', 0, 'deleted from the database', :at, :at, 'erasure')
            """;
    private static final String INSERT = """
            insert into erasure (id, subject_type, subject_id, about, steps, created_at)
            values (:id, :type, :subject, :about, :steps, :at)
            """;

    /// A step that is done.
    ///
    /// @param notes for the receipt
    record Step(String name, long removed, List<String> notes) {
        private static final String TABLE = "table ";

        Step {
            notes = List.copyOf(notes);
        }

        static Step table(String table, long removed) {
            return new Step(TABLE + table, removed, List.of());
        }

        /// The table it emptied, absent for other steps.
        Optional<String> table() {
            return name.startsWith(TABLE) ? Optional.of(name.substring(TABLE.length())) : Optional.empty();
        }
    }

    /// A row.
    ///
    /// @param subjectId whom or what it erases, absent once every place was asked again
    /// @param about whom or what an erased memory was about
    record Stored(
            JobId job,
            String subjectType,
            @Nullable String subjectId,
            @Nullable Subject about,
            List<Step> steps,
            @Nullable ErasureReceipt receipt,
            Instant createdAt,
            boolean ended) {
        boolean did(String step) {
            return steps.stream().anyMatch(done -> done.name.equals(step));
        }

        ErasureState state() {
            return new ErasureState(
                    job, subjectType, createdAt, steps.stream().map(Step::name).toList(), receipt, ended);
        }
    }

    private ErasureRows() {}

    static void insert(Transaction transaction, JobId job, UserId user, List<Step> steps) {
        insert(transaction, job, "user", user.value(), null, steps);
    }

    static void insert(Transaction transaction, JobId job, MemoryId memory, Subject about, List<Step> steps) {
        insert(transaction, job, "memory", memory.value(), named(about), steps);
    }

    /// An erasure of all memories of the subject.
    static void insert(Transaction transaction, JobId job, Subject all, List<Step> steps) {
        insert(transaction, job, MEMORIES, named(all), named(all), steps);
    }

    static void insert(
            Transaction transaction, JobId job, ConversationId conversation, UserId owner, List<Step> steps) {
        insert(transaction, job, CONVERSATION, conversation.value(), named(new Subject.OfUser(owner)), steps);
    }

    /// What stands for a subject in a column.
    static String named(Subject subject) {
        return subject.type() + "/" + subject.id();
    }

    private static void insert(
            Transaction transaction, JobId job, String type, String subject, @Nullable String about, List<Step> steps) {
        long at = Times.column(transaction.now());
        transaction
                .handle()
                .createUpdate(JOB)
                .bind("id", job.value())
                .bind("kind", KIND)
                .bind("at", at)
                .execute();
        transaction
                .handle()
                .createUpdate(INSERT)
                .bind("id", job.value())
                .bind("type", type)
                .bind("subject", subject)
                .bind("about", about)
                .bind("steps", Json.write(steps))
                .bind("at", at)
                .execute();
    }

    /// Notes what the erasure asks for again at its end, ids by type.
    static void parts(Handle handle, JobId job, Map<String, Set<String>> parts) {
        if (parts.values().stream().allMatch(Set::isEmpty)) {
            return;
        }
        try (PreparedBatch batch = handle.prepareBatch(
                "insert into erasure_part (erasure_id, type, part_id) values (:job, :type, :part)")) {
            parts.forEach((type, ids) -> ids.forEach(id -> batch.bind("job", job.value())
                    .bind("type", type)
                    .bind("part", id)
                    .add()));
            batch.execute();
        }
    }

    /// What it asks for again, of a type.
    static List<String> parts(Handle handle, JobId job, String type) {
        return handle.createQuery("select part_id from erasure_part where erasure_id = :job and type = :type")
                .bind("job", job.value())
                .bind("type", type)
                .mapTo(String.class)
                .list();
    }

    /// Records a step that was done, and what the job says of itself.
    static void step(Transaction transaction, JobId job, Step step, double progress) {
        Stored stored = find(transaction.handle(), job).orElseThrow();
        List<Step> steps = new ArrayList<>(stored.steps);
        steps.removeIf(done -> done.name.equals(step.name));
        steps.add(step);
        transaction
                .handle()
                .createUpdate("update erasure set steps = :steps where id = :id")
                .bind("id", job.value())
                .bind("steps", Json.write(steps))
                .execute();
        say(transaction, job, JobStatus.RUNNING, progress, step.name + ": " + step.removed + " removed");
    }

    /// Keeps the receipt and drops what names the subject in clear.
    ///
    /// @param owner the hash of the user whose thing it was
    static void clear(Transaction transaction, JobId job, String hash, @Nullable String owner, ErasureReceipt receipt) {
        transaction
                .handle()
                .createUpdate("delete from erasure_part where erasure_id = :id")
                .bind("id", job.value())
                .execute();
        transaction
                .handle()
                .createUpdate("update erasure set subject_id = null, about = null, subject_hash = :hash,"
                        + " owner_hash = :owner, receipt = :receipt where id = :id")
                .bind("id", job.value())
                .bind("hash", hash)
                .bind("owner", owner)
                .bind("receipt", Json.write(receipt))
                .execute();
    }

    /// Keeps the receipt as it is now.
    static void keep(Transaction transaction, JobId job, ErasureReceipt receipt) {
        transaction
                .handle()
                .createUpdate("update erasure set receipt = :receipt where id = :id")
                .bind("id", job.value())
                .bind("receipt", Json.write(receipt))
                .execute();
    }

    /// Records the end, with the receipt as it became.
    static void end(Transaction transaction, JobId job, ErasureReceipt receipt, String detail) {
        transaction
                .handle()
                .createUpdate("update erasure set receipt = :receipt, ended_at = :at where id = :id")
                .bind("id", job.value())
                .bind("receipt", Json.write(receipt))
                .bind("at", Times.column(transaction.now()))
                .execute();
        say(transaction, job, receipt.complete() ? JobStatus.SUCCEEDED : JobStatus.FAILED, 1, detail);
    }

    /// What the job says of itself.
    static void say(Transaction transaction, JobId job, JobStatus status, double progress, String detail) {
        String line = detail.replaceAll("\\p{Cntrl}", " ");
        transaction
                .handle()
                .createUpdate("update job set status = :status, progress = :progress, detail = :detail,"
                        + " updated_at = :at where id = :id")
                .bind("id", job.value())
                .bind("status", status.key())
                .bind("progress", Math.clamp(progress, 0, 1))
                .bind("detail", line.substring(0, Math.min(MAX_DETAIL, line.length())))
                .bind("at", Times.column(transaction.now()))
                .execute();
    }

    /// Those that have not ended, oldest first.
    static List<Stored> open(Handle handle, int limit) {
        return handle.createQuery("select * from erasure where ended_at is null order by created_at, id limit :limit")
                .bind("limit", limit)
                .map(ErasureRows::row)
                .list();
    }

    static Optional<Stored> find(Handle handle, JobId job) {
        return handle.createQuery("select * from erasure where id = :id")
                .bind("id", job.value())
                .map(ErasureRows::row)
                .findOne();
    }

    /// The newest of a user, under way or by its hash.
    static Optional<Stored> latest(Handle handle, UserId user, String hash) {
        return handle.createQuery("select * from erasure where subject_type = 'user'"
                        + " and (subject_hash = :hash or ended_at is null and subject_id = :user)"
                        + " order by created_at desc, id desc limit 1")
                .bind("hash", hash)
                .bind("user", user.value())
                .map(ErasureRows::row)
                .findOne();
    }

    /// A page, newest first.
    ///
    /// @param owner only erasures of what was this user's; null for all
    /// @param hash of the owner
    static Page<ErasureState> page(
            Handle handle, @Nullable UserId owner, String hash, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> parts = Cursor.parts(LISTING, 1, cursor);
        String of = owner == null ? "1 = 1" : OWNED;
        Query query = handle.createQuery("select * from erasure where " + of
                        + " and (:before = '' or id < :before) order by id desc limit :limit")
                .bind("before", parts == null ? "" : parts.getFirst())
                .bind("limit", limit + 1);
        if (owner != null) {
            bindOwner(query, owner, hash);
        }
        List<ErasureState> states =
                query.map(ErasureRows::row).map(Stored::state).list();
        return Pages.cut(states, limit, LISTING, state -> List.of(state.job().value()));
    }

    /// One that is of what was this user's.
    static Optional<Stored> find(Handle handle, JobId job, UserId owner, String hash) {
        Query query = handle.createQuery("select * from erasure where id = :id and " + OWNED)
                .bind("id", job.value());
        return bindOwner(query, owner, hash).map(ErasureRows::row).findOne();
    }

    private static Query bindOwner(Query query, UserId owner, String hash) {
        return query.bind("owner", hash).bind("user", owner.value()).bind("about", named(new Subject.OfUser(owner)));
    }

    private static Stored row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        @Nullable String about = row.textOrNull("about");
        @Nullable String receipt = row.textOrNull("receipt");
        return new Stored(
                new JobId(row.text("id")),
                row.text("subject_type"),
                row.textOrNull("subject_id"),
                about == null ? null : subject(about),
                Json.read(row.text("steps"), STEPS),
                receipt == null ? null : Json.read(receipt, ErasureReceipt.class),
                row.time("created_at"),
                row.timeOrNull("ended_at") != null);
    }

    private static Subject subject(String about) {
        int slash = about.indexOf('/');
        return Subject.of(about.substring(0, slash), about.substring(slash + 1));
    }
}
