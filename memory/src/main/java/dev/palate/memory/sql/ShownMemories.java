package dev.palate.memory.sql;

import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import tools.jackson.core.type.TypeReference;

/// Slates that name a memory as what moved an item, with the sentence made of it. Stateless.
final class ShownMemories {
    /// As it stands in the receipt.
    static final String NAME = "reasons on slates";

    private static final TypeReference<List<LinkedHashMap<String, Object>>> ENTRIES = new TypeReference<>() {};
    private static final String OF_USER = "select id, entries from slate where user_id = :user"
            + " or conversation_id in (select id from conversation where user_id = :user)";
    private static final String ALL = "select id, entries from slate";

    private ShownMemories() {}

    /// Takes the memories and the reasons of the items they moved off every slate.
    ///
    /// @return how many slates named them
    static long strip(Handle handle, ErasedMemories memories) {
        Map<String, String> slates = naming(handle, memories);
        Set<String> ids = memories.ids().stream().map(MemoryId::value).collect(Collectors.toSet());
        slates.forEach((slate, entries) -> handle.createUpdate("update slate set entries = :entries where id = :id")
                .bind("id", slate)
                .bind("entries", without(entries, ids))
                .execute());
        return slates.size();
    }

    /// How many slates name one of the memories.
    static long remaining(Handle handle, ErasedMemories memories) {
        return naming(handle, memories).size();
    }

    private static Map<String, String> naming(Handle handle, ErasedMemories memories) {
        Map<String, String> found = new HashMap<>();
        for (Subject subject : memories.subjects()) {
            Query query = switch (subject) {
                case Subject.OfUser user ->
                    handle.createQuery(OF_USER).bind("user", user.user().value());
                case Subject.OfItem _ -> handle.createQuery(ALL);
            };
            try (var rows =
                    query.map((result, context) -> Map.entry(result.getString(1), result.getString(2))).stream()) {
                rows.filter(row -> memories.ids().stream()
                                .anyMatch(id -> row.getValue().contains('"' + id.value() + '"')))
                        .forEach(row -> found.put(row.getKey(), row.getValue()));
            }
        }
        return found;
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
