package dev.palate.memory.sql;

import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.user.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The interactions in table `interaction`.
final class SqlInteractions implements Interactions {
    private static final int FETCH = 1_000;
    private static final int MAX_OF_USER = 100_000;
    private static final int MAX_SHARED = 64;
    private static final String APPEND = """
            insert into interaction (id, user_id, item_id, type, stars, at, slate_id, arrival)
            values (:id, :user, :item, :type, :stars, :at, :slate, :arrival)
            on conflict (id) do nothing
            """;

    private final Database database;
    private final ChunkSize chunks = new ChunkSize();
    private final long until;
    private final String bound;

    SqlInteractions(Database database) {
        this(database, Long.MAX_VALUE);
    }

    /// @param until the newest arrival seen
    private SqlInteractions(Database database, long until) {
        this.database = database;
        this.until = until;
        // The indexes by time and by item hold the arrival, so that counting needs no row.
        bound = until == Long.MAX_VALUE ? "" : " and arrival <= " + until;
    }

    @Override
    public long arrival() {
        long newest = database.read(handle -> handle.createQuery("select arrival from counter where name = 'counter'")
                .mapTo(Long.class)
                .one());
        return Math.min(newest, until);
    }

    @Override
    public Interactions asOf(long arrival) {
        return new SqlInteractions(database, Math.min(arrival, until));
    }

    @Override
    public int append(List<Interaction> interactions) {
        return append(interactions, SqlUsers::ensure);
    }

    @Override
    public int appendOfKnown(List<Interaction> interactions) {
        return append(interactions, SqlUsers::require);
    }

    private int append(List<Interaction> interactions, BiConsumer<Transaction, UserId> before) {
        if (until != Long.MAX_VALUE) {
            throw new IllegalStateException("the log as it was at arrival " + until + " takes nothing");
        }
        return database.writeRows(chunks, interactions, (transaction, chunk) -> {
            Set<UserId> users = new LinkedHashSet<>();
            chunk.forEach(interaction -> users.add(interaction.user()));
            users.forEach(user -> before.accept(transaction, user));
            int[] inserted = insert(transaction, chunk);
            Set<UserId> changed = new LinkedHashSet<>();
            int added = 0;
            for (int i = 0; i < inserted.length; i++) {
                if (inserted[i] == 1) {
                    added++;
                    Interaction interaction = chunk.get(i);
                    String user = interaction.user().value();
                    changed.add(interaction.user());
                    transaction.outbox(
                            "interaction", "user", user, interaction.id().value());
                }
            }
            changed.forEach(user -> transaction.change(Change.Type.INTERACTION, user.value(), 1));
            return added;
        });
    }

    /// @return for each interaction 1 when it was new, else 0
    private static int[] insert(Transaction transaction, List<Interaction> chunk) {
        try (PreparedBatch batch = transaction.handle().prepareBatch(APPEND)) {
            for (Interaction interaction : chunk) {
                Feedback feedback = interaction.feedback();
                @Nullable SlateId slate = interaction.slate();
                batch.bind("id", interaction.id().value())
                        .bind("user", interaction.user().value())
                        .bind("item", interaction.item().value())
                        .bind("type", feedback.type())
                        .bind("stars", feedback instanceof Feedback.Rated rated ? rated.stars() : 0)
                        .bind("at", Times.column(interaction.at()))
                        .bind("slate", slate == null ? null : slate.value())
                        .bind("arrival", transaction.arrival())
                        .add();
            }
            return batch.execute();
        }
    }

    @Override
    public List<Interaction> ofUser(UserId user, int limit) {
        Require.range("limit", limit, 0, MAX_OF_USER);
        List<Interaction> newestFirst =
                database.read(handle -> handle.createQuery("select * from interaction where user_id = :user" + bound
                                + " order by at desc, arrival desc limit :limit")
                        .bind("user", user.value())
                        .bind("limit", limit)
                        .map(SqlInteractions::row)
                        .list());
        return List.copyOf(newestFirst.reversed());
    }

    @Override
    public List<Event> events(UserId user, int limit) {
        Require.range("limit", limit, 0, MAX_OF_USER);
        // The first list after an event reads up to thousands of these.
        List<Event> newestFirst = database.rows(
                "select item_id, type, stars, at, arrival from interaction where user_id = ?" + bound
                        + " order by at desc, arrival desc limit ?",
                SqlInteractions::event,
                user.value(),
                limit);
        return List.copyOf(newestFirst.reversed());
    }

    @Override
    public Since eventsSince(UserId user, long arrival, int limit) {
        Require.range("arrival", arrival, 0, Long.MAX_VALUE);
        Require.range("limit", limit, 0, MAX_OF_USER);
        // One statement, so that both are of one moment.
        List<Line> lines = database.rows(
                "select item_id, type, stars, at, arrival from (select item_id, type, stars, at, arrival from interaction where user_id = ?"
                        + " and arrival > ?" + bound + " order by arrival limit ?) since"
                        + " union all select null, null, 0, 0, count(*) from interaction where user_id = ?"
                        + " and arrival <= ?" + bound,
                SqlInteractions::line,
                user.value(),
                arrival,
                limit,
                user.value(),
                arrival);
        long before = 0;
        List<Event> events = new ArrayList<>();
        for (Line line : lines) {
            before += line.before;
            line.event.ifPresent(events::add);
        }
        events.sort(Comparator.comparing(Event::at).thenComparingLong(Event::arrival));
        return new Since(before, List.copyOf(events));
    }

    /// A row of [#eventsSince]: an event, or how many there were before.
    private record Line(Optional<Event> event, long before) {}

    private static Line line(ResultSet result) throws SQLException {
        return result.getString(1) == null
                ? new Line(Optional.empty(), result.getLong(5))
                : new Line(Optional.of(event(result)), 0);
    }

    private static Event event(ResultSet result) throws SQLException {
        return new Event(
                new ItemId(result.getString(1)),
                Feedback.of(result.getString(2), result.getDouble(3)),
                Times.of(result.getLong(4)),
                result.getLong(5));
    }

    @Override
    public List<Shared> shared(UserId user, Collection<ItemId> items, int perItem) {
        Require.range("number of items", items.size(), 0, MAX_SHARED);
        Require.range("interactions an item", perItem, 1, 256);
        List<ItemId> each = items.stream().distinct().toList();
        if (each.isEmpty()) {
            return List.of();
        }
        // One after the other, lest the newest of a popular item mean reading all of it.
        String sql = IntStream.range(0, each.size())
                .mapToObj(i ->
                        "select * from (select user_id, item_id, type, stars, at from interaction where item_id = :i"
                                + i + " and user_id <> :user" + bound + " order by arrival desc limit :most) s" + i)
                .collect(Collectors.joining(" union all "));
        return database.read(handle -> {
            Query query = handle.createQuery(sql).bind("user", user.value()).bind("most", perItem);
            for (int i = 0; i < each.size(); i++) {
                query.bind("i" + i, each.get(i).value());
            }
            return query.map((result, context) -> {
                        Row row = new Row(result);
                        return new Shared(
                                new UserId(row.text("user_id")),
                                new ItemId(row.text("item_id")),
                                Feedback.of(row.text("type"), row.real("stars")),
                                row.time("at"));
                    })
                    .list();
        });
    }

    @Override
    public Page<Interaction> page(UserId user, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> parts = Cursor.parts("interactions", 2, cursor);
        long at = parts == null ? Long.MAX_VALUE : Cursor.number("interactions", parts.get(0), String.valueOf(cursor));
        long arrival =
                parts == null ? Long.MAX_VALUE : Cursor.number("interactions", parts.get(1), String.valueOf(cursor));
        List<Arrived> rows = database.read(
                handle -> handle.createQuery("select * from interaction where user_id = :user and at <= :at"
                                + " and (at < :at or arrival < :arrival)" + bound
                                + " order by at desc, arrival desc limit :limit")
                        .bind("user", user.value())
                        .bind("at", at)
                        .bind("arrival", arrival)
                        .bind("limit", limit + 1)
                        .map(SqlInteractions::arrived)
                        .list());
        Page<Arrived> page = Pages.cut(
                rows,
                limit,
                "interactions",
                row -> List.of(Long.toString(Times.column(row.interaction.at())), Long.toString(row.arrival)));
        return new Page<>(page.items().stream().map(Arrived::interaction).toList(), page.nextCursor());
    }

    @Override
    public void scan(Consumer<Interaction> consumer) {
        database.stream(
                handle -> handle.createQuery(
                                "select * from interaction where 1 = 1" + bound + " order by user_id, at, arrival")
                        .setFetchSize(FETCH)
                        .map(SqlInteractions::row),
                consumer);
    }

    @Override
    public Map<ItemId, Integer> countsSince(Instant since) {
        return database.read(handle -> {
            Map<ItemId, Integer> counts = new HashMap<>();
            handle.createQuery("select item_id, count(*) from interaction where at >= :since" + bound
                            + " group by item_id")
                    .bind("since", Times.column(since))
                    .map((result, context) -> Map.entry(new ItemId(new Row(result).text("item_id")), result.getInt(2)))
                    .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
            return counts;
        });
    }

    @Override
    public long count() {
        return database.read(handle -> handle.createQuery("select count(*) from interaction where 1 = 1" + bound)
                .mapTo(Long.class)
                .one());
    }

    @Override
    public long countAfter(long arrival) {
        return database.read(
                handle -> handle.createQuery("select count(*) from interaction where arrival > :arrival" + bound)
                        .bind("arrival", arrival)
                        .mapTo(Long.class)
                        .one());
    }

    @Override
    public @Nullable Instant newest() {
        return database.read(handle -> handle.createQuery(
                                "select at from interaction where 1 = 1" + bound + " order by at desc limit 1")
                        .mapTo(Long.class)
                        .findOne())
                .map(Times::of)
                .orElse(null);
    }

    /// An interaction with its place in the order of arrival.
    record Arrived(Interaction interaction, long arrival) {}

    static Arrived arrived(ResultSet result, StatementContext context) throws SQLException {
        return new Arrived(row(result, context), result.getLong("arrival"));
    }

    private static Interaction row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        @Nullable String slate = row.textOrNull("slate_id");
        return new Interaction(
                new InteractionId(row.text("id")),
                new UserId(row.text("user_id")),
                new ItemId(row.text("item_id")),
                Feedback.of(row.text("type"), row.real("stars")),
                row.time("at"),
                slate == null ? null : new SlateId(slate));
    }
}
