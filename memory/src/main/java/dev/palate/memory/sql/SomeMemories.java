package dev.palate.memory.sql;

import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatement;

/// Memories that are erased together: single ones, or all of a subject, with what gates refused of the
/// same messages, what rested on them, and the reasons they gave on lists. Holds the rows as they stand;
/// used by one run.
final class SomeMemories extends ErasureTarget {
    private static final int MOST_NAMED = 5;
    private static final String PARTS = "select part_id from erasure_part where erasure_id = :job and type = 'memory'";
    private static final String MESSAGES =
            "select part_id from erasure_part where erasure_id = :job and type = 'message'";
    private static final String HELD = "select part_id from erasure_part where erasure_id = :job and type = 'held'";
    private static final String REFUSED =
            "subject_type = :type and subject_id = :subject and source_id in (" + MESSAGES + ")";
    private static final String SAID =
            "select distinct conversation_id from message where id in (" + MESSAGES + ") order by conversation_id";

    private final ErasedMemories memories;
    private final ShownMemories shown;
    private final TracedMemories traced;
    private long shownLeft;
    private long tracedLeft;

    SomeMemories(ErasureParts parts, List<ErasureRows.Stored> stored, Set<MemoryId> ids) {
        super(parts, stored);
        Set<Subject> subjects = new HashSet<>();
        for (ErasureRows.Stored one : stored) {
            if (one.about() != null) {
                subjects.add(one.about());
            }
        }
        memories = new ErasedMemories(ids, subjects);
        shown = new ShownMemories(parts.database());
        traced = new TracedMemories(parts.database());
    }

    static Set<MemoryId> ids(ErasureParts parts, List<ErasureRows.Stored> stored) {
        return parts.database().read(handle -> {
            Set<MemoryId> ids = new HashSet<>();
            for (ErasureRows.Stored one : stored) {
                ErasureRows.parts(handle, one.job(), "memory").forEach(id -> ids.add(new MemoryId(id)));
                // An erasure begun by an earlier build has noted no parts.
                if (one.subjectType().equals("memory") && one.subjectId() != null) {
                    ids.add(new MemoryId(one.subjectId()));
                }
            }
            return Set.copyOf(ids);
        });
    }

    @Override
    long erase(ErasurePlace place) {
        return place.erase(memories);
    }

    @Override
    long remaining(ErasurePlace place) {
        return place.remaining(memories);
    }

    @Override
    boolean concerns(ErasurePlace place) {
        return place.holdsMemories();
    }

    @Override
    List<ErasureRows.Step> follow() {
        List<ErasureRows.Step> steps = new ArrayList<>();
        if (!did(DerivedMemories.NAME)) {
            long dropped = derived().stream()
                    .filter(id -> parts.memories().erase(id, List.of()).isPresent())
                    .count();
            steps.add(new ErasureRows.Step(DerivedMemories.NAME, dropped, List.of()));
        }
        if (!did(ShownMemories.NAME)) {
            steps.add(new ErasureRows.Step(ShownMemories.NAME, shown.strip(memories), List.of()));
        }
        if (!did(TracedMemories.NAME)) {
            steps.add(new ErasureRows.Step(TracedMemories.NAME, traced.strip(memories), List.of()));
        }
        steps.addAll(codebooks(memories.ids().size()));
        return steps;
    }

    private List<MemoryId> derived() {
        return parts.database().read(handle -> DerivedMemories.restingOn(handle, memories.ids()));
    }

    /// What gates refused of the same messages meanwhile.
    @Override
    long deleteAgain() {
        return parts.database().write(transaction -> {
            long late = 0;
            for (ErasureRows.Stored one : stored()) {
                late += about(transaction.handle().createUpdate("delete from rejection where " + REFUSED), one)
                        .execute();
            }
            return late;
        });
    }

    private static <S extends SqlStatement<S>> S about(S statement, ErasureRows.Stored one) {
        Subject about = Objects.requireNonNull(one.about());
        return statement
                .bind("job", one.job().value())
                .bind("type", about.type())
                .bind("subject", about.id());
    }

    /// Once for all of them: slates and traces of a user may be many.
    @Override
    void look() {
        shownLeft = shown.remaining(memories);
        if (shownLeft > 0) {
            shown.strip(memories);
            shownLeft = shown.remaining(memories);
        }
        tracedLeft = traced.remaining(memories);
        if (tracedLeft > 0) {
            traced.strip(memories);
            tracedLeft = traced.remaining(memories);
        }
    }

    @Override
    List<ErasureReceipt.Place> ask(Handle handle, ErasureRows.Stored erasure) {
        List<ErasureReceipt.Place> places = new ArrayList<>();
        for (ErasureRows.Step step : erasure.steps()) {
            step.table()
                    .ifPresent(table -> places.add(
                            new ErasureReceipt.Place(step.name(), step.removed(), count(handle, table, erasure))));
        }
        long resting = 0;
        for (String id : ErasureRows.parts(handle, erasure.job(), "memory")) {
            resting += DerivedMemories.restingOn(handle, new MemoryId(id)).size();
        }
        places.add(new ErasureReceipt.Place(DerivedMemories.NAME, removed(erasure, DerivedMemories.NAME), resting));
        places.add(new ErasureReceipt.Place(ShownMemories.NAME, removed(erasure, ShownMemories.NAME), shownLeft));
        places.add(new ErasureReceipt.Place(TracedMemories.NAME, removed(erasure, TracedMemories.NAME), tracedLeft));
        if (erasure.did(MemoryErasure.HELD)) {
            places.add(new ErasureReceipt.Place(
                    MemoryErasure.HELD, removed(erasure, MemoryErasure.HELD), held(handle, erasure)));
        }
        places.addAll(askCodebooks(handle, erasure));
        return places;
    }

    private static long held(Handle handle, ErasureRows.Stored erasure) {
        return handle.createQuery("select count(*) from memory where id in (" + HELD + ")")
                .bind("job", erasure.job().value())
                .mapTo(Long.class)
                .one();
    }

    private static long count(Handle handle, String table, ErasureRows.Stored erasure) {
        String condition = switch (table) {
            case "rejection" -> REFUSED;
            case "memory" -> "id in (" + PARTS + ")";
            case "outbox" -> "topic = 'memory' and payload_id in (" + PARTS + ")";
            default -> "memory_id in (" + PARTS + ")";
        };
        Query query = handle.createQuery("select count(*) from " + table + " where " + condition);
        return (table.equals("rejection")
                        ? about(query, erasure)
                        : query.bind("job", erasure.job().value()))
                .mapTo(Long.class)
                .one();
    }

    @Override
    void dropFeed(Transaction transaction) {
        // An id without anything behind it says nothing of anybody, and consumers follow it.
    }

    @Override
    List<String> notes(Handle handle, ErasureRows.Stored one) {
        List<String> notes = new ArrayList<>();
        List<String> talks = handle.createQuery(SAID)
                .bind("job", one.job().value())
                .mapTo(String.class)
                .list();
        if (!talks.isEmpty()) {
            List<String> named = talks.subList(0, Math.min(MOST_NAMED, talks.size()));
            notes.add("the message it came from stays in the conversation; the words still stand in "
                    + (talks.size() == 1 ? "conversation " : talks.size() + " conversations: ")
                    + String.join(", ", named)
                    + (talks.size() > named.size() ? " and others" : "")
                    + "; deleting the conversation or erasing the user removes them");
        }
        if (stored().size() > 1) {
            notes.add("places beside the tables count " + memories.ids().size() + " memories erased together");
        }
        return notes;
    }
}
