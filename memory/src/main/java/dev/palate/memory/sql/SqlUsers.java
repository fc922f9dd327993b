package dev.palate.memory.sql;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The users in table `users`.
final class SqlUsers implements Users {
    private static final String ENSURE = "insert into users (id, name, created_at, imported)"
            + " values (:id, :name, :created, :imported) on conflict (id) do nothing";
    private static final String PUT = "insert into users (id, name, created_at, imported)"
            + " values (:id, :name, :created, :imported) on conflict (id) do update set name = excluded.name,"
            + " created_at = excluded.created_at, imported = excluded.imported";

    private final Database database;
    private final ChunkSize chunks = new ChunkSize();
    private final KeptRows<UserId, User> byId;

    SqlUsers(Database database) {
        this.database = database;
        byId = database.keptRows();
    }

    @Override
    public Optional<User> user(UserId id) {
        return byId.get(id, missing -> database.read(handle -> one(handle, missing)));
    }

    private static Optional<User> one(Handle handle, UserId id) {
        return handle.createQuery("select * from users where id = :id")
                .bind("id", id.value())
                .map(SqlUsers::row)
                .findOne();
    }

    @Override
    public Page<User> page(@Nullable String prefix, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> after = Cursor.parts("users", 1, cursor);
        String start = prefix == null ? "" : prefix;
        // The largest code point ends the range of ids that start with the prefix.
        String end = start + "\udbff\udfff";
        List<User> users = database.read(handle -> handle.createQuery("select * from users where id >= :start"
                        + " and id <= :end and id > :after order by id limit :limit")
                .bind("start", start)
                .bind("end", end)
                .bind("after", after == null ? "" : after.getFirst())
                .bind("limit", limit + 1)
                .map(SqlUsers::row)
                .list());
        return Pages.cut(users, limit, "users", user -> List.of(user.id().value()));
    }

    @Override
    public long count() {
        return database.read(handle -> handle.createQuery("select count(*) from users")
                .mapTo(Long.class)
                .one());
    }

    @Override
    public User ensure(User user) {
        return database.write(transaction -> {
            insert(transaction, ENSURE, user);
            return one(transaction.handle(), user.id()).orElseThrow();
        });
    }

    @Override
    public void put(User user) {
        try {
            database.write(transaction -> insert(transaction, PUT, user));
        } finally {
            // Also after a failure: a write that timed out may still get there.
            byId.written();
        }
    }

    @Override
    public int ensureAll(List<User> users) {
        return database.writeRows(
                chunks,
                users,
                (transaction, chunk) -> chunk.stream()
                        .mapToInt(user -> insert(transaction, ENSURE, user))
                        .sum());
    }

    /// True when there is such a user.
    static boolean exists(Handle handle, UserId id) {
        return handle.createQuery("select 1 from users where id = :id")
                .bind("id", id.value())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    /// What a write about a user who is not there is answered with.
    static MemoryException missing(UserId id) {
        return new MemoryException(
                MemoryException.Code.NOT_FOUND,
                "there is no user " + id.value() + ", who may have been erased meanwhile; make the user first");
    }

    /// Refuses the write unless there is such a user.
    static void require(Transaction transaction, UserId id) {
        if (!exists(transaction.handle(), id)) {
            throw missing(id);
        }
    }

    /// Makes the user, with nothing known but the id, unless there is one.
    static void ensure(Transaction transaction, UserId id) {
        insert(transaction, ENSURE, new User(id, "", transaction.now(), false));
    }

    private static int insert(Transaction transaction, String sql, User user) {
        return transaction
                .handle()
                .createUpdate(sql)
                .bind("id", user.id().value())
                .bind("name", user.name())
                .bind("created", Times.column(user.createdAt()))
                .bind("imported", user.imported() ? 1 : 0)
                .execute();
    }

    private static User row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        return new User(new UserId(row.text("id")), row.text("name"), row.time("created_at"), row.flag("imported"));
    }
}
