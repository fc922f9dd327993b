package dev.palate.memory.sql;

import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.user.UserId;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Memories whose evidence, in any revision, names something that is being erased: what rests on it goes with it. By
/// the
/// evidence ledger, so the cost is that of what is found. Stateless.
final class DerivedMemories {
    /// As it stands in the receipt.
    static final String NAME = "derived memories";

    private static final String OF_USER = """
            select g.memory_id from memory s join memory_evidence g on g.type = 'memory' and g.id = s.id
                where s.subject_type = 'user' and s.subject_id = :user
            union select g.memory_id from interaction s join memory_evidence g on g.type = 'interaction' and g.id = s.id
                where s.user_id = :user
            union select g.memory_id from conversation c join message s on s.conversation_id = c.id
                join memory_evidence g on g.type = 'message' and g.id = s.id
                where c.user_id = :user
            """;
    private static final String OF_OTHERS = "select id from memory where id in (" + OF_USER
            + ") and not (subject_type = 'user' and subject_id = :user) order by id";

    private DerivedMemories() {}

    /// The memories that rest on the memory.
    static List<MemoryId> restingOn(Handle handle, MemoryId memory) {
        return restingOn(handle, Set.of(memory));
    }

    /// The memories that rest on one of the memories.
    static List<MemoryId> restingOn(Handle handle, Collection<MemoryId> memories) {
        Set<String> ids = memories.stream().map(MemoryId::value).collect(Collectors.toSet());
        return EvidenceRows.restingOn(handle, "memory", ids).stream()
                .map(MemoryId::new)
                .toList();
    }

    /// The memories about others that rest on a memory, an interaction or a message of the user.
    static List<MemoryId> restingOn(Handle handle, UserId user) {
        return handle.createQuery(OF_OTHERS)
                .bind("user", user.value())
                .mapTo(String.class)
                .map(MemoryId::new)
                .list();
    }
}
