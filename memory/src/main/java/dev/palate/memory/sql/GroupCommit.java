package dev.palate.memory.sql;

import dev.palate.memory.Latency;
import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Milestone;
import dev.palate.memory.change.WriterReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// The one writing thread: gathers the writes that wait, runs them in one transaction and commits once.
///
/// A write runs inside a savepoint, so one that fails takes nothing with it. A caller is answered after the commit
/// returned, never before. Interactive writes go first; bulk work runs in chunks and commits after
/// [#BULK_SLICE]. An interactive write that comes up meanwhile joins after the chunk under way, and the group
/// commits. Thread-safe.
final class GroupCommit implements AutoCloseable {
    /// Most writes of one transaction.
    static final int MAX_GROUP = 2_000;
    /// How long bulk work may hold the writer before it commits, while no interactive write waits.
    static final Duration BULK_SLICE = Duration.ofMillis(20);
    /// Most chunks of one caller that wait at a time: enough to fill a slice.
    static final int MAX_AHEAD = 8;
    /// How long a caller waits for its answer.
    static final Duration DEADLINE = Duration.ofSeconds(30);

    /// Work in no transaction, such as a checkpoint.
    interface Alone<T> {
        T run(Connection connection) throws SQLException;
    }

    /// A part of bulk work.
    ///
    /// @param took told the nanoseconds that the part held the writer
    record Chunk<T>(Function<Transaction, T> work, LongConsumer took) {}

    private static final class Waiting<T> {
        final Function<Transaction, T> work;
        final LongConsumer took;
        final CompletableFuture<T> answer = new CompletableFuture<>();
        final AtomicBoolean begun = new AtomicBoolean();
        final @Nullable Alone<T> alone;

        @Nullable
        Runnable acknowledge;

        Waiting(Chunk<T> chunk, @Nullable Alone<T> alone) {
            this.work = chunk.work;
            this.took = chunk.took;
            this.alone = alone;
        }
    }

    private final WritingConnection writing;
    private final Transaction transaction;
    private final LongConsumer committed;
    private final WriteQueue<Waiting<?>> queue = new WriteQueue<>();
    private final Latency commits = new Latency();
    private final LongAdder written = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Thread thread;
    private boolean bulkTurn;

    /// @param writing used by nobody else from now on; [#close] leaves it open
    /// @param committed told the newest change number after each commit, before any caller is answered
    GroupCommit(WritingConnection writing, Clock clock, Retention retention, LongConsumer committed)
            throws SQLException {
        this.writing = writing;
        this.committed = committed;
        this.transaction = new Transaction(writing, clock, retention);
        writing.connection().setAutoCommit(false);
        this.thread = Thread.ofPlatform().name("palate-writer").daemon().start(this::run);
    }

    /// Runs the write in the next group and waits until it is on disk.
    <T> T write(Function<Transaction, T> work) {
        Waiting<T> waiting = new Waiting<>(new Chunk<>(work, nanos -> {}), null);
        queue.add(waiting);
        return await(waiting);
    }

    /// Runs chunks of bulk work behind the interactive writes, in order, and waits until all are on disk. The
    /// iterator is asked for a chunk when few wait, so that it can learn from those before. A chunk should take
    /// a few milliseconds at most, since nothing can interrupt it. When one fails, others may be on disk;
    /// those that
    /// had not begun by then never do, and the others have ended when this throws.
    <T> List<T> bulk(Iterator<Chunk<T>> chunks) {
        List<T> answers = new ArrayList<>();
        ArrayDeque<Waiting<T>> waiting = new ArrayDeque<>();
        try {
            while (chunks.hasNext()) {
                if (waiting.size() == MAX_AHEAD) {
                    answers.add(await(waiting.remove()));
                }
                Waiting<T> next = new Waiting<>(chunks.next(), null);
                queue.addBulk(next, DEADLINE);
                waiting.add(next);
            }
            while (!waiting.isEmpty()) {
                answers.add(await(waiting.remove()));
            }
        } catch (InterruptedException e) {
            takenBack(waiting);
            throw interrupted(e);
        } catch (RuntimeException e) {
            takenBack(waiting).forEach(begun -> settled(begun, e));
            throw e;
        }
        return answers;
    }

    /// Takes back those that have not begun.
    ///
    /// @return the others
    private static <T> List<Waiting<T>> takenBack(ArrayDeque<Waiting<T>> waiting) {
        return waiting.stream()
                .filter(one -> !one.begun.compareAndSet(false, true))
                .toList();
    }

    private static void settled(Waiting<?> begun, RuntimeException before) {
        try {
            await(begun);
        } catch (RuntimeException e) {
            before.addSuppressed(e);
        }
    }

    /// Runs work between groups, in no transaction.
    <T> T alone(Alone<T> work) {
        Chunk<T> none = new Chunk<>(
                transaction -> {
                    throw new IllegalStateException("work of its own runs in no transaction");
                },
                nanos -> {});
        Waiting<T> waiting = new Waiting<>(none, work);
        try {
            queue.addBulk(waiting, DEADLINE);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        return await(waiting);
    }

    private static <T> T await(Waiting<T> waiting) {
        try {
            return waiting.answer.get(DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw rethrown(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            waiting.begun.set(true);
            throw interrupted(e);
        } catch (TimeoutException e) {
            boolean never = waiting.begun.compareAndSet(false, true);
            throw new MemoryException(
                    Code.DEADLINE,
                    "the write was not on disk within " + DEADLINE.toSeconds() + " s; "
                            + (never
                                    ? "it was taken back, try again"
                                    : "it may still get there, read before trying again"),
                    e);
        }
    }

    /// The failure with the caller's stack on it.
    private static RuntimeException rethrown(Throwable failure) {
        return switch (failure) {
            case MemoryException known -> new MemoryException(known.code(), String.valueOf(known.getMessage()), known);
            case IllegalArgumentException argument -> new IllegalArgumentException(argument.getMessage(), argument);
            default -> new IllegalStateException(failure.getMessage(), failure);
        };
    }

    private static MemoryException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new MemoryException(
                Code.DEADLINE,
                "interrupted while a write was under way; it may be on disk, read before trying again",
                e);
    }

    private void run() {
        while (queue.awaitWrite()) {
            runGroup();
        }
    }

    private void runGroup() {
        List<Waiting<?>> group = new ArrayList<>();
        @Nullable Waiting<?> alone = null;
        boolean begun = false;
        try {
            begin();
            begun = true;
            runInteractive(group);
            // Beside interactive writes every other group takes one chunk of bulk work, so that neither starves.
            bulkTurn = group.isEmpty() || !bulkTurn;
            if (bulkTurn) {
                alone = runBulk(group, group.isEmpty() ? MAX_GROUP : 1);
            }
            transaction.endGroup();
            Milestone.GROUP_COMMITTING.reached();
            long start = System.nanoTime();
            writing.connection().commit();
            Milestone.GROUP_COMMITTED.reached();
            if (!group.isEmpty()) {
                commits.since(start);
                written.add(group.size());
            }
        } catch (SQLException | RuntimeException | Error e) {
            rollBack(e);
            failed.increment();
            RuntimeException failure = Failures.of(e);
            group.forEach(waiting -> waiting.answer.completeExceptionally(failure));
            if (!begun) {
                // A group that cannot even begin must still answer somebody, or it would spin.
                failNext(failure);
            }
            if (alone != null) {
                alone.answer.completeExceptionally(failure);
            }
            return;
        }
        committed.accept(transaction.latestChange());
        Milestone.FEED_TOLD.reached();
        for (Waiting<?> waiting : group) {
            if (waiting.acknowledge != null) {
                waiting.acknowledge.run();
            }
        }
        Milestone.CALLERS_TOLD.reached();
        if (alone != null) {
            runAlone(alone);
        }
    }

    /// Begins a group; nothing is written yet, so a connection that was lost meanwhile costs no caller anything.
    private void begin() throws SQLException {
        writing.renewIfLost();
        try {
            transaction.beginGroup();
        } catch (RuntimeException e) {
            if (!writing.look()) {
                throw e;
            }
            writing.renewIfLost();
            transaction.beginGroup();
        }
    }

    private void failNext(RuntimeException failure) {
        queue.takeInteractive(MAX_GROUP).forEach(waiting -> waiting.answer.completeExceptionally(failure));
        @Nullable Waiting<?> bulk = queue.takeBulk();
        if (bulk != null) {
            bulk.answer.completeExceptionally(failure);
        }
    }

    /// Where a write takes the whole group with it, those behind it wait for the next.
    private void runInteractive(List<Waiting<?>> group) {
        List<Waiting<?>> taken = queue.takeInteractive(MAX_GROUP);
        int next = 0;
        try {
            while (next < taken.size()) {
                runWrite(taken.get(next++), group);
            }
        } finally {
            queue.putBack(taken.subList(next, taken.size()));
        }
    }

    /// @return work that must run alone after this group, which it ends
    private @Nullable Waiting<?> runBulk(List<Waiting<?>> group, int mostChunks) {
        long start = System.nanoTime();
        for (int chunk = 0; chunk < mostChunks && System.nanoTime() - start < BULK_SLICE.toNanos(); chunk++) {
            if (mostChunks > 1 && queue.hasInteractive()) {
                runInteractive(group);
                return null;
            }
            @Nullable Waiting<?> next = queue.takeBulk();
            if (next == null) {
                return null;
            }
            if (next.alone != null) {
                return next;
            }
            runWrite(next, group);
        }
        return null;
    }

    private <T> void runWrite(Waiting<T> waiting, List<Waiting<?>> group) {
        if (!waiting.begun.compareAndSet(false, true)) {
            return;
        }
        group.add(waiting);
        long start = System.nanoTime();
        transaction.beginWrite();
        T result;
        try {
            result = waiting.work.apply(transaction);
            transaction.endWrite();
        } catch (RuntimeException | Error e) {
            group.removeLast();
            waiting.answer.completeExceptionally(Failures.of(e));
            undo(e);
            return;
        }
        waiting.took.accept(System.nanoTime() - start);
        waiting.acknowledge = () -> waiting.answer.complete(result);
    }

    /// Takes back the failed write; where the database has already rolled everything back, the group fails with it.
    private void undo(Throwable failure) {
        try {
            transaction.undoWrite();
        } catch (RuntimeException e) {
            RuntimeException cause = Failures.of(failure);
            cause.addSuppressed(e);
            throw cause;
        }
    }

    private <T> void runAlone(Waiting<T> waiting) {
        if (!waiting.begun.compareAndSet(false, true) || waiting.alone == null) {
            return;
        }
        Connection connection = writing.connection();
        try {
            connection.setAutoCommit(true);
            try {
                waiting.answer.complete(waiting.alone.run(connection));
            } finally {
                connection.setAutoCommit(false);
            }
        } catch (SQLException | RuntimeException e) {
            waiting.answer.completeExceptionally(Failures.of(e));
        }
    }

    private void rollBack(Throwable cause) {
        try {
            writing.connection().rollback();
            writing.look();
        } catch (SQLException e) {
            // SQLite itself has rolled back, as on a full disk, and the driver lost track of it; or all is gone.
            cause.addSuppressed(e);
            writing.giveUp();
        }
    }

    /// Commits what waits, then ends the thread.
    @Override
    public void close() {
        queue.close();
        try {
            if (!thread.join(DEADLINE)) {
                throw new MemoryException(
                        Code.DEADLINE, "the writer did not end within " + DEADLINE.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /// What it did so far.
    WriterReport report() {
        return new WriterReport(
                commits.count(),
                written.sum(),
                failed.sum(),
                waiting(),
                commits.totalSeconds(),
                commits.micros(0.5),
                commits.micros(0.99));
    }

    /// How many writes wait now, chunks of bulk work counted as one each.
    int waiting() {
        return queue.size();
    }
}
