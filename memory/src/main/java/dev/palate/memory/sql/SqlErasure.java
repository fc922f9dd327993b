package dev.palate.memory.sql;

import dev.palate.memory.Ids;
import dev.palate.memory.change.Change;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.user.UserId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Forgets a user in every table in one commit, takes the rows off the disk, then goes through the other places.
final class SqlErasure implements Erasure {
    /// A table and the rows of it that are a user's; in an order that breaks no reference.
    private record Table(String name, String condition) {}

    private static final String MEMORY = "subject_type = 'user' and subject_id = :user";
    private static final List<Table> TABLES = List.of(
            new Table("outbox", MEMORY),
            new Table("memory_revision", MEMORY),
            new Table("cold_memory", MEMORY),
            new Table("tier_access", MEMORY),
            new Table("memory", MEMORY),
            new Table("rejection", MEMORY),
            new Table("consent", "user_id = :user"),
            new Table("interaction", "user_id = :user"),
            new Table(
                    "slate",
                    "user_id = :user or conversation_id in (select id from conversation where user_id = :user)"),
            new Table("message", "conversation_id in (select id from conversation where user_id = :user)"),
            new Table("conversation", "user_id = :user"),
            new Table("api_key", "user_id = :user"),
            new Table("change_log", "type in ('INTERACTION', 'USER') and id = :user"),
            new Table("users", "id = :user"));

    private final Database database;
    private final Ids ids;
    private final Clock clock;
    private final List<ErasurePlace> others;

    SqlErasure(Database database, Ids ids, Clock clock, List<ErasurePlace> others) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.others = List.copyOf(others);
    }

    @Override
    public ErasureReceipt user(UserId user) {
        List<Long> removed = database.write(transaction -> delete(transaction, user));
        List<String> left = database.wipe(TABLES.stream().map(Table::name).toList());
        List<Long> removedElsewhere =
                others.stream().map(place -> place.erase(user)).toList();
        List<ErasureReceipt.Place> places = new ArrayList<>(ask(user, removed));
        for (int i = 0; i < others.size(); i++) {
            ErasurePlace place = others.get(i);
            places.add(new ErasureReceipt.Place(place.name(), removedElsewhere.get(i), place.remaining(user)));
        }
        return new ErasureReceipt(ids.next(), "user", Times.cut(clock.instant()), places, notes(left));
    }

    private static List<Long> delete(Transaction transaction, UserId user) {
        Handle handle = transaction.handle();
        List<String> memories = handle.createQuery("select id from memory where " + MEMORY)
                .bind("user", user.value())
                .mapTo(String.class)
                .list();
        handle.createUpdate("delete from change_log where type = 'MEMORY' and id in (select id from memory where "
                        + MEMORY + ")")
                .bind("user", user.value())
                .execute();
        List<Long> removed = new ArrayList<>();
        for (Table table : TABLES) {
            removed.add((long) handle.createUpdate("delete from " + table.name + " where " + table.condition)
                    .bind("user", user.value())
                    .execute());
        }
        memories.forEach(memory -> transaction.change(Change.Type.MEMORY, memory, 0));
        if (removed.stream().anyMatch(count -> count > 0)) {
            transaction.change(Change.Type.USER, user.value(), 0);
        }
        return removed;
    }

    private List<ErasureReceipt.Place> ask(UserId user, List<Long> removed) {
        return database.readAtOnce(handle -> {
            List<ErasureReceipt.Place> places = new ArrayList<>();
            for (int i = 0; i < TABLES.size(); i++) {
                Table table = TABLES.get(i);
                // The erasure's own entry in the feed is how consumers hear of it; it carries the id alone.
                String but = table.name.equals("change_log") ? " and type != 'USER'" : "";
                long remaining = handle.createQuery(
                                "select count(*) from " + table.name + " where (" + table.condition + ")" + but)
                        .bind("user", user.value())
                        .mapTo(Long.class)
                        .one();
                places.add(new ErasureReceipt.Place("table " + table.name, removed.get(i), remaining));
            }
            return places;
        });
    }

    private static List<String> notes(List<String> left) {
        List<String> notes = new ArrayList<>();
        notes.add("the change feed keeps the bare user id, so that every consumer hears of the erasure");
        notes.add("back-ups made before this time still hold the user");
        notes.addAll(left);
        return notes;
    }
}
