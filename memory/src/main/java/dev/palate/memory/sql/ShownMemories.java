package dev.palate.memory.sql;

import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import tools.jackson.core.type.TypeReference;

/// Slates that name a memory as what moved an item, with the sentence made of it.
///
/// The slates concerned are read once, some at a time, by a reader, however many memories there are; only those that
/// name one are written, as bulk work. Thread-safe.
final class ShownMemories {
    /// As it stands in the receipt.
    static final String NAME = "reasons on slates";

    private static final int PAGE = 500;
    private static final TypeReference<List<LinkedHashMap<String, Object>>> ENTRIES = new TypeReference<>() {};
    private static final String OF_USER = "select id from slate where user_id = :user"
            + " or conversation_id in (select id from conversation where user_id = :user)";
    private static final String SOME = "select id, entries from slate where id in (<ids>)";
    private static final String ALL = "select id, entries from slate where id > :after order by id limit " + PAGE;

    private final Database database;
    private final ChunkSize chunks = new ChunkSize(8);

    ShownMemories(Database database) {
        this.database = database;
    }

    private record Shown(String slate, String entries) {}

    private interface Visit {
        void of(List<Shown> naming);
    }

    /// Takes the memories and the reasons of the items they moved off every slate.
    ///
    /// @return how many slates named them
    long strip(ErasedMemories memories) {
        Set<String> ids = ids(memories);
        return each(memories, ids, naming -> {
            List<String> slates = naming.stream().map(Shown::slate).toList();
            database.writeRows(chunks, slates, (transaction, part) -> {
                Handle handle = transaction.handle();
                // Read again, as they are by now: the erasure of a conversation may have blanked them meanwhile.
                shown(handle.createQuery(SOME).bindList("ids", part))
                        .forEach(one -> handle.createUpdate("update slate set entries = :entries where id = :id")
                                .bind("id", one.slate)
                                .bind("entries", without(one.entries, ids))
                                .execute());
                return part.size();
            });
        });
    }

    /// How many slates name one of the memories.
    long remaining(ErasedMemories memories) {
        return each(memories, ids(memories), naming -> {});
    }

    private static Set<String> ids(ErasedMemories memories) {
        return memories.ids().stream().map(MemoryId::value).collect(Collectors.toSet());
    }

    private long each(ErasedMemories memories, Set<String> ids, Visit visit) {
        long found = 0;
        for (Subject subject : memories.subjects()) {
            found += switch (subject) {
                case Subject.OfUser(UserId user) -> ofUser(user, ids, visit);
                case Subject.OfItem _ -> all(ids, visit);
            };
        }
        return found;
    }

    private long ofUser(UserId user, Set<String> ids, Visit visit) {
        List<String> slates = database.read(handle -> handle.createQuery(OF_USER)
                .bind("user", user.value())
                .mapTo(String.class)
                .list());
        long found = 0;
        for (int from = 0; from < slates.size(); from += PAGE) {
            List<String> some = slates.subList(from, Math.min(slates.size(), from + PAGE));
            found += visited(
                    database.read(handle -> shown(handle.createQuery(SOME).bindList("ids", some))), ids, visit);
        }
        return found;
    }

    private long all(Set<String> ids, Visit visit) {
        long found = 0;
        String after = "";
        List<Shown> page;
        do {
            String from = after;
            page = database.read(handle -> shown(handle.createQuery(ALL).bind("after", from)));
            found += visited(page, ids, visit);
            after = page.isEmpty() ? after : page.getLast().slate;
        } while (page.size() == PAGE);
        return found;
    }

    private static List<Shown> shown(Query query) {
        return query.map((result, context) -> new Shown(result.getString(1), result.getString(2)))
                .list();
    }

    private static long visited(List<Shown> page, Set<String> ids, Visit visit) {
        List<Shown> naming = page.stream()
                .filter(one -> !NamedIds.in(one.entries, "\"", ids).isEmpty())
                .toList();
        visit.of(naming);
        return naming.size();
    }

    private static String without(String entries, Set<String> ids) {
        List<LinkedHashMap<String, Object>> read = Json.read(entries, ENTRIES);
        for (Map<String, Object> entry : read) {
            if (entry.get("memories") instanceof List<?> named && named.stream().anyMatch(ids::contains)) {
                List<Object> kept = new ArrayList<>(named);
                kept.removeIf(ids::contains);
                entry.put("memories", kept);
                entry.put("reason", "");
            }
        }
        return Json.write(read);
    }
}
