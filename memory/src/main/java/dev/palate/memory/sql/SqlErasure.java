package dev.palate.memory.sql;

import dev.palate.memory.Milestone;
import dev.palate.memory.Page;
import dev.palate.memory.Threads;
import dev.palate.memory.change.Change;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureCounts;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.job.JobId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Forgets a user in every table in one commit that also notes what is left to do; [ErasureRun] does that, here or in
/// the background.
final class SqlErasure implements Erasure {
    /// A table and the rows of it that are a user's; in an order that breaks no reference.
    private record Table(String name, String condition) {}

    private static final String MEMORY = "subject_type = 'user' and subject_id = :user";
    private static final List<Table> TABLES = List.of(
            new Table("outbox", MEMORY),
            new Table("memory_revision", MEMORY),
            new Table("cold_memory", MEMORY),
            new Table("tier_access", MEMORY),
            new Table("memory_evidence", "memory_id in (select id from memory where " + MEMORY + ")"),
            new Table("memory", MEMORY),
            new Table("rejection", MEMORY),
            new Table("consent", "user_id = :user"),
            new Table("theme_plan", "user_id = :user"),
            new Table("theme_share", "contributor = :user or " + MEMORY),
            new Table("theme_weight", MEMORY),
            new Table("theme_user", "user_id = :user"),
            new Table("interaction", "user_id = :user"),
            new Table("turn_trace", "user_id = :user"),
            new Table(
                    "slate",
                    "user_id = :user or conversation_id in (select id from conversation where user_id = :user)"),
            new Table("message", "conversation_id in (select id from conversation where user_id = :user)"),
            new Table("conversation", "user_id = :user"),
            new Table("api_key", "user_id = :user"),
            new Table("change_log", "type in ('INTERACTION', 'USER') and id = :user"),
            new Table("users", "id = :user"));

    private static final Logger LOG = LoggerFactory.getLogger(SqlErasure.class);
    private static final long LOOK_MILLIS = 100;
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(30);

    private final ErasureParts parts;
    private final ErasureRun run;
    private final Semaphore begun = new Semaphore(0);
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable Thread thread;

    SqlErasure(ErasureParts parts) {
        this.parts = parts;
        run = new ErasureRun(parts);
    }

    static List<String> tables() {
        return TABLES.stream().map(Table::name).toList();
    }

    @Override
    public ErasureReceipt user(UserId user) {
        return run.now(begin(user));
    }

    @Override
    public Optional<ErasureReceipt> memory(MemoryId memory) {
        return begin(memory).map(run::now);
    }

    @Override
    public JobId begin(UserId user) {
        return begin(parts, user, List.of(), begun::release);
    }

    /// Deletes the user and notes the rest, in one commit.
    ///
    /// @param done steps that need not be done
    static JobId begin(ErasureParts parts, UserId user, List<ErasureRows.Step> done, Runnable after) {
        JobId job = parts.database().write(transaction -> {
            Set<String> dropped = DerivedMemories.restingOn(transaction.handle(), user).stream()
                    .filter(id ->
                            parts.memories().erase(transaction, id, List.of()).isPresent())
                    .map(MemoryId::value)
                    .collect(Collectors.toSet());
            List<Long> removed = delete(transaction, user);
            List<ErasureRows.Step> steps = new ArrayList<>(done);
            for (int i = 0; i < TABLES.size(); i++) {
                steps.add(ErasureRows.Step.table(TABLES.get(i).name, removed.get(i)));
            }
            steps.add(new ErasureRows.Step(DerivedMemories.NAME, dropped.size(), List.of()));
            JobId id = new JobId(parts.ids().next());
            ErasureRows.insert(transaction, id, user, steps);
            ErasureRows.parts(transaction.handle(), id, Map.of("memory", dropped));
            return id;
        });
        Milestone.ERASURE_BEGUN.reached();
        after.run();
        return job;
    }

    @Override
    public Optional<JobId> begin(MemoryId memory) {
        Optional<JobId> job = parts.memories().erase(memory, List.of());
        Milestone.ERASURE_BEGUN.reached();
        begun.release();
        return job;
    }

    @Override
    public Optional<ErasureReceipt> conversation(ConversationId conversation) {
        return begin(conversation).map(run::now);
    }

    @Override
    public Optional<JobId> begin(ConversationId conversation) {
        Optional<JobId> job = ConversationErasure.begin(parts, conversation, List.of());
        begun.release();
        return job;
    }

    @Override
    public ErasureReceipt memories(Subject subject) {
        return run.now(begin(subject));
    }

    @Override
    public JobId begin(Subject subject) {
        JobId job = parts.memories().eraseAll(subject, null, List.of());
        begun.release();
        return job;
    }

    static List<Long> delete(Transaction transaction, UserId user) {
        Handle handle = transaction.handle();
        List<String> memories = handle.createQuery("select id from memory where " + MEMORY)
                .bind("user", user.value())
                .mapTo(String.class)
                .list();
        handle.createUpdate("delete from change_log where type = 'MEMORY' and id in (select id from memory where "
                        + MEMORY + ")")
                .bind("user", user.value())
                .execute();
        ThemeRows.subtract(transaction, user);
        List<Long> removed = new ArrayList<>();
        for (Table table : TABLES) {
            removed.add((long) handle.createUpdate("delete from " + table.name + " where " + table.condition)
                    .bind("user", user.value())
                    .execute());
        }
        memories.forEach(memory -> transaction.change(Change.Type.MEMORY, memory, 0));
        if (removed.stream().anyMatch(count -> count > 0)) {
            transaction.change(Change.Type.USER, user.value(), 0);
            // What was counted of the user is counted again; for which items would say something of the user.
            transaction.outbox("opinion", "item", "", "");
        }
        return removed;
    }

    /// Deletes what was written about the user since, without a word to consumers when there was nothing.
    ///
    /// @return how many rows
    static long deleteLate(Transaction transaction, UserId user) {
        long late = TABLES.stream()
                .mapToLong(table -> count(transaction.handle(), table, user))
                .sum();
        if (late > 0) {
            delete(transaction, user);
        }
        return late;
    }

    private static long count(Handle handle, Table table, UserId user) {
        // The erasure's own entry in the feed is how consumers hear of it; it goes with the last commit.
        String but = table.name.equals("change_log") ? " and type != 'USER'" : "";
        return handle.createQuery("select count(*) from " + table.name + " where (" + table.condition + ")" + but)
                .bind("user", user.value())
                .mapTo(Long.class)
                .one();
    }

    /// How many rows of the user each table still has, in the order of the tables.
    static List<ErasureReceipt.Place> ask(Handle handle, UserId user, ErasureRows.Stored erasure) {
        List<ErasureReceipt.Place> places = new ArrayList<>();
        for (Table table : TABLES) {
            places.add(new ErasureReceipt.Place(
                    "table " + table.name, removed(erasure, table.name), count(handle, table, user)));
        }
        return places;
    }

    private static long removed(ErasureRows.Stored erasure, String table) {
        return erasure.steps().stream()
                .filter(step -> step.table().equals(Optional.of(table)))
                .mapToLong(ErasureRows.Step::removed)
                .sum();
    }

    @Override
    public Optional<ErasureState> state(JobId job) {
        return parts.database().read(handle -> ErasureRows.find(handle, job)).map(ErasureRows.Stored::state);
    }

    @Override
    public Optional<ErasureState> state(JobId job, UserId owner) {
        String hash = parts.ledger().hash("user", owner.value());
        return parts.database()
                .read(handle -> ErasureRows.find(handle, job, owner, hash))
                .map(ErasureRows.Stored::state);
    }

    @Override
    public Page<ErasureState> page(@Nullable UserId owner, @Nullable String cursor, int limit) {
        String hash = owner == null ? "" : parts.ledger().hash("user", owner.value());
        return parts.database().read(handle -> ErasureRows.page(handle, owner, hash, cursor, limit));
    }

    @Override
    public Optional<ErasureState> latest(UserId user) {
        String hash = parts.ledger().hash("user", user.value());
        return parts.database()
                .read(handle -> ErasureRows.latest(handle, user, hash))
                .map(ErasureRows.Stored::state);
    }

    @Override
    public Optional<ErasureState> await(JobId job, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        Optional<ErasureState> state = state(job);
        while (state.isPresent() && !state.get().ended() && System.nanoTime() < deadline) {
            run.awaitStep(Duration.ofMillis(LOOK_MILLIS));
            state = state(job);
        }
        return state;
    }

    @Override
    public ErasureCounts counts() {
        return parts.database()
                .read(handle -> handle.createQuery(
                                "select count(*) as open, min(created_at) as oldest from erasure where ended_at is null")
                        .map((result, context) -> {
                            Row row = new Row(result);
                            return run.counts(row.number("open"), row.timeOrNull("oldest"));
                        })
                        .one());
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            begun.release();
            thread = Thread.ofPlatform().daemon().name("palate-erasure").start(this::work);
        }
    }

    private void work() {
        long seen = -1;
        try {
            while (closing.getCount() > 0) {
                boolean told = begun.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                long latest = parts.database().latestChange();
                if (!told && latest == seen) {
                    continue;
                }
                begun.drainPermits();
                if (pass()) {
                    seen = latest;
                } else if (!closing.await(AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS)) {
                    seen = -1;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean pass() {
        try {
            return run.all(() -> closing.getCount() == 0);
        } catch (RuntimeException | Error e) {
            // An error, too: a thread that ends in silence leaves erasures under way for good.
            LOG.warn("erasures cannot go on, next try in {} s", AFTER_FAILURE.toSeconds(), e);
            return false;
        }
    }

    @Override
    public void close() {
        closing.countDown();
        Thread worker;
        synchronized (this) {
            worker = thread;
        }
        Threads.awaitEnd(worker, CLOSE_DEADLINE, LOG, "the erasure under way");
    }
}
