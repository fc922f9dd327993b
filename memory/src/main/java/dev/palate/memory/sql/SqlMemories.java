package dev.palate.memory.sql;

import dev.palate.memory.Ids;
import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Milestone;
import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.change.Change;
import dev.palate.memory.job.JobId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterable;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The memories in tables `memory` and `memory_revision`.
final class SqlMemories implements Memories {
    private static final int MAX_WRITES = 2_000;
    private static final String ALL_OF_SUBJECT = "select * from memory where subject_type = :type and subject_id = :id"
            + " order by updated_at desc, id desc limit :limit";
    private static final String KNOWN_OF_SUBJECT = """
            select r.state from memory_revision r join (
                select memory_id, max(revision) as newest from memory_revision
                where subject_type = :type and subject_id = :id and recorded_at <= :at group by memory_id) n
            on r.memory_id = n.memory_id and r.revision = n.newest
            order by r.recorded_at desc, r.memory_id desc limit :limit
            """;

    private static final String PAST_ITS_END = "status = 'active' and valid_to is not null and valid_to <= :now";
    private static final String TITLE = "title:";
    private static final int IDS_PER_QUERY = 500;
    private static final int FETCH = 500;
    private static final String KNOWN_OF_IDS = """
            select r.state from memory_revision r join (
                select memory_id, max(revision) as newest from memory_revision
                where memory_id in (<ids>) and recorded_at <= :at group by memory_id) n
            on r.memory_id = n.memory_id and r.revision = n.newest
            """;

    private final Database database;
    private final Ids ids;
    private final ChunkSize chunks = new ChunkSize(8);
    private final ChunkSize expiring = new ChunkSize(8);

    SqlMemories(Database database, Ids ids) {
        this.database = database;
        this.ids = ids;
    }

    @Override
    public List<Memory> put(List<Write> writes) {
        if (writes.isEmpty()) {
            return List.of();
        }
        if (writes.size() > MAX_WRITES) {
            throw new MemoryException(
                    Code.LIMIT,
                    "one call writes at most " + MAX_WRITES + " memories, had " + writes.size() + "; split the list");
        }
        return database.writeWhole(writes.size(), transaction -> {
            List<Memory> written = new ArrayList<>(writes.size());
            for (Write write : writes) {
                written.add(putOne(transaction, write));
            }
            return List.copyOf(written);
        });
    }

    @Override
    public List<Memory> putEach(List<Write> writes) {
        List<Memory> written = new ArrayList<>(writes.size());
        database.writeRows(chunks, writes, (transaction, chunk) -> {
            int before = written.size();
            for (Write write : chunk) {
                Stored stored = stored(transaction.handle(), write.memory().id());
                if (refusal(transaction.handle(), write, stored).isEmpty()) {
                    written.add(putOne(transaction, write, stored));
                }
            }
            return written.size() - before;
        });
        return List.copyOf(written);
    }

    private record Stored(
            long revision,
            boolean locked,
            String evidence,
            @Nullable String slot) {
        static final Stored NONE = new Stored(0, false, "[]", null);
    }

    private static Stored stored(Handle handle, MemoryId id) {
        return handle.createQuery("select revision, locked, evidence, slot from memory where id = :id")
                .bind("id", id.value())
                .map((result, context) -> {
                    Row row = new Row(result);
                    return new Stored(
                            row.number("revision"), row.flag("locked"), row.text("evidence"), row.textOrNull("slot"));
                })
                .findOne()
                .orElse(Stored.NONE);
    }

    private static Memory putOne(Transaction transaction, Write write) {
        Stored stored = stored(transaction.handle(), write.memory().id());
        refusal(transaction.handle(), write, stored).ifPresent(refusal -> {
            throw refusal;
        });
        return putOne(transaction, write, stored);
    }

    private static Memory putOne(Transaction transaction, Write write, Stored stored) {
        Require.text("cause", write.cause(), 0, 200);
        Memory memory = write.memory();
        MemoryState state =
                MemoryState.of(memory.draft().revision(stored.revision + 1).build());
        MemoryRows.save(transaction.handle(), state, write, transaction.now());
        EvidenceRows.add(transaction.handle(), state.id(), MemoryRows.evidence(stored.evidence), state.evidence());
        SqlColdMemories.remove(transaction.handle(), memory.id());
        transaction.change(Change.Type.MEMORY, state.id(), state.revision());
        transaction.outbox("memory", state.subjectType(), state.subjectId(), state.id());
        noteOpinions(transaction, memory.subject(), stored.slot, state.slot());
        return state.memory();
    }

    /// Says which items it may count for or have counted for.
    static void noteOpinions(Transaction transaction, Subject subject, @Nullable String... slots) {
        if (subject instanceof Subject.OfUser) {
            Stream.of(slots)
                    .filter(slot -> slot != null && slot.startsWith(TITLE))
                    .distinct()
                    .forEach(slot -> transaction.outbox("opinion", "item", slot.substring(TITLE.length()), ""));
        }
    }

    private static Optional<MemoryException> refusal(Handle handle, Write write, Stored stored) {
        return refusal(write, stored)
                .or(() -> noUser(handle, write.memory().subject()))
                .or(() -> EvidenceGuard.missing(handle, write.memory()));
    }

    // What comes late after a user's erasure must not make the user again.
    private static Optional<MemoryException> noUser(Handle handle, Subject subject) {
        return switch (subject) {
            case Subject.OfUser(UserId user) ->
                SqlUsers.exists(handle, user) ? Optional.empty() : Optional.of(SqlUsers.missing(user));
            case Subject.OfItem _ -> Optional.empty();
        };
    }

    private static Optional<MemoryException> refusal(Write write, Stored stored) {
        Memory memory = write.memory();
        if (memory.revision() != stored.revision) {
            return Optional.of(new MemoryException(
                    Code.REVISION_CONFLICT,
                    "memory " + memory.id().value() + " is at revision " + stored.revision + ", the write was made at "
                            + memory.revision() + "; read it again and repeat the change"));
        }
        if (stored.locked && !write.actor().operator()) {
            return Optional.of(new MemoryException(
                    Code.LOCKED,
                    "memory " + memory.id().value() + " is locked, only an operator may change it, actor was "
                            + write.actor().value()));
        }
        return Optional.empty();
    }

    @Override
    public Optional<Memory> memory(MemoryId id) {
        return database.read(handle -> handle.createQuery("select * from memory where id = :id")
                .bind("id", id.value())
                .map(MemoryRows::row)
                .findOne());
    }

    @Override
    public Map<MemoryId, Memory> memories(Collection<MemoryId> ids, @Nullable Instant knownAt) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        return database.read(handle -> many(handle, ids, knownAt));
    }

    private static Map<MemoryId, Memory> many(Handle handle, Collection<MemoryId> ids, @Nullable Instant knownAt) {
        List<String> keys = ids.stream().map(MemoryId::value).distinct().toList();
        Map<MemoryId, Memory> found = HashMap.newHashMap(keys.size());
        for (int from = 0; from < keys.size(); from += IDS_PER_QUERY) {
            List<String> chunk = keys.subList(from, Math.min(keys.size(), from + IDS_PER_QUERY));
            if (knownAt == null) {
                handle.createQuery("select * from memory where id in (<ids>)")
                        .bindList("ids", chunk)
                        .map(MemoryRows::row)
                        .forEach(memory -> found.put(memory.id(), memory));
            } else {
                handle.createQuery(KNOWN_OF_IDS)
                        .bindList("ids", chunk)
                        .bind("at", Times.column(knownAt))
                        .mapTo(String.class)
                        .map(SqlMemories::state)
                        .forEach(memory -> found.put(memory.id(), memory));
            }
        }
        return found;
    }

    @Override
    public List<Memory> active(Subject subject) {
        List<Memory> kept = database.read(handle -> handle.createQuery(
                        "select * from memory where subject_type = :type and subject_id = :id and status = :status"
                                + " order by case kind when 'constraint' then 0 when 'profile' then 0 else 1 end,"
                                + " case when exists (select 1 from cold_memory where memory_id = memory.id)"
                                + " then 1 else 0 end, created_at desc, id desc limit :limit")
                .bind("type", subject.type())
                .bind("id", subject.id())
                .bind("status", MemoryStatus.ACTIVE.key())
                .bind("limit", MAX_ACTIVE)
                .map(MemoryRows::row)
                .list());
        return kept.stream()
                .sorted(Comparator.comparing(Memory::createdAt).thenComparing(Memory::id))
                .toList();
    }

    @Override
    public List<Memory> standing(Subject subject) {
        return List.copyOf(database.read(handle -> handle.createQuery(
                        "select * from memory where subject_type = :type and subject_id = :id and status = :status"
                                + " order by created_at, id limit :limit")
                .bind("type", subject.type())
                .bind("id", subject.id())
                .bind("status", MemoryStatus.ACTIVE.key())
                .bind("limit", MAX_STANDING)
                .map(MemoryRows::row)
                .list()));
    }

    @Override
    public List<Memory> expire(Instant now, int most) {
        Require.range("most", most, 1, MAX_WRITES);
        List<String> due = database.read(handle -> handle.createQuery(
                        "select id from memory where " + PAST_ITS_END + " order by valid_to, id limit :most")
                .bind("now", Times.column(now))
                .bind("most", most)
                .mapTo(String.class)
                .list());
        if (due.isEmpty()) {
            return List.of();
        }
        Milestone.EXPIRING.reached();
        List<Memory> expired = new ArrayList<>(due.size());
        database.writeRows(expiring, due, (transaction, chunk) -> {
            int before = expired.size();
            chunk.forEach(id -> expire(transaction, id, now).ifPresent(expired::add));
            return expired.size() - before;
        });
        Milestone.EXPIRED.reached();
        return List.copyOf(expired);
    }

    // Somebody may have given it more time meanwhile.
    private static Optional<Memory> expire(Transaction transaction, String id, Instant now) {
        return transaction
                .handle()
                .createQuery("select * from memory where id = :id and " + PAST_ITS_END)
                .bind("id", id)
                .bind("now", Times.column(now))
                .map(MemoryRows::row)
                .findOne()
                .map(memory -> {
                    Memory next = memory.draft()
                            .status(MemoryStatus.EXPIRED)
                            .updatedAt(now)
                            .build();
                    Stored stored = stored(transaction.handle(), memory.id());
                    return putOne(transaction, new Write(next, Actor.SYSTEM, ENDED), stored);
                });
    }

    @Override
    public Page<Memory> page(MemoryFilter filter, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> parts = Cursor.parts("memories", 2, cursor);
        List<String> conditions = FilterClauses.of(filter);
        if (parts != null) {
            conditions.add("updated_at <= :at and (updated_at < :at or id < :id)");
        }
        String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
        String sql = "select * from memory" + where + " order by updated_at desc, id desc limit :limit";
        List<Memory> memories = database.read(handle -> {
            Query query = FilterClauses.bound(handle.createQuery(sql), filter, database.now())
                    .bind("limit", limit + 1);
            if (parts != null) {
                query.bind("at", Cursor.number("memories", parts.get(0), String.valueOf(cursor)))
                        .bind("id", parts.get(1));
            }
            return query.map(MemoryRows::row).list();
        });
        return Pages.cut(
                memories,
                limit,
                "memories",
                memory -> List.of(
                        Long.toString(Times.column(memory.updatedAt())),
                        memory.id().value()));
    }

    @Override
    public Optional<Memory> memory(MemoryId id, Instant knownAt) {
        return database.read(handle -> handle.createQuery("select state from memory_revision where memory_id = :id"
                        + " and recorded_at <= :at order by revision desc limit 1")
                .bind("id", id.value())
                .bind("at", Times.column(knownAt))
                .mapTo(String.class)
                .findOne()
                .map(SqlMemories::state));
    }

    @Override
    public List<Memory> states(Subject subject, @Nullable Instant knownAt) {
        return List.copyOf(database.read(
                handle -> states(handle, subject, knownAt, MAX_STATES).list()));
    }

    @Override
    public void scan(Subject subject, @Nullable Instant knownAt, Consumer<Memory> consumer) {
        database.stream(handle -> states(handle, subject, knownAt, Integer.MAX_VALUE), consumer);
    }

    private static ResultIterable<Memory> states(Handle handle, Subject subject, @Nullable Instant knownAt, int limit) {
        Query query = handle.createQuery(knownAt == null ? ALL_OF_SUBJECT : KNOWN_OF_SUBJECT)
                .bind("type", subject.type())
                .bind("id", subject.id())
                .bind("limit", limit)
                .setFetchSize(FETCH);
        return knownAt == null
                ? query.map(MemoryRows::row)
                : query.bind("at", Times.column(knownAt)).mapTo(String.class).map(SqlMemories::state);
    }

    private static Memory state(String json) {
        return Json.read(json, MemoryState.class).memory();
    }

    @Override
    public List<Revision> history(MemoryId id) {
        return database.read(handle -> handle.createQuery(
                        "select * from memory_revision where memory_id = :id order by revision")
                .bind("id", id.value())
                .map((result, context) -> {
                    Row row = new Row(result);
                    return new Revision(
                            Json.read(row.text("state"), MemoryState.class).memory(),
                            new Actor(row.text("actor")),
                            row.text("cause"),
                            row.time("recorded_at"));
                })
                .list());
    }

    @Override
    public boolean forget(MemoryId id) {
        return erase(id, List.of()).isPresent();
    }

    /// Deletes the memory and whatever rests or rested on it, and leaves the rest of their erasures to the background,
    /// in
    /// one commit.
    ///
    /// @param done steps that need not be done
    /// @return the job of the erasure; absent when there was no such memory
    Optional<JobId> erase(MemoryId id, List<ErasureRows.Step> done) {
        return database.write(transaction -> erase(transaction, id, done));
    }

    /// As above, within a write.
    Optional<JobId> erase(Transaction transaction, MemoryId id, List<ErasureRows.Step> done) {
        return MemoryErasure.one(transaction, ids, id, done);
    }

    /// As [#erase], for all memories of a subject.
    ///
    /// @param until only those made by then; null for all
    JobId eraseAll(Subject subject, @Nullable Instant until, List<ErasureRows.Step> done) {
        return database.write(transaction -> MemoryErasure.all(transaction, ids, subject, until, done));
    }

    @Override
    public long count() {
        return database.read(handle -> handle.createQuery("select count(*) from memory where status = 'active'")
                .mapTo(Long.class)
                .one());
    }

    @Override
    public long writtenSince(Subject subject, Instant time) {
        return database.read(handle -> handle.createQuery("select count(*) from memory where subject_type = :type"
                        + " and subject_id = :id and created_at > :time")
                .bind("type", subject.type())
                .bind("id", subject.id())
                .bind("time", Times.column(time))
                .mapTo(Long.class)
                .one());
    }

    @Override
    public long writtenBefore(Memory memory, Instant time) {
        return database.read(handle -> handle.createQuery("select count(*) from memory where subject_type = :type"
                        + " and subject_id = :subject and created_at > :time"
                        + " and (created_at < :at or created_at = :at and id < :id)")
                .bind("type", memory.subject().type())
                .bind("subject", memory.subject().id())
                .bind("time", Times.column(time))
                .bind("at", Times.column(memory.createdAt()))
                .bind("id", memory.id().value())
                .mapTo(Long.class)
                .one());
    }
}
