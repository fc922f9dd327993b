package dev.palate.memory.sql;

import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The conditions of a [MemoryFilter] on rows of table `memory`, to be joined by `and`, and their values.
/// Stateless.
final class FilterClauses {
    private FilterClauses() {}

    /// One for each thing that the filter names.
    static List<String> of(MemoryFilter filter) {
        List<String> conditions = new ArrayList<>();
        if (filter.subject() != null) {
            conditions.add("subject_type = :subjectType and subject_id = :subjectId");
        }
        if (!filter.kinds().isEmpty()) {
            conditions.add("kind in (<kinds>)");
        }
        if (!filter.statuses().isEmpty()) {
            conditions.add("status in (<statuses>)");
        }
        if (filter.words() != null) {
            conditions.add("words like :words escape '!'");
        }
        return conditions;
    }

    /// The query with the values of the filter.
    static Query bound(Query query, MemoryFilter filter) {
        @Nullable Subject subject = filter.subject();
        if (subject != null) {
            query.bind("subjectType", subject.type()).bind("subjectId", subject.id());
        }
        if (!filter.kinds().isEmpty()) {
            query.bindList("kinds", filter.kinds().stream().map(MemoryKind::key).toList());
        }
        if (!filter.statuses().isEmpty()) {
            query.bindList(
                    "statuses",
                    filter.statuses().stream().map(MemoryStatus::key).toList());
        }
        @Nullable String words = filter.words();
        if (words != null) {
            String literal = words.toLowerCase(Locale.ROOT)
                    .replace("!", "!!")
                    .replace("%", "!%")
                    .replace("_", "!_");
            query.bind("words", "%" + literal + "%");
        }
        return query;
    }
}
