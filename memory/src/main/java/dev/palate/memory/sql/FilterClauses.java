package dev.palate.memory.sql;

import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
            conditions.add(ofStatuses(filter.statuses()));
        }
        if (filter.words() != null) {
            conditions.add("words like :words escape '!'");
        }
        return conditions;
    }

    // What is past its end and not yet marked is expired, not active.
    private static String ofStatuses(Set<MemoryStatus> statuses) {
        boolean active = statuses.contains(MemoryStatus.ACTIVE);
        boolean expired = statuses.contains(MemoryStatus.EXPIRED);
        if (active == expired) {
            return "status in (<statuses>)";
        }
        return active
                ? "status in (<statuses>) and (status <> 'active' or valid_to is null or valid_to > :now)"
                : "(status in (<statuses>) or status = 'active' and valid_to <= :now)";
    }

    /// The query with the values of the filter, as of a time.
    static Query bound(Query query, MemoryFilter filter, Instant now) {
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
            if (filter.statuses().contains(MemoryStatus.ACTIVE)
                    != filter.statuses().contains(MemoryStatus.EXPIRED)) {
                query.bind("now", Times.column(now));
            }
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
