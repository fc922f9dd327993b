package dev.palate.memory.sql;

import dev.palate.memory.erase.Expiring;
import dev.palate.memory.erase.Kept;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What the database holds that may be too old. Each looks for the oldest with a reader and deletes them as
/// bulk work,
/// under the same conditions once more. Thread-safe.
final class SqlExpiry {
    private static final String OLD_TALKS = """
            select c.id from conversation c where c.updated_at < :before and (
                not exists (select 1 from message m where m.conversation_id = c.id)
                or exists (select 1 from message m where m.conversation_id = c.id and not exists (
                    select 1 from memory_evidence e where e.type = 'message' and e.id = m.id)))
            order by c.updated_at, c.id limit :most
            """;
    private static final String TALKS = "(select id from conversation where id in (<ids>) and updated_at < :before)";
    private static final String SILENT = "(select c.id from conversation c where c.id in (<ids>)"
            + " and c.updated_at < :before and not exists (select 1 from message m where m.conversation_id = c.id))";
    private static final List<String> TALKS_GO = List.of(
            "delete from message where conversation_id in " + TALKS
                    + " and not exists (select 1 from memory_evidence e where e.type = 'message' and e.id = message.id)",
            "delete from slate where user_id is null and conversation_id in " + SILENT,
            "update slate set conversation_id = null where conversation_id in " + SILENT,
            "delete from turn_trace where conversation_id in " + SILENT,
            "delete from conversation where id in " + SILENT);
    private static final String OLD_JOBS = "from job where status not in ('pending', 'running')"
            + " and updated_at < :before and not exists (select 1 from erasure e where e.id = job.id)"
            + " and not exists (select 1 from import_position p where p.job_id = job.id)";
    private static final String OLD_RECEIPTS = "select id from erasure where ended_at is not null"
            + " and ended_at < :before order by ended_at, id limit :most";
    private static final String OLD_MEMORIES = """
            select m.id from memory m where m.status = :status and (:kind = '' or m.kind = :kind)
                and m.updated_at < :before and m.locked = 0
                and not exists (select 1 from tier_access t where t.subject_type = m.subject_type
                    and t.subject_id = m.subject_id and t.memory_id = m.id and t.last_at >= :before)
                and not exists (select 1 from memory_evidence e join memory g on g.id = e.memory_id
                    where e.type = 'memory' and e.id = m.id and g.subject_type = 'user' and g.kind != 'profile')
            order by m.updated_at, m.id limit :most
            """;
    private final Database database;
    private final SqlMemories memories;

    SqlExpiry(Database database, SqlMemories memories) {
        this.database = database;
        this.memories = memories;
    }

    /// All kinds that the database holds.
    List<Expiring> all() {
        List<Expiring> all = new ArrayList<>(List.of(
                new Rows(Kept.CONVERSATIONS, OLD_TALKS, TALKS_GO),
                rows(Kept.SLATES, "slate"),
                new Rows(
                        Kept.TRACES,
                        "select turn_id from turn_trace where at < :before order by at, turn_id limit :most",
                        List.of("delete from turn_trace where turn_id in (<ids>) and at < :before")),
                new OldSpending(),
                rows(Kept.REJECTIONS, "rejection"),
                new OldMemories(Kept.QUARANTINED, List.of(MemoryStatus.QUARANTINED), null),
                new OldMemories(Kept.SUPERSEDED, List.of(MemoryStatus.SUPERSEDED, MemoryStatus.EXPIRED), null),
                new OldRevisions(),
                new Rows(
                        Kept.JOBS,
                        "select id " + OLD_JOBS + " order by updated_at, id limit :most",
                        List.of("delete " + OLD_JOBS + " and id in (<ids>)")),
                new Rows(
                        Kept.RECEIPTS,
                        OLD_RECEIPTS,
                        List.of(
                                "delete from erasure_part where erasure_id in (<ids>)",
                                "delete from erasure where id in (<ids>)",
                                "delete from job where id in (<ids>)"))));
        List.of(
                        new OfKind(Kept.PREFERENCES, MemoryKind.PREFERENCE),
                        new OfKind(Kept.CONSTRAINTS, MemoryKind.CONSTRAINT),
                        new OfKind(Kept.EPISODES, MemoryKind.EPISODE),
                        new OfKind(Kept.TRAITS, MemoryKind.TRAIT),
                        new OfKind(Kept.THEMES, MemoryKind.THEME))
                .forEach(one -> all.add(new OldMemories(one.kept, List.of(MemoryStatus.ACTIVE), one.kind)));
        return List.copyOf(all);
    }

    private record OfKind(Kept kept, MemoryKind kind) {}

    private Rows rows(Kept kept, String table) {
        return new Rows(
                kept,
                "select id from " + table + " where at < :before order by at, id limit :most",
                List.of("delete from " + table + " where id in (<ids>) and at < :before"));
    }

    /// Rows found by one statement and deleted by others.
    private final class Rows implements Expiring {
        private final Kept kept;
        private final String find;
        private final List<String> go;
        private final ChunkSize chunks = new ChunkSize();

        Rows(Kept kept, String find, List<String> go) {
            this.kept = kept;
            this.find = find;
            this.go = go;
        }

        @Override
        public Kept kept() {
            return kept;
        }

        @Override
        public int expire(Instant before, int most) {
            long limit = Times.column(before);
            List<String> ids = database.read(handle -> handle.createQuery(find)
                    .bind("before", limit)
                    .bind("most", most)
                    .mapTo(String.class)
                    .list());
            return database.writeRows(chunks, ids, (transaction, part) -> {
                delete(transaction.handle(), part, limit);
                return part.size();
            });
        }

        private void delete(Handle handle, List<String> ids, long before) {
            for (String sql : go) {
                var update = handle.createUpdate(sql).bindList("ids", ids);
                if (sql.contains(":before")) {
                    update.bind("before", before);
                }
                update.execute();
            }
        }
    }

    /// What models took on days that ended before the age.
    private final class OldSpending implements Expiring {
        private static final String OLD =
                "select day from model_spending where day < :before" + " group by day order by day limit :most";
        private final ChunkSize chunks = new ChunkSize();

        @Override
        public Kept kept() {
            return Kept.SPENDING;
        }

        @Override
        public int expire(Instant before, int most) {
            String limit = before.atZone(ZoneOffset.UTC).toLocalDate().toString();
            List<String> days = database.read(handle -> handle.createQuery(OLD)
                    .bind("before", limit)
                    .bind("most", most)
                    .mapTo(String.class)
                    .list());
            // A day is one thing: it has at most a few dozen rows.
            return database.writeRows(chunks, days, (transaction, part) -> {
                transaction
                        .handle()
                        .createUpdate("delete from model_spending where day in (<days>)")
                        .bindList("days", part)
                        .execute();
                return part.size();
            });
        }
    }

    /// Memories, erased as if somebody had: with a receipt, from every place, and so that no back-up brings
    /// them again.
    private final class OldMemories implements Expiring {
        private static final int MOST = 50;

        private final Kept kept;
        private final List<MemoryStatus> statuses;
        private final @Nullable MemoryKind kind;

        OldMemories(Kept kept, List<MemoryStatus> statuses, @Nullable MemoryKind kind) {
            this.kept = kept;
            this.statuses = statuses;
            this.kind = kind;
        }

        @Override
        public Kept kept() {
            return kept;
        }

        @Override
        public int expire(Instant before, int most) {
            int gone = 0;
            while (gone < most) {
                List<String> ids = new ArrayList<>();
                for (MemoryStatus status : statuses) {
                    ids.addAll(find(status, before, Math.min(MOST, most - gone)));
                }
                long erased = ids.stream()
                        .filter(id ->
                                memories.erase(new MemoryId(id), List.of()).isPresent())
                        .count();
                gone += (int) erased;
                if (erased == 0) {
                    break;
                }
            }
            return Math.min(gone, most);
        }

        private List<String> find(MemoryStatus status, Instant before, int most) {
            return database.read(handle -> handle.createQuery(OLD_MEMORIES)
                    .bind("status", status.key())
                    .bind("kind", kind == null ? "" : kind.key())
                    .bind("before", Times.column(before))
                    .bind("most", most)
                    .mapTo(String.class)
                    .list());
        }
    }

    /// States of memories that were followed by another before the age. Reads all revisions in the order of
    /// memories,
    /// a page at a time, from where it was; a whole round finds all.
    private final class OldRevisions implements Expiring {
        private static final int PAGE = 2_000;

        private record At(String memory, long revision, long recorded) {}

        private final ChunkSize chunks = new ChunkSize();
        private String memory = "";

        @Override
        public Kept kept() {
            return Kept.REVISIONS;
        }

        @Override
        public synchronized int expire(Instant before, int most) {
            int gone = 0;
            while (gone < most) {
                List<At> page = page();
                List<At> old = new ArrayList<>();
                long limit = Times.column(before);
                int read = 0;
                for (int i = 0; i < page.size() && gone + old.size() < most; i++) {
                    At now = page.get(i);
                    boolean followed =
                            i + 1 < page.size() && page.get(i + 1).memory.equals(now.memory);
                    if (followed && page.get(i + 1).recorded < limit) {
                        old.add(now);
                    }
                    read = i + 1;
                }
                gone += database.writeRows(chunks, old, (transaction, part) -> delete(transaction.handle(), part));
                boolean through = read == page.size();
                if (through && page.size() < PAGE) {
                    memory = "";
                    return gone;
                }
                memory = next(page, through);
            }
            return gone;
        }

        /// A memory is looked at as a whole: the last one of a page that was cut begins the next. One with more
        /// states
        /// than a page has is looked at as far as the page goes.
        private String next(List<At> page, boolean through) {
            String last = page.getLast().memory;
            String first = page.getFirst().memory;
            if (!through || first.equals(last)) {
                return through ? last : memory;
            }
            return before(page, last);
        }

        private String before(List<At> page, String last) {
            for (int i = page.size() - 1; i >= 0; i--) {
                if (!page.get(i).memory.equals(last)) {
                    return page.get(i).memory;
                }
            }
            return last;
        }

        private List<At> page() {
            return database.read(handle -> handle.createQuery("select memory_id, revision, recorded_at"
                            + " from memory_revision where memory_id > :memory order by memory_id, revision"
                            + " limit :limit")
                    .bind("memory", memory)
                    .bind("limit", PAGE)
                    .map((result, context) -> new At(result.getString(1), result.getLong(2), result.getLong(3)))
                    .list());
        }

        private int delete(Handle handle, List<At> old) {
            int gone = 0;
            for (At one : old) {
                gone += handle.createUpdate(
                                "delete from memory_revision where memory_id = :memory and revision = :revision")
                        .bind("memory", one.memory)
                        .bind("revision", one.revision)
                        .execute();
            }
            return gone;
        }
    }
}
