package dev.palate.memory.sql;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Overwrites what a SQLite file still holds of rows that have left their pages, while writes go on.
///
/// First the write-ahead log is emptied and a reader begins, which keeps the file as it is: SQLite moves
/// nothing into
/// it until that reader ends, and everything written meanwhile stays in the log. So the whole file can be cleaned
/// beside
/// the writer ([SqlitePages]). Then, between two groups, the log is emptied again and the pages that stood in it are
/// cleaned too, since the writer may have written them with old bytes from its cache; at last its cache is dropped.
/// Were
/// these pages many, they are another round of the first kind. Whatever was deleted before the start is in no page
/// afterwards: it is in no row, and only a live row leaves its bytes when it moves. One run; not thread-safe.
final class PageSweep {
    /// Most pages cleaned while the writer waits; about 10 ms of a fast disk.
    static final int MOST_ALONE = 2_000;
    private static final int MOST_ROUNDS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);
    private static final int LOG_HEADER = 32;
    private static final int FRAME_HEADER = 24;

    private enum Look {
        BUSY,
        LOST,
        MANY,
        CLEAN
    }

    private final SqlitePages pages;
    private final Path log;
    private final GroupCommit commits;
    private final Connection reader;
    private BitSet written = new BitSet();
    private @Nullable Integer salt;
    private boolean frozen;
    private SqlitePages.Cleaned cleaned = SqlitePages.Cleaned.NONE;

    /// @param log beside the file, may be missing
    /// @param reader used by nobody else
    PageSweep(SqlitePages pages, Path log, GroupCommit commits, Connection reader) throws SQLException {
        this.pages = pages;
        this.log = log;
        this.commits = commits;
        this.reader = reader;
        reader.setAutoCommit(false);
    }

    /// @return false when readers kept the log in use; then nothing is promised
    boolean run() throws SQLException, IOException {
        if (!patiently(this::freeze)) {
            return false;
        }
        cleaned = cleaned.and(pages.all());
        pages.force();
        for (int round = 1; ; round++) {
            boolean last = round == MOST_ROUNDS;
            Look[] look = {Look.BUSY};
            patiently(connection -> {
                look[0] = look(connection, last);
                return look[0] != Look.BUSY;
            });
            if (look[0] != Look.MANY) {
                return look[0] == Look.CLEAN;
            }
            cleaned = cleaned.and(pages.these(written));
            pages.force();
            written = new BitSet();
        }
    }

    /// Of all pages that had something.
    SqlitePages.Cleaned cleaned() {
        return cleaned;
    }

    private interface Attempt {
        boolean run(Connection connection) throws SQLException, IOException;
    }

    private boolean patiently(Attempt attempt) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Duration pause = FIRST_PAUSE;
        while (true) {
            boolean done = commits.alone(connection -> {
                try {
                    return attempt.run(connection);
                } catch (IOException e) {
                    throw new SQLException("the pages of the database cannot be read or written", e);
                }
            });
            if (done || System.nanoTime() >= end) {
                return done;
            }
            LockSupport.parkNanos(pause.toNanos());
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /// Empties the log and begins to read, so that the file stays as it is.
    private boolean freeze(Connection connection) throws SQLException {
        if (!SqliteDialect.truncateLog(connection)) {
            return false;
        }
        try (Statement statement = reader.createStatement()) {
            statement.executeQuery("select count(*) from sqlite_schema").close();
        }
        frozen = true;
        salt = null;
        return true;
    }

    /// Between two groups: notes what was written, moves it into the file, and cleans it or says that it is much.
    private Look look(Connection connection, boolean last) throws SQLException, IOException {
        boolean complete = note();
        if (frozen) {
            reader.rollback();
            frozen = false;
        }
        if (!complete) {
            return Look.LOST;
        }
        if (!SqliteDialect.truncateLog(connection)) {
            return Look.BUSY;
        }
        if (written.cardinality() > MOST_ALONE && !last) {
            return freeze(connection) ? Look.MANY : Look.LOST;
        }
        cleaned = cleaned.and(pages.these(written));
        pages.force();
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma shrink_memory");
        }
        return Look.CLEAN;
    }

    /// Adds the pages that stand in the log.
    ///
    /// @return false when the log was begun anew since, so that some may be missing
    private boolean note() throws IOException {
        if (!Files.exists(log)) {
            return frozen;
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            if (file.length() < LOG_HEADER) {
                return frozen;
            }
            ByteBuffer header = bytes(file, 0, LOG_HEADER);
            int first = header.getInt(16);
            long salts = header.getLong(16);
            // The log is begun anew only when all of it is in the file, and then its first salt goes up by one.
            boolean complete = frozen || salt != null && (first == salt || first == salt + 1);
            salt = first;
            long frame = FRAME_HEADER + (long) header.getInt(8);
            for (long at = LOG_HEADER; at + frame <= file.length(); at += frame) {
                ByteBuffer head = bytes(file, at, FRAME_HEADER);
                if (head.getLong(8) != salts) {
                    break;
                }
                written.set(head.getInt(0));
            }
            return complete;
        }
    }

    private static ByteBuffer bytes(RandomAccessFile file, long at, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.seek(at);
        file.readFully(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
