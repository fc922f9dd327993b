package dev.palate.memory.sql;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.derived.Grounds;
import dev.palate.memory.derived.Opinion;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/// What derived memories are made from, read from the tables.
final class SqlGrounds implements Grounds {
    private static final int CHUNK = 500;
    private static final int MAX_LIMIT = 1_000;
    // Ratings of 3 and little beside it say neither.
    private static final double NEITHER = 0.2;
    private static final String DONE = """
            select item_id, user_id, type, stars from interaction
            where item_id in (<ids>) and type in ('rated', 'liked', 'disliked') order by at, arrival
            """;
    private static final String SAID = """
            select slot, subject_id, polarity from memory
            where slot in (<slots>) and subject_type = 'user' and status = 'active' and muted = 0
                and trust in ('operator', 'stated') and polarity <> 0
                and valid_from <= :now and (valid_to is null or valid_to > :now)
            order by updated_at, id
            """;

    private final Database database;

    SqlGrounds(Database database) {
        this.database = database;
    }

    @Override
    public Map<ItemId, Opinion> opinions(Collection<ItemId> items, Instant now) {
        Map<ItemId, Opinion> opinions = new HashMap<>();
        chunks(items.stream().map(ItemId::value).toList(), ids -> {
            Map<String, Map<String, Double>> likings =
                    database.readAtOnce(handle -> likings(handle, ids, Times.column(now)));
            likings.forEach((item, byUser) -> {
                int liked = (int) byUser.values().stream()
                        .filter(liking -> liking > NEITHER)
                        .count();
                int disliked = (int) byUser.values().stream()
                        .filter(liking -> liking < -NEITHER)
                        .count();
                if (liked + disliked > 0) {
                    opinions.put(new ItemId(item), new Opinion(liked, disliked));
                }
            });
        });
        return opinions;
    }

    private record Liking(String about, String user, double weight) {
        void in(Map<String, Map<String, Double>> likings, String item) {
            likings.computeIfAbsent(item, _ -> new HashMap<>()).put(user, weight);
        }
    }

    /// By item and user; what was said counts before what was done, and later before earlier.
    private static Map<String, Map<String, Double>> likings(Handle handle, List<String> ids, long now) {
        Map<String, Map<String, Double>> likings = new HashMap<>();
        handle.createQuery(DONE)
                .bindList("ids", ids)
                .map((result, context) -> {
                    Row row = new Row(result);
                    Feedback feedback = Feedback.of(row.text("type"), row.real("stars"));
                    return new Liking(row.text("item_id"), row.text("user_id"), feedback.weight());
                })
                .forEach(liking -> liking.in(likings, liking.about));
        Map<String, List<String>> bySlot = new HashMap<>();
        ids.forEach(id -> bySlot.computeIfAbsent(new Slot("title", id).toString(), _ -> new ArrayList<>())
                .add(id));
        handle.createQuery(SAID)
                .bindList("slots", List.copyOf(bySlot.keySet()))
                .bind("now", now)
                .map((result, context) -> {
                    Row row = new Row(result);
                    return new Liking(row.text("slot"), row.text("subject_id"), row.real("polarity"));
                })
                .forEach(liking ->
                        bySlot.getOrDefault(liking.about, List.of()).forEach(item -> liking.in(likings, item)));
        return likings;
    }

    @Override
    public Set<ItemId> itemsOf(Collection<String> interactions) {
        Set<ItemId> items = new HashSet<>();
        chunks(
                interactions,
                ids -> database.read(handle -> handle.createQuery(
                                        "select distinct item_id from interaction where id in (<ids>)")
                                .bindList("ids", ids)
                                .mapTo(String.class)
                                .list())
                        .forEach(item -> items.add(new ItemId(item))));
        return items;
    }

    @Override
    public Set<ItemId> itemsNamed(String slotValue) {
        Set<ItemId> exact = named("id", slotValue);
        // Slots are kept in lower case; a catalog whose ids are not pays for a scan of it.
        return exact.isEmpty() ? named("lower(id)", slotValue) : exact;
    }

    private Set<ItemId> named(String column, String value) {
        Set<ItemId> items = new HashSet<>();
        database.read(handle -> handle.createQuery("select id from item where " + column + " = :value")
                        .bind("value", value)
                        .mapTo(String.class)
                        .list())
                .forEach(item -> items.add(new ItemId(item)));
        return items;
    }

    @Override
    public Set<UserId> speakingOf(Collection<ItemId> items) {
        List<String> slots = items.stream()
                .flatMap(item -> Stream.of(new Slot("title", item.value()), new Slot("seen", item.value())))
                .map(Slot::toString)
                .toList();
        Set<UserId> users = new LinkedHashSet<>();
        chunks(
                slots,
                chunk -> database.read(handle -> handle.createQuery("select distinct subject_id from memory"
                                        + " where slot in (<slots>) and subject_type = 'user'")
                                .bindList("slots", chunk)
                                .mapTo(String.class)
                                .list())
                        .forEach(user -> users.add(new UserId(user))));
        return users;
    }

    @Override
    public Map<MemoryId, Memory> memories(Collection<MemoryId> ids) {
        Map<MemoryId, Memory> memories = new HashMap<>();
        chunks(
                ids.stream().map(MemoryId::value).toList(),
                chunk -> database.read(handle -> handle.createQuery("select * from memory where id in (<ids>)")
                                .bindList("ids", chunk)
                                .map(MemoryRows::row)
                                .list())
                        .forEach(memory -> memories.put(memory.id(), memory)));
        return memories;
    }

    @Override
    public List<String> subjects(String type, String after, int limit) {
        Require.range("limit", limit, 1, MAX_LIMIT);
        return database.read(handle -> handle.createQuery("select distinct subject_id from memory"
                        + " where subject_type = :type and subject_id > :after order by subject_id limit :limit")
                .bind("type", type)
                .bind("after", after)
                .bind("limit", limit)
                .mapTo(String.class)
                .list());
    }

    private static void chunks(Collection<String> ids, Consumer<List<String>> work) {
        List<String> all = List.copyOf(ids);
        for (int from = 0; from < all.size(); from += CHUNK) {
            work.accept(all.subList(from, Math.min(all.size(), from + CHUNK)));
        }
    }
}
