package dev.palate.memory.sql;

import dev.palate.memory.Require;
import dev.palate.memory.change.Outbox;
import java.util.List;

/// The notes in table `outbox`.
final class SqlOutbox implements Outbox {
    private static final int MAX_LIMIT = 10_000;

    private final Database database;

    SqlOutbox(Database database) {
        this.database = database;
    }

    @Override
    public List<Note> after(long number, int limit) {
        Require.range("limit", limit, 1, MAX_LIMIT);
        return database.read(handle -> handle.createQuery(
                        "select * from outbox where number > :number order by number limit :limit")
                .bind("number", number)
                .bind("limit", limit)
                .map((result, context) -> {
                    Row row = new Row(result);
                    return new Note(
                            row.number("number"),
                            row.text("topic"),
                            row.text("subject_type"),
                            row.text("subject_id"),
                            row.text("payload_id"),
                            row.time("created_at"));
                })
                .list());
    }

    @Override
    public int done(long upTo) {
        return database.write(transaction -> transaction
                .handle()
                .createUpdate("delete from outbox where number <= :number")
                .bind("number", upTo)
                .execute());
    }

    @Override
    public long count() {
        return database.read(handle -> handle.createQuery("select count(*) from outbox")
                .mapTo(Long.class)
                .one());
    }
}
