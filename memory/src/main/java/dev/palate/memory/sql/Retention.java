package dev.palate.memory.sql;

import org.jdbi.v3.core.Handle;

/// How much of the change feed and the outbox is kept; what is older goes while newer rows are written.
///
/// @param changes newest change numbers kept; a consumer further behind must rebuild
/// @param notes newest arrival numbers whose outbox notes are kept, also for a consumer that is further behind
/// @param every how many numbers lie between two prunings
record Retention(long changes, long notes, long every) {
    static final Retention STANDARD = new Retention(1_000_000, 500_000, 1_000);

    void pruneChanges(Handle handle, long before, long newest) {
        if (due(before, newest, changes)) {
            long horizon = newest - changes;
            handle.createUpdate("delete from change_log where number <= :horizon")
                    .bind("horizon", horizon)
                    .execute();
            handle.createUpdate("update meta set value = :horizon where name = 'change_horizon'")
                    .bind("horizon", Long.toString(horizon))
                    .execute();
        }
    }

    void pruneNotes(Handle handle, long before, long newest) {
        if (due(before, newest, notes)) {
            long horizon = newest - notes;
            handle.createUpdate("delete from outbox where number <= :horizon")
                    .bind("horizon", horizon)
                    .execute();
            handle.createUpdate("update meta set value = :horizon where name = 'note_horizon'")
                    .bind("horizon", Long.toString(horizon))
                    .execute();
        }
    }

    private boolean due(long before, long newest, long kept) {
        return newest > kept && before / every != newest / every;
    }
}
