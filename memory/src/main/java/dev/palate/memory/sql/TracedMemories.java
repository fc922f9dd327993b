package dev.palate.memory.sql;

import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.user.UserId;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Traces of turns that name a memory. One of a turn whose message made the memory goes as a whole; of others names and
/// times of the steps stay and nothing else.
///
/// Every trace of the users concerned is read once, some at a time, by a reader, however many memories there are; only
/// those that name one are written, as bulk work. A trace that comes later cannot name what is gone. Thread-safe.
final class TracedMemories {
    /// As it stands in the receipt.
    static final String NAME = "traces of turns";

    /// Traces read at a time, of at most 64 KiB each.
    static final int PAGE = 100;

    private static final String OF_USER = "select turn_id, written, steps from turn_trace"
            + " where user_id = :user and turn_id > :after order by turn_id limit " + PAGE;

    private final Database database;
    private final ChunkSize chunks = new ChunkSize(8);

    TracedMemories(Database database) {
        this.database = database;
    }

    /// A trace that names some of the memories.
    ///
    /// @param made true when the turn's message made one of them
    /// @param named how many its steps name
    private record Naming(String turn, boolean made, int named, String steps) {}

    private record Read(String turn, String written, String steps) {}

    private interface Visit {
        void of(List<Naming> naming);
    }

    /// Removes and redacts.
    ///
    /// @return how many traces named them
    long strip(ErasedMemories memories) {
        return each(memories, naming -> {
            List<Naming> redacted = naming.stream()
                    .map(one -> one.made ? one : new Naming(one.turn, false, one.named, redacted(one.steps)))
                    .toList();
            database.writeRows(chunks, redacted, (transaction, part) -> {
                part.forEach(one -> write(transaction.handle(), one));
                return part.size();
            });
        });
    }

    private static void write(Handle handle, Naming one) {
        if (one.made) {
            handle.createUpdate("delete from turn_trace where turn_id = :id")
                    .bind("id", one.turn)
                    .execute();
        } else {
            handle.createUpdate("update turn_trace set steps = :steps, redacted = redacted + :count"
                            + " where turn_id = :id")
                    .bind("id", one.turn)
                    .bind("count", (long) one.named)
                    .bind("steps", one.steps)
                    .execute();
        }
    }

    /// How many traces name one of the memories.
    long remaining(ErasedMemories memories) {
        return each(memories, naming -> {});
    }

    private long each(ErasedMemories memories, Visit visit) {
        Set<String> ids = memories.ids().stream().map(MemoryId::value).collect(Collectors.toSet());
        long found = 0;
        for (Subject subject : memories.subjects()) {
            if (subject instanceof Subject.OfUser(UserId user)) {
                found += each(user, ids, visit);
            }
        }
        return found;
    }

    private long each(UserId user, Set<String> ids, Visit visit) {
        long found = 0;
        String after = "";
        List<Read> page;
        do {
            String from = after;
            page = database.read(handle -> handle.createQuery(OF_USER)
                    .bind("user", user.value())
                    .bind("after", from)
                    .map((result, context) -> {
                        Row row = new Row(result);
                        return new Read(row.text("turn_id"), row.text("written"), row.text("steps"));
                    })
                    .list());
            List<Naming> naming = page.stream()
                    .map(read -> naming(read, ids))
                    .filter(one -> one.made || one.named > 0)
                    .toList();
            visit.of(naming);
            found += naming.size();
            after = page.isEmpty() ? after : page.getLast().turn;
        } while (page.size() == PAGE);
        return found;
    }

    /// Ids stand between quotes inside of texts that are JSON themselves, so the quotes are escaped once more.
    private static Naming naming(Read read, Set<String> ids) {
        boolean made = Json.strings(read.written).stream().anyMatch(ids::contains);
        return new Naming(read.turn, made, NamedIds.in(read.steps, "\\\"", ids).size(), read.steps);
    }

    private static String redacted(String steps) {
        return Json.write(Json.read(steps, SqlTraces.STEPS).stream()
                .map(TraceStep::redacted)
                .toList());
    }
}
