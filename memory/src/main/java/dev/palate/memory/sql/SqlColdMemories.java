package dev.palate.memory.sql;

import dev.palate.memory.change.Change;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.vector.ProductQuantiser;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The cold tier in tables `cold_memory`, `codebook` and `tier_access`.
final class SqlColdMemories implements ColdMemories {
    private static final int CHUNK = 500;
    private static final String PUT = """
            insert into cold_memory (memory_id, subject_type, subject_id, revision, codebook, codes)
            select id, subject_type, subject_id, revision, :codebook, :codes from memory
            where id = :id and status = 'active' and revision = :revision
            on conflict (memory_id) do update set codebook = excluded.codebook, codes = excluded.codes
            """;
    private static final String LAST = """
            case when m.updated_at >= coalesce(s.last_at, 0) and m.updated_at >= coalesce(a.last_at, 0)
                then m.updated_at
                when coalesce(s.last_at, 0) >= coalesce(a.last_at, 0) then s.last_at
                else a.last_at end
            """;
    private static final String SLICE = "select m.*, " + LAST + """
             as last_used, coalesce(s.weight, 0) + coalesce(a.weight, 0) as used,
            case when exists (select 1 from cold_memory c where c.memory_id = m.id) then 1 else 0 end as is_cold
            from (select * from memory where updated_at < :before and (updated_at, id) > (:at, :id)
                order by updated_at, id limit :limit) m
            left join tier_access s on s.subject_type = m.subject_type and s.subject_id = m.subject_id
                and s.memory_id = ''
            left join tier_access a on a.subject_type = m.subject_type and a.subject_id = m.subject_id
                and a.memory_id = m.id
            order by m.updated_at, m.id
            """;
    private static final String BEHIND = """
            select * from (select * from cold_memory where codebook < :codebook
                order by codebook, memory_id limit :limit) older
            union all
            select * from (select * from cold_memory where codebook > :codebook
                order by codebook, memory_id limit :limit) newer
            """;
    private static final String CROWDED = """
            select m.subject_type, m.subject_id from memory m
            where m.status = 'active' and not exists (select 1 from cold_memory c where c.memory_id = m.id)
            group by m.subject_type, m.subject_id having count(*) > :most
            order by m.subject_type, m.subject_id limit :limit
            """;
    /// Rows of a chunk at least.
    private static final int FEW = 16;
    private static final String ACCESS = """
            insert into tier_access (subject_type, subject_id, memory_id, last_at, weight)
            values (:type, :subject, :memory, :last, :weight)
            on conflict (subject_type, subject_id, memory_id)
            do update set last_at = excluded.last_at, weight = excluded.weight
            """;

    private final Database database;
    private final ChunkSize demoting = new ChunkSize(FEW);
    private final ChunkSize promoting = new ChunkSize(FEW);

    SqlColdMemories(Database database) {
        this.database = database;
    }

    /// Makes the memory warm within the write that changes it.
    static boolean remove(Handle handle, MemoryId memory) {
        return handle.createUpdate("delete from cold_memory where memory_id = :id")
                        .bind("id", memory.value())
                        .execute()
                > 0;
    }

    /// Removes what is known of uses of a memory that is forgotten.
    static void forget(Handle handle, MemoryId memory) {
        handle.createUpdate("delete from tier_access where memory_id = :id")
                .bind("id", memory.value())
                .execute();
    }

    @Override
    public int demote(List<Cold> memories) {
        if (memories.isEmpty()) {
            return 0;
        }
        return database.writeRows(demoting, memories, (transaction, chunk) -> {
            int made = 0;
            for (Cold cold : chunk) {
                made += demote(transaction, cold) ? 1 : 0;
            }
            return made;
        });
    }

    private static boolean demote(Transaction transaction, Cold cold) {
        String id = cold.memory().value();
        boolean already = transaction
                        .handle()
                        .createQuery("select count(*) from cold_memory where memory_id = :id")
                        .bind("id", id)
                        .mapTo(Long.class)
                        .one()
                > 0;
        int written = transaction
                .handle()
                .createUpdate(PUT)
                .bind("id", id)
                .bind("revision", cold.revision())
                .bind("codebook", cold.codebook())
                .bind("codes", Base64.getEncoder().encodeToString(cold.codes()))
                .execute();
        if (written == 0 || already) {
            return false;
        }
        transaction.change(Change.Type.MEMORY, id, cold.revision());
        return true;
    }

    private static long revision(Handle handle, String id) {
        return handle.createQuery("select revision from memory where id = :id")
                .bind("id", id)
                .mapTo(Long.class)
                .one();
    }

    @Override
    public int promote(Collection<MemoryId> memories) {
        if (memories.isEmpty()) {
            return 0;
        }
        return database.writeRows(promoting, List.copyOf(memories), (transaction, chunk) -> {
            int made = 0;
            for (MemoryId memory : chunk) {
                if (remove(transaction.handle(), memory)) {
                    transaction.change(
                            Change.Type.MEMORY, memory.value(), revision(transaction.handle(), memory.value()));
                    made++;
                }
            }
            return made;
        });
    }

    @Override
    public Set<MemoryId> among(Collection<MemoryId> ids) {
        return new HashSet<>(chunked(
                ids,
                "select memory_id from cold_memory where memory_id in (<ids>)",
                (result, context) -> new MemoryId(result.getString(1))));
    }

    @Override
    public List<Cold> of(Collection<MemoryId> ids) {
        return chunked(ids, "select * from cold_memory where memory_id in (<ids>)", SqlColdMemories::cold);
    }

    @Override
    public Map<MemoryId, Access> uses(Collection<MemoryId> ids) {
        Map<MemoryId, Access> uses = new HashMap<>();
        chunked(ids, "select * from tier_access where memory_id in (<ids>)", SqlColdMemories::access)
                .forEach(access -> uses.put(Objects.requireNonNull(access.memory()), access));
        return uses;
    }

    private <T> List<T> chunked(Collection<MemoryId> ids, String sql, RowMapper<T> row) {
        if (ids.isEmpty()) {
            return List.of();
        }
        List<String> all = ids.stream().map(MemoryId::value).distinct().toList();
        return database.read(handle -> {
            List<T> found = new ArrayList<>();
            for (int from = 0; from < all.size(); from += CHUNK) {
                handle.createQuery(sql)
                        .bindList("ids", all.subList(from, Math.min(all.size(), from + CHUNK)))
                        .map(row)
                        .forEach(found::add);
            }
            return found;
        });
    }

    @Override
    public List<Cold> of(Subject subject) {
        return database.read(handle -> handle.createQuery(
                        "select c.* from cold_memory c join memory m on m.id = c.memory_id where c.subject_type = :type"
                                + " and c.subject_id = :subject and m.status = 'active' order by c.memory_id")
                .bind("type", subject.type())
                .bind("subject", subject.id())
                .map(SqlColdMemories::cold)
                .list());
    }

    @Override
    public long count() {
        return database.read(handle -> handle.createQuery("select count(*) from cold_memory")
                .mapTo(Long.class)
                .one());
    }

    @Override
    public List<Cold> behind(long codebook, int limit) {
        List<Cold> behind = database.read(handle -> handle.createQuery(BEHIND)
                .bind("codebook", codebook)
                .bind("limit", limit)
                .map(SqlColdMemories::cold)
                .list());
        return behind.subList(0, Math.min(limit, behind.size()));
    }

    static Cold cold(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        return new Cold(
                new MemoryId(row.text("memory_id")),
                Subject.of(row.text("subject_type"), row.text("subject_id")),
                row.number("revision"),
                row.number("codebook"),
                Base64.getDecoder().decode(row.text("codes")));
    }

    @Override
    public Optional<Codebook> newest(String encoder) {
        return database.read(handle -> handle.createQuery(
                        "select * from codebook where encoder = :encoder order by version desc limit 1")
                .bind("encoder", encoder)
                .map(CodebookRows::row)
                .findOne());
    }

    @Override
    public Optional<Codebook> codebook(long version) {
        return database.read(handle -> handle.createQuery("select * from codebook where version = :version")
                .bind("version", version)
                .map(CodebookRows::row)
                .findOne());
    }

    @Override
    public Codebook keep(String encoder, int sample, ProductQuantiser quantiser) {
        return database.write(transaction -> CodebookRows.insert(transaction.handle(), encoder, sample, quantiser));
    }

    @Override
    public int dropCodebooks(long but) {
        String which = " from codebook where version <> :but and version < (select max(version) from codebook)"
                + " and not exists (select 1 from cold_memory c where c.codebook = codebook.version)";
        // Nothing is written where there is nothing to drop.
        long there = database.read(handle -> handle.createQuery("select count(*)" + which)
                .bind("but", but)
                .mapTo(Long.class)
                .one());
        return there == 0
                ? 0
                : database.write(transaction -> transaction
                        .handle()
                        .createUpdate("delete" + which)
                        .bind("but", but)
                        .execute());
    }

    @Override
    public List<Subject> crowded(int most, int limit) {
        return database.read(handle -> handle.createQuery(CROWDED)
                .bind("most", most)
                .bind("limit", limit)
                .map((result, context) -> Subject.of(result.getString(1), result.getString(2)))
                .list());
    }

    @Override
    public long warm(Subject subject) {
        return database.read(handle -> handle.createQuery(
                        "select count(*) from memory m where m.subject_type = :type and m.subject_id = :subject"
                                + " and m.status = 'active'"
                                + " and not exists (select 1 from cold_memory c where c.memory_id = m.id)")
                .bind("type", subject.type())
                .bind("subject", subject.id())
                .mapTo(Long.class)
                .one());
    }

    /// A row that was looked at.
    private record Looked(Place place, Optional<Candidate> candidate) {}

    @Override
    public Slice slice(Instant before, @Nullable Place after, int limit) {
        List<Looked> looked = database.read(handle -> handle.createQuery(SLICE)
                .bind("before", Times.column(before))
                .bind("at", after == null ? Long.MIN_VALUE : Times.column(after.updatedAt()))
                .bind("id", after == null ? "" : after.memory().value())
                .bind("limit", limit)
                .map(SqlColdMemories::looked)
                .list());
        List<Candidate> candidates =
                looked.stream().flatMap(one -> one.candidate().stream()).toList();
        return new Slice(
                candidates, looked.size() < limit ? null : looked.getLast().place());
    }

    private static Looked looked(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        Place place = new Place(row.time("updated_at"), new MemoryId(row.text("id")));
        if (row.number("is_cold") == 1 || !row.text("status").equals(MemoryStatus.ACTIVE.key())) {
            return new Looked(place, Optional.empty());
        }
        Memory memory = MemoryRows.row(result, context);
        return new Looked(place, Optional.of(new Candidate(memory, row.time("last_used"), row.real("used"))));
    }

    @Override
    public void add(List<Access> accesses, double halfLifeSeconds) {
        for (int from = 0; from < accesses.size(); from += CHUNK) {
            List<Access> chunk = accesses.subList(from, Math.min(accesses.size(), from + CHUNK));
            database.write(transaction -> {
                chunk.forEach(access -> add(transaction.handle(), access, halfLifeSeconds));
                return chunk.size();
            });
        }
    }

    private static void add(Handle handle, Access access, double halfLifeSeconds) {
        Subject subject = access.subject();
        @Nullable MemoryId memory = access.memory();
        String id = memory == null ? "" : memory.value();
        // What was forgotten between its use and now leaves no trace.
        String there = memory == null
                ? "memory where subject_type = :type and subject_id = :subject"
                : "memory where id = :memory and subject_type = :type and subject_id = :subject";
        var exists = handle.createQuery("select id from " + there + " limit 1")
                .bind("type", subject.type())
                .bind("subject", subject.id());
        if (memory != null) {
            exists.bind("memory", id);
        }
        if (exists.mapTo(String.class).findOne().isEmpty()) {
            return;
        }
        Access sum = known(handle, subject, id)
                .map(known -> sum(known, access, halfLifeSeconds))
                .orElse(access);
        handle.createUpdate(ACCESS)
                .bind("type", subject.type())
                .bind("subject", subject.id())
                .bind("memory", id)
                .bind("last", Times.column(sum.last()))
                .bind("weight", sum.weight())
                .execute();
    }

    private static Optional<Access> known(Handle handle, Subject subject, String memory) {
        return handle.createQuery("select * from tier_access where subject_type = :type and subject_id = :subject"
                        + " and memory_id = :memory")
                .bind("type", subject.type())
                .bind("subject", subject.id())
                .bind("memory", memory)
                .map(SqlColdMemories::access)
                .findOne();
    }

    private static Access sum(Access one, Access other, double halfLifeSeconds) {
        Access early = one.last().isBefore(other.last()) ? one : other;
        Access late = one.last().isBefore(other.last()) ? other : one;
        double seconds = Duration.between(early.last(), late.last()).toMillis() / 1e3;
        double weight = late.weight() + early.weight() * Math.pow(2, -seconds / halfLifeSeconds);
        return new Access(late.subject(), late.memory(), late.last(), weight);
    }

    @Override
    public List<Access> accesses(Subject subject) {
        return new ArrayList<>(database.read(handle -> handle.createQuery(
                        "select * from tier_access where subject_type = :type and subject_id = :subject order by memory_id")
                .bind("type", subject.type())
                .bind("subject", subject.id())
                .map(SqlColdMemories::access)
                .list()));
    }

    private static Access access(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        String memory = row.text("memory_id");
        return new Access(
                Subject.of(row.text("subject_type"), row.text("subject_id")),
                memory.isEmpty() ? null : new MemoryId(memory),
                row.time("last_at"),
                row.real("weight"));
    }
}
