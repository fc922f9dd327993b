package dev.palate.memory.sql;

import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.trace.TraceStep;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Traces of turns that name a memory. One of a turn whose message made the memory goes as a whole; of others names and
/// times of the steps stay and nothing else. Stateless.
final class TracedMemories {
    /// As it stands in the receipt.
    static final String NAME = "traces of turns";

    private static final String OF_USER = "select turn_id, written, steps from turn_trace where user_id = :user";

    private TracedMemories() {}

    /// @param made true when the turn's message made one of the memories
    private record Naming(String turn, boolean made, String steps, List<String> ids) {}

    /// Removes and redacts.
    ///
    /// @return how many traces named them
    static long strip(Handle handle, ErasedMemories memories) {
        List<Naming> found = naming(handle, memories);
        for (Naming one : found) {
            if (one.made) {
                handle.createUpdate("delete from turn_trace where turn_id = :id")
                        .bind("id", one.turn)
                        .execute();
            } else {
                handle.createUpdate("update turn_trace set steps = :steps, redacted = redacted + :count"
                                + " where turn_id = :id")
                        .bind("id", one.turn)
                        .bind("count", (long) one.ids.size())
                        .bind("steps", redacted(one.steps))
                        .execute();
            }
        }
        return found.size();
    }

    /// How many traces name one of the memories.
    static long remaining(Handle handle, ErasedMemories memories) {
        return naming(handle, memories).size();
    }

    private static List<Naming> naming(Handle handle, ErasedMemories memories) {
        Set<String> ids = memories.ids().stream().map(MemoryId::value).collect(Collectors.toSet());
        List<Naming> found = new ArrayList<>();
        for (Subject subject : memories.subjects()) {
            if (subject instanceof Subject.OfUser user) {
                try (var rows = handle
                        .createQuery(OF_USER)
                        .bind("user", user.user().value())
                        .map((result, context) -> {
                            Row row = new Row(result);
                            boolean made =
                                    Json.strings(row.text("written")).stream().anyMatch(ids::contains);
                            String steps = row.text("steps");
                            return new Naming(row.text("turn_id"), made, steps, named(steps, ids));
                        })
                        .stream()) {
                    rows.filter(row -> row.made || !row.ids.isEmpty()).forEach(found::add);
                }
            }
        }
        return found;
    }

    /// Ids stand between quotes inside of texts that are JSON themselves, so the quotes are escaped once more.
    private static List<String> named(String steps, Set<String> ids) {
        Set<String> named = new HashSet<>();
        for (String id : ids) {
            if (steps.contains("\\\"" + id + "\\\"") || steps.contains("\\\"" + id + "@")) {
                named.add(id);
            }
        }
        return List.copyOf(named);
    }

    private static String redacted(String steps) {
        return Json.write(Json.read(steps, SqlTraces.STEPS).stream()
                .map(TraceStep::redacted)
                .toList());
    }
}
