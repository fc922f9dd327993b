package dev.palate.memory.sql;

import dev.palate.memory.Ids;
import dev.palate.memory.change.Change;
import dev.palate.memory.job.JobId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

    /// One memory and whatever rests or rested on it.
    ///
    /// @param done steps that need not be done
    /// @return the job of the erasure; absent when there was no such memory
    static Optional<JobId> one(Transaction transaction, Ids ids, MemoryId id, List<ErasureRows.Step> done) {
        Handle handle = transaction.handle();
        Optional<About> about = handle.createQuery("select subject_type, subject_id, slot from memory where id = :id")
                .bind("id", id.value())
                .map((result, context) -> {
                    Row row = new Row(result);
                    Subject subject = Subject.of(row.text("subject_type"), row.text("subject_id"));
                    return new About(subject, row.textOrNull("slot"));
                })
                .findOne();
        if (about.isEmpty()) {
            return Optional.empty();
        }
        SameWords words = SameWords.of(handle, id);
        long derived = DerivedMemories.restingOn(handle, id).stream()
                .filter(resting -> !resting.equals(id))
                .filter(resting -> one(transaction, ids, resting, List.of()).isPresent())
                .count();
        List<ErasureRows.Step> steps = new ArrayList<>(done);
        steps.add(table(handle, "memory_revision", "memory_id = :id", id));
        steps.add(table(handle, "memory_evidence", "memory_id = :id", id));
        SqlColdMemories.forget(handle, id);
        steps.add(table(handle, "memory", "id = :id", id));
        steps.add(table(handle, "outbox", "topic = 'memory' and payload_id = :id", id));
        steps.add(ErasureRows.Step.table("rejection", words.refuse(handle, about.get().subject)));
        steps.add(new ErasureRows.Step(DerivedMemories.NAME, derived, List.of()));
        delete(handle, "delete from change_log where type = 'MEMORY' and id = :id", id);
        transaction.change(Change.Type.MEMORY, id.value(), 0);
        Subject subject = about.get().subject;
        // Whose memories there is now less of, and not of which: that is gone.
        transaction.outbox("memory", subject.type(), subject.id(), "");
        SqlMemories.noteOpinions(transaction, subject, about.get().slot);
        JobId job = new JobId(ids.next());
        // What is held back is erased like any other, so that it leaves index and tiers too.
        List<MemoryId> held = words.held(handle, subject);
        if (!held.isEmpty()) {
            held.forEach(other -> one(transaction, ids, other, List.of()));
            steps.add(new ErasureRows.Step(HELD, held.size(), List.of()));
        }
        ErasureRows.insert(transaction, job, id, subject, steps);
        Map<String, Set<String>> parts = new HashMap<>();
        parts.put("memory", Set.of(id.value()));
        parts.put("message", words.messages());
        parts.put("held", held.stream().map(MemoryId::value).collect(Collectors.toSet()));
        ErasureRows.parts(handle, job, parts);
        return Optional.of(job);
    }

    private record About(Subject subject, @Nullable String slot) {}

    private static ErasureRows.Step table(Handle handle, String table, String condition, MemoryId id) {
        return ErasureRows.Step.table(table, delete(handle, "delete from " + table + " where " + condition, id));
    }

    private static int delete(Handle handle, String sql, MemoryId id) {
        return handle.createUpdate(sql).bind("id", id.value()).execute();
    }

    /// All memories of a subject, and what gates refused of it.
    ///
    /// @param until only what was made by then; null for all
    /// @param done steps that need not be done
    static JobId all(
            Transaction transaction, Ids ids, Subject subject, @Nullable Instant until, List<ErasureRows.Step> done) {
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
                        && one(transaction, ids, resting, List.of()).isPresent()) {
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
