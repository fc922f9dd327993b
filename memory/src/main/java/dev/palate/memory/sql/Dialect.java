package dev.palate.memory.sql;

import dev.palate.memory.erase.ErasureReceipt;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/// What differs between the databases: how connections are made and kept, and how deleted rows leave the disk.
/// The SQL of the ports is the same on all. Thread-safe.
sealed interface Dialect extends AutoCloseable permits SqliteDialect, PostgresDialect {
    /// What the database is called in messages.
    String name();

    /// Opens the connection that writes, syncing every commit, and makes this process the database's only owner
    /// for as long as it is open.
    Connection writer() throws SQLException;

    /// Connections that change tables.
    DataSource migrating();

    /// Connections that only read.
    DataSource reading();

    /// What a reading connection runs first.
    String readerSetUp();

    /// True when the connection is gone for good and another may work.
    boolean lost(Connection connection);

    /// True when what failed was the connection of a reader, so that the same work may do well on
    /// another.
    boolean readerLost(Throwable failure);

    /// Starts what has to be done beside the writes.
    Upkeep upkeep(GroupCommit commits) throws SQLException;

    /// Takes what was deleted from the tables off the disk.
    ///
    /// @return what could not be done, for the erasure's receipt; empty when all was
    Wiped wipe(GroupCommit commits, List<String> tables);

    /// As [#wipe], and overwrites what copies of deleted rows are left elsewhere in the files: at the end of an
    /// erasure.
    Wiped clear(GroupCommit commits, List<String> tables);

    /// What a wiping came to.
    ///
    /// @param done false when it is to be tried again
    /// @param places what was looked through, for the erasure's receipt
    /// @param notes what it did not reach, for the receipt too
    record Wiped(boolean done, List<ErasureReceipt.Place> places, List<String> notes) {}

    /// Writes a copy of one moment into an empty file, while writes go on.
    void copy(Path file) throws SQLException;

    /// Lets go of what it holds, after all connections are closed.
    @Override
    default void close() {}
}
