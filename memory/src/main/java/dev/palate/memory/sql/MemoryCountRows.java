package dev.palate.memory.sql;

import dev.palate.memory.memory.MemoryCounts;
import dev.palate.memory.memory.MemoryCounts.Group;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Counts memories and what is kept beside them, by scans of the tables. Stateless.
final class MemoryCountRows {
    private static final String GROUPS = """
            select m.kind, m.trust, m.status, m.subject_type,
                case when c.memory_id is null then 0 else 1 end as is_cold, count(*) as members
            from memory m left join cold_memory c on c.memory_id = m.id
            group by m.kind, m.trust, m.status, m.subject_type, case when c.memory_id is null then 0 else 1 end
            order by 1, 2, 3, 4, 5
            """;

    private MemoryCountRows() {}

    static MemoryCounts read(Handle handle) {
        List<Group> groups = handle.createQuery(GROUPS)
                .map((result, context) -> {
                    Row row = new Row(result);
                    return new Group(
                            row.text("kind"),
                            row.text("trust"),
                            row.text("status"),
                            row.text("subject_type"),
                            row.flag("is_cold"),
                            row.number("members"));
                })
                .list();
        return handle.createQuery("select min(created_at) as oldest, max(updated_at) as newest from memory")
                .map((result, context) -> {
                    Row row = new Row(result);
                    return new MemoryCounts(
                            groups,
                            count(handle, "count(*) from memory_revision"),
                            count(handle, "count(*) from rejection"),
                            count(handle, "count(*) from memory_evidence"),
                            count(handle, "count(*) from codebook"),
                            count(handle, "coalesce(sum(length(codes)), 0) from cold_memory"),
                            row.timeOrNull("oldest"),
                            row.timeOrNull("newest"));
                })
                .one();
    }

    private static long count(Handle handle, String what) {
        return handle.createQuery("select " + what).mapTo(Long.class).one();
    }
}
