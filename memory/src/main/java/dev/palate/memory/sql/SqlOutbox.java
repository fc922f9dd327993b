package dev.palate.memory.sql;

import dev.palate.memory.Require;
import dev.palate.memory.change.Outbox;
import java.util.List;
import java.util.Optional;

/// The notes in table `outbox`, and how far their consumers are in table `consumer`.
final class SqlOutbox implements Outbox {
    private static final int MAX_LIMIT = 10_000;
    private static final String APPLIED = """
            insert into consumer (name, epoch, number, applied_at) values (:name, :epoch, :number, :at)
            on conflict (name) do update set epoch = excluded.epoch, number = excluded.number,
                applied_at = excluded.applied_at
            """;

    private final Database database;
    private final ChunkSize chunks = new ChunkSize();

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
    public long latest() {
        return database.read(handle -> handle.createQuery("select arrival from counter where name = 'counter'")
                .mapTo(Long.class)
                .one());
    }

    @Override
    public long horizon() {
        return Long.parseLong(
                database.read(handle -> handle.createQuery("select value from meta where name = 'note_horizon'")
                        .mapTo(String.class)
                        .one()));
    }

    @Override
    public Optional<Position> position(String consumer) {
        return database.read(handle -> handle.createQuery("select epoch, number from consumer where name = :name")
                .bind("name", consumer)
                .map((result, context) -> new Position(result.getLong(1), result.getLong(2)))
                .findOne());
    }

    @Override
    public int applied(String consumer, Position position) {
        database.write(transaction -> transaction
                .handle()
                .createUpdate(APPLIED)
                .bind("name", Require.id("consumer", consumer))
                .bind("epoch", position.epoch())
                .bind("number", position.number())
                .bind("at", Times.column(transaction.now()))
                .execute());
        List<Long> done = database.read(handle -> handle.createQuery(
                        "select number from outbox where number <= (select min(number) from consumer) order by number")
                .mapTo(Long.class)
                .list());
        return database.writeRows(
                chunks,
                done,
                (transaction, chunk) -> transaction
                        .handle()
                        .createUpdate("delete from outbox where number >= :from and number <= :to")
                        .bind("from", chunk.getFirst())
                        .bind("to", chunk.getLast())
                        .execute());
    }

    @Override
    public void forget(String consumer) {
        if (position(consumer).isPresent()) {
            database.write(transaction -> transaction
                    .handle()
                    .createUpdate("delete from consumer where name = :name")
                    .bind("name", consumer)
                    .execute());
        }
    }

    @Override
    public long countAfter(long number) {
        return database.read(handle -> handle.createQuery("select count(*) from outbox where number > :number")
                .bind("number", number)
                .mapTo(Long.class)
                .one());
    }

    @Override
    public long count() {
        return database.read(handle -> handle.createQuery("select count(*) from outbox")
                .mapTo(Long.class)
                .one());
    }
}
