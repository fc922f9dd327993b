package dev.palate.memory.sql;

import dev.palate.memory.Milestone;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/// What a write sees of the transaction it runs in: the connection, the time, and the numbers it hands out.
///
/// The change number and the arrival number are taken from one counter row, locked when the group begins, so that
/// numbers become visible in their order. Rows of the change feed and the outbox are gathered per write and
/// written at its end. Used by the writing thread only.
final class Transaction {
    private static final String LOCK = "update counter set arrival = arrival where name = 'counter'";
    private static final String READ = "select change_number, arrival from counter where name = 'counter'";
    private static final String KEEP =
            "update counter set change_number = :change, arrival = :arrival where name = 'counter'";
    private static final String CHANGE =
            "insert into change_log (number, type, id, revision) values (:number, :type, :id, :revision)";
    private static final String OUTBOX = "insert into outbox (number, topic, subject_type, subject_id, payload_id,"
            + " created_at) values (:number, :topic, :subjectType, :subjectId, :payload, :at)";

    private record Numbers(long change, long arrival) {}

    private record Note(String topic, String subjectType, String subjectId, String payload) {}

    private final WritingConnection writing;
    private final Clock clock;
    private final Retention retention;
    private final List<Change> changes = new ArrayList<>();
    private final List<Note> notes = new ArrayList<>();
    private Numbers committed = new Numbers(0, 0);
    private Numbers beforeWrite = committed;
    private Numbers current = committed;

    Transaction(WritingConnection writing, Clock clock, Retention retention) {
        this.writing = writing;
        this.clock = clock;
        this.retention = retention;
    }

    Handle handle() {
        return writing.handle();
    }

    Instant now() {
        return Times.cut(clock.instant());
    }

    /// Notes that a thing changed; the number is given at the end of the write.
    void change(Change.Type type, String id, long revision) {
        current = new Numbers(current.change + 1, current.arrival);
        changes.add(new Change(new ChangeNumber(current.change), type, id, revision));
    }

    /// Leaves a note for consumers that act after the commit.
    void outbox(String topic, String subjectType, String subjectId, String payload) {
        notes.add(new Note(topic, subjectType, subjectId, payload));
    }

    /// The next number in the order of arrival.
    long arrival() {
        current = new Numbers(current.change, current.arrival + 1);
        return current.arrival;
    }

    /// The newest change number handed out.
    long latestChange() {
        return current.change;
    }

    void beginGroup() {
        // What a group that failed as a whole had gathered.
        forget();
        handle().createUpdate(LOCK).execute();
        committed = handle().createQuery(READ)
                .map((result, context) -> new Numbers(result.getLong(1), result.getLong(2)))
                .one();
        current = committed;
    }

    void endGroup() {
        if (!current.equals(committed)) {
            handle().createUpdate(KEEP)
                    .bind("change", current.change)
                    .bind("arrival", current.arrival)
                    .execute();
            retention.pruneChanges(handle(), committed.change, current.change);
            retention.pruneNotes(handle(), committed.arrival, current.arrival);
        }
    }

    void beginWrite() {
        handle().createUpdate("savepoint one_write").execute();
        beforeWrite = current;
    }

    void endWrite() {
        Milestone.ROWS_WRITTEN.reached();
        writeChanges();
        writeNotes();
        Milestone.NOTES_WRITTEN.reached();
        handle().createUpdate("release savepoint one_write").execute();
    }

    void undoWrite() {
        forget();
        current = beforeWrite;
        handle().createUpdate("rollback to savepoint one_write").execute();
        handle().createUpdate("release savepoint one_write").execute();
    }

    private void forget() {
        changes.clear();
        notes.clear();
    }

    private void writeChanges() {
        if (changes.isEmpty()) {
            return;
        }
        try (PreparedBatch batch = handle().prepareBatch(CHANGE)) {
            for (Change change : changes) {
                batch.bind("number", change.number().value())
                        .bind("type", change.type().name())
                        .bind("id", change.id())
                        .bind("revision", change.revision())
                        .add();
            }
            batch.execute();
        }
        changes.clear();
    }

    private void writeNotes() {
        if (notes.isEmpty()) {
            return;
        }
        long at = Times.column(now());
        try (PreparedBatch batch = handle().prepareBatch(OUTBOX)) {
            for (Note note : notes) {
                batch.bind("number", arrival())
                        .bind("topic", note.topic)
                        .bind("subjectType", note.subjectType)
                        .bind("subjectId", note.subjectId)
                        .bind("payload", note.payload)
                        .bind("at", at)
                        .add();
            }
            batch.execute();
        }
        notes.clear();
    }
}
