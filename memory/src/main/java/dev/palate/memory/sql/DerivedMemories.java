package dev.palate.memory.sql;

import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.user.UserId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Memories whose evidence names something that is being erased: what rests on it goes with it. Stateless.
final class DerivedMemories {
    /// As it stands in the receipt.
    static final String NAME = "derived memories";

    private static final Pattern ID = Pattern.compile("\"type\":\"([a-z]+)\",\"id\":\"([^\"]+)\"");
    private static final String EVIDENCE_OF = """
            select 'memory:' || id from memory where subject_type = 'user' and subject_id = :user
            union all select 'interaction:' || id from interaction where user_id = :user
            union all select 'message:' || id from message
                where conversation_id in (select id from conversation where user_id = :user)
            """;

    private DerivedMemories() {}

    /// What evidence calls a memory.
    static String evidence(String memory) {
        return "memory:" + memory;
    }

    /// Type and id of everything of the user that evidence can name.
    static Set<String> evidenceOf(Handle handle, UserId user) {
        return new HashSet<>(handle.createQuery(EVIDENCE_OF)
                .bind("user", user.value())
                .mapTo(String.class)
                .list());
    }

    /// The memories that rest on one of those. Reads the evidence of every memory once.
    ///
    /// @param but a user whose own memories are left out
    static List<MemoryId> restingOn(Handle handle, Set<String> ids, @Nullable UserId but) {
        if (ids.isEmpty()) {
            return List.of();
        }
        try (var rows = handle
                .createQuery("select id, subject_type, subject_id, evidence from memory" + " where evidence <> '[]'")
                .map((result, context) -> names(result.getString("evidence"), ids)
                                && !(but != null
                                        && result.getString("subject_type").equals("user")
                                        && result.getString("subject_id").equals(but.value()))
                        ? Optional.of(new MemoryId(result.getString("id")))
                        : Optional.<MemoryId>empty())
                .stream()) {
            return rows.flatMap(Optional::stream).toList();
        }
    }

    private static boolean names(String evidence, Set<String> ids) {
        Matcher matcher = ID.matcher(evidence);
        while (matcher.find()) {
            if (ids.contains(matcher.group(1) + ":" + matcher.group(2))) {
                return true;
            }
        }
        return false;
    }
}
