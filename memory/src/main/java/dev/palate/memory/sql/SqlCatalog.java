package dev.palate.memory.sql;

import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The catalog in table `item`.
final class SqlCatalog implements Catalog {
    private static final int IDS_PER_QUERY = 500;
    private static final int FETCH = 1_000;
    private static final String PUT = """
            insert into item (id, title, year, categories, tags, description, attributes, hidden, available_from,
                available_to, revision)
            values (:id, :title, :year, :categories, :tags, :description, :attributes, :hidden, :from, :to, :revision)
            on conflict (id) do update set title = excluded.title, year = excluded.year,
                categories = excluded.categories, tags = excluded.tags, description = excluded.description,
                attributes = excluded.attributes, hidden = excluded.hidden, available_from = excluded.available_from,
                available_to = excluded.available_to, revision = excluded.revision
            """;

    private final Database database;
    private final ChunkSize chunks = new ChunkSize();

    SqlCatalog(Database database) {
        this.database = database;
    }

    @Override
    public Optional<Item> item(ItemId id) {
        return database.read(handle -> one(handle, id));
    }

    private static Optional<Item> one(Handle handle, ItemId id) {
        return handle.createQuery("select * from item where id = :id")
                .bind("id", id.value())
                .map(SqlCatalog::row)
                .findOne();
    }

    @Override
    public Map<ItemId, Item> items(Collection<ItemId> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        return database.read(handle -> many(handle, ids));
    }

    private static Map<ItemId, Item> many(Handle handle, Collection<ItemId> ids) {
        List<String> keys = ids.stream().map(ItemId::value).distinct().toList();
        Map<ItemId, Item> found = HashMap.newHashMap(keys.size());
        for (int from = 0; from < keys.size(); from += IDS_PER_QUERY) {
            handle.createQuery("select * from item where id in (<ids>)")
                    .bindList("ids", keys.subList(from, Math.min(keys.size(), from + IDS_PER_QUERY)))
                    .map(SqlCatalog::row)
                    .forEach(item -> found.put(item.id(), item));
        }
        return found;
    }

    @Override
    public Page<Item> page(@Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> after = Cursor.parts("items", 1, cursor);
        List<Item> items = database.read(
                handle -> handle.createQuery("select * from item where id > :after order by id limit :limit")
                        .bind("after", after == null ? "" : after.getFirst())
                        .bind("limit", limit + 1)
                        .map(SqlCatalog::row)
                        .list());
        return Pages.cut(items, limit, "items", item -> List.of(item.id().value()));
    }

    @Override
    public void scan(Consumer<Item> consumer) {
        database.stream(
                handle -> handle.createQuery("select * from item order by id")
                        .setFetchSize(FETCH)
                        .map(SqlCatalog::row),
                consumer);
    }

    @Override
    public long count() {
        return database.read(handle -> handle.createQuery("select count(*) from item")
                .mapTo(Long.class)
                .one());
    }

    @Override
    public Item put(Item item) {
        return database.write(transaction -> {
            Optional<Item> stored = one(transaction.handle(), item.id());
            return stored.isPresent() && same(stored.get(), item)
                    ? stored.get()
                    : save(transaction, item, stored.map(Item::revision).orElse(0L));
        });
    }

    @Override
    public int putAll(List<Item> items) {
        return database.writeRows(chunks, items, (transaction, chunk) -> {
            Map<ItemId, Item> stored =
                    many(transaction.handle(), chunk.stream().map(Item::id).toList());
            List<Item> changed = new ArrayList<>();
            for (Item item : chunk) {
                @Nullable Item before = stored.get(item.id());
                if (before == null || !same(before, item)) {
                    Item saved = save(transaction, item, before == null ? 0 : before.revision());
                    stored.put(item.id(), saved);
                    changed.add(saved);
                }
            }
            return changed.size();
        });
    }

    private static boolean same(Item stored, Item item) {
        return stored.equals(cut(item).withRevision(stored.revision()));
    }

    /// The item as its columns keep it.
    private static Item cut(Item item) {
        return new Item(
                item.id(),
                item.title(),
                item.year(),
                item.categories(),
                item.tags(),
                item.description(),
                item.attributes(),
                item.hidden(),
                Times.cutOrNull(item.availableFrom()),
                Times.cutOrNull(item.availableTo()),
                item.revision());
    }

    private static Item save(Transaction transaction, Item item, long storedRevision) {
        Item saved = cut(item).withRevision(storedRevision + 1);
        transaction
                .handle()
                .createUpdate(PUT)
                .bind("id", saved.id().value())
                .bind("title", saved.title())
                .bind("year", saved.year())
                .bind("categories", Json.write(saved.categories()))
                .bind("tags", Json.write(saved.tags()))
                .bind("description", saved.description())
                .bind("attributes", Json.write(saved.attributes()))
                .bind("hidden", saved.hidden() ? 1 : 0)
                .bind("from", Times.columnOrNull(saved.availableFrom()))
                .bind("to", Times.columnOrNull(saved.availableTo()))
                .bind("revision", saved.revision())
                .execute();
        transaction.change(Change.Type.ITEM, saved.id().value(), saved.revision());
        transaction.outbox("item", "item", saved.id().value(), "");
        return saved;
    }

    @Override
    public boolean delete(ItemId id) {
        return database.write(transaction -> {
            int deleted = transaction
                    .handle()
                    .createUpdate("delete from item where id = :id")
                    .bind("id", id.value())
                    .execute();
            if (deleted > 0) {
                ThemeRows.forget(transaction, id);
                transaction.change(Change.Type.ITEM, id.value(), 0);
                transaction.outbox("item", "item", id.value(), "");
            }
            return deleted > 0;
        });
    }

    private static Item row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        return new Item(
                new ItemId(row.text("id")),
                row.text("title"),
                row.integerOrNull("year"),
                Json.strings(row.text("categories")),
                Json.strings(row.text("tags")),
                row.text("description"),
                Json.map(row.text("attributes")),
                row.flag("hidden"),
                row.timeOrNull("available_from"),
                row.timeOrNull("available_to"),
                row.number("revision"));
    }
}
