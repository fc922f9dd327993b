package dev.palate.memory.sql;

import dev.palate.memory.Milestone;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves the write-ahead log into the database file in a thread of its own, so that no write waits for it.
///
/// SQLite by itself does that inside the commit that fills the log, which then takes many times as long as the
/// others. Here a passive checkpoint runs at most twice a second while there are commits. Under writes without
/// a pause that never catches up, and past [#MAX_LOG_PAGES] the writer does the rest between two groups.
/// Thread-safe.
final class Checkpoints implements Upkeep {
    /// Pages of the log past which the writer itself takes part; 64 MiB at 4 KiB a page.
    static final int MAX_LOG_PAGES = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final Duration EVERY = Duration.ofMillis(500);

    private final Connection connection;
    private final GroupCommit commits;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition told = lock.newCondition();
    private boolean due;
    private boolean closed;

    /// @param connection used by nobody else and closed by [#close]
    Checkpoints(Connection connection, GroupCommit commits) {
        this.connection = connection;
        this.commits = commits;
        this.thread = Thread.ofPlatform().name("palate-checkpoint").daemon().start(this::run);
    }

    @Override
    public void committed() {
        lock.lock();
        try {
            if (!due) {
                due = true;
                told.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (awaitDue()) {
            try {
                Milestone.LOG_MOVING.reached();
                if (passive(connection) > MAX_LOG_PAGES) {
                    commits.alone(Checkpoints::passive);
                }
                Milestone.LOG_MOVED.reached();
            } catch (SQLException | RuntimeException e) {
                // The log keeps what could not be moved, so nothing is lost; the next round tries again.
                LOG.warn("checkpoint failed: {}", e.getClass().getName());
            }
        }
    }

    /// @return the pages in the log, moved or not
    private static int passive(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("pragma wal_checkpoint(PASSIVE)")) {
            return result.next() ? result.getInt(2) : 0;
        }
    }

    /// Waits for a commit, then for the rest of the interval.
    ///
    /// @return false once closed
    private boolean awaitDue() {
        lock.lock();
        try {
            while (!due && !closed) {
                told.awaitUninterruptibly();
            }
            long left = EVERY.toNanos();
            while (left > 0 && !closed) {
                left = told.awaitNanos(left);
            }
            due = false;
            return !closed;
        } catch (InterruptedException e) {
            // Nobody but close ends this thread, and it does so through the flag.
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            told.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (thread.join(GroupCommit.DEADLINE)) {
                connection.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }
}
