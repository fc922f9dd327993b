package dev.palate.memory.sql;

import dev.palate.memory.Ids;
import dev.palate.memory.change.Change;
import dev.palate.memory.job.JobId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/// Deletes memories with what holds their words, and notes the rest of their erasure, in the transaction given.
/// Stateless.
final class MemoryErasure {
    /// As it stands in the receipt.
    static final String HELD = "quarantined proposals";

    private static final String OF_SUBJECT =
            "select id from memory where subject_type = :type and subject_id = :subject and created_at <= :until";

    private record Table(String name, String condition) {}

    private static final List<Table> TABLES = List.of(
            new Table("change_log", "type = 'MEMORY' and id in (" + OF_SUBJECT + ")"),
            new Table("memory_revision", "memory_id in (" + OF_SUBJECT + ")"),
            new Table("memory_evidence", "memory_id in (" + OF_SUBJECT + ")"),
            new Table("cold_memory", "memory_id in (" + OF_SUBJECT + ")"),
            new Table("tier_access", "memory_id in (" + OF_SUBJECT + ")"),
            new Table(
                    "outbox",
                    "topic = 'memory' and subject_type = :type and subject_id = :subject and payload_id in ("
                            + OF_SUBJECT + ")"),
            new Table("rejection", "subject_type = :type and subject_id = :subject and at <= :until"),
            new Table("memory", "id in (" + OF_SUBJECT + ")"));

    private MemoryErasure() {}

    /// All memories of a subject, and what gates refused of it.
    ///
    /// @param until only what was made by then; null for all
    /// @param done steps that need not be done
    static JobId all(
            Transaction transaction,
            SqlMemories store,
            Ids ids,
            Subject subject,
            @Nullable Instant until,
            List<ErasureRows.Step> done) {
        Handle handle = transaction.handle();
        long limit = until == null ? Long.MAX_VALUE : Times.column(until);
        List<String> memories = handle.createQuery(OF_SUBJECT)
                .bind("type", subject.type())
                .bind("subject", subject.id())
                .bind("until", limit)
                .mapTo(String.class)
                .list();
        Set<String> messages = new TreeSet<>();
        memories.forEach(
                id -> messages.addAll(SameWords.of(handle, new MemoryId(id)).messages()));
        Set<String> own = Set.copyOf(memories);
        long derived = 0;
        for (String id : memories) {
            for (MemoryId resting : DerivedMemories.restingOn(handle, new MemoryId(id))) {
                if (!own.contains(resting.value())
                        && store.erase(transaction, resting, List.of()).isPresent()) {
                    derived++;
                }
            }
        }
        List<String> slots = handle.createQuery(
                        "select distinct slot from memory where id in (" + OF_SUBJECT + ") and slot is not null")
                .bind("type", subject.type())
                .bind("subject", subject.id())
                .bind("until", limit)
                .mapTo(String.class)
                .list();
        List<ErasureRows.Step> steps = new ArrayList<>(done);
        for (Table table : TABLES) {
            Update delete = handle.createUpdate("delete from " + table.name + " where " + table.condition)
                    .bind("type", subject.type())
                    .bind("subject", subject.id())
                    .bind("until", limit);
            int removed = delete.execute();
            if (!table.name.equals("change_log")) {
                steps.add(ErasureRows.Step.table(table.name, removed));
            }
        }
        steps.add(new ErasureRows.Step(DerivedMemories.NAME, derived, List.of()));
        if (!memories.isEmpty()) {
            transaction.outbox("memory", subject.type(), subject.id(), "");
        }
        slots.forEach(slot -> SqlMemories.noteOpinions(transaction, subject, slot));
        memories.forEach(memory -> transaction.change(Change.Type.MEMORY, memory, 0));
        JobId job = new JobId(ids.next());
        ErasureRows.insert(transaction, job, subject, steps);
        ErasureRows.parts(handle, job, Map.of("memory", Set.copyOf(memories), "message", messages));
        return job;
    }
}
