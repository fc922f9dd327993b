package dev.palate.memory.sql;

import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.erase.ErasureLedger;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How far a database has heeded the ledger of erasures, and what it does when it is behind: a database from before an
/// erasure forgets again. Stateless.
final class LedgerMark {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerMark.class);
    private static final String NAME = "erasure_ledger";

    private LedgerMark() {}

    private static long read(Handle handle) {
        return handle.createQuery("select value from meta where name = :name")
                .bind("name", NAME)
                .mapTo(String.class)
                .findOne()
                .map(Long::parseLong)
                .orElse(0L);
    }

    private static void write(Transaction transaction, long mark) {
        transaction
                .handle()
                .createUpdate("insert into meta (name, value) values (:name, :value)"
                        + " on conflict (name) do update set value = excluded.value")
                .bind("name", NAME)
                .bind("value", Long.toString(mark))
                .execute();
    }

    /// Notes an entry that this database itself has made; one that has missed others before it stays behind.
    static boolean advance(Transaction transaction, long before, long after) {
        if (read(transaction.handle()) != before) {
            return false;
        }
        write(transaction, after);
        return true;
    }

    /// Begins again every erasure after the mark that the database holds something of.
    ///
    /// @return how many
    static int apply(ErasureParts parts) {
        Database database = parts.database();
        long mark = database.read(LedgerMark::read);
        if (mark == parts.ledger().length()) {
            return 0;
        }
        ErasureLedger.Entries entries = parts.ledger().after(mark);
        Map<String, Instant> users = new HashMap<>();
        Map<String, Instant> memories = new HashMap<>();
        Map<String, Instant> subjects = new HashMap<>();
        Map<String, Instant> conversations = new HashMap<>();
        for (ErasureLedger.Entry entry : entries.entries()) {
            switch (entry.type()) {
                case "user" -> users.put(entry.hash(), entry.at());
                case ErasureRows.MEMORIES -> subjects.put(entry.hash(), entry.at());
                case ErasureRows.CONVERSATION -> conversations.put(entry.hash(), entry.at());
                default -> memories.put(entry.hash(), entry.at());
            }
        }
        List<ErasureRows.Step> inscribed = List.of(new ErasureRows.Step(ErasureRun.LEDGER, 0, List.of()));
        List<UserId> foundUsers = database.read(handle -> users(handle, parts.ledger(), users));
        foundUsers.forEach(user -> SqlErasure.begin(parts, user, inscribed, () -> {}));
        List<MemoryId> foundMemories = database.read(handle -> memories(handle, parts.ledger(), memories));
        foundMemories.forEach(memory -> parts.memories().erase(memory, inscribed));
        Map<Subject, Instant> foundSubjects = database.read(handle -> subjects(handle, parts.ledger(), subjects));
        foundSubjects.forEach((subject, at) -> parts.memories().eraseAll(subject, at, inscribed));
        List<ConversationId> foundTalks = database.read(handle -> conversations(handle, parts.ledger(), conversations));
        foundTalks.forEach(talk -> ConversationErasure.begin(parts, talk, inscribed));
        database.write(transaction -> {
            write(transaction, entries.length());
            return true;
        });
        int found = foundUsers.size() + foundMemories.size() + foundSubjects.size() + foundTalks.size();
        if (found > 0) {
            LOG.info(
                    "this database is from before {} erasures; {} users, {} memories, all memories of {} subjects"
                            + " and {} conversations were erased again",
                    entries.entries().size(),
                    foundUsers.size(),
                    foundMemories.size(),
                    foundSubjects.size(),
                    foundTalks.size());
        }
        return found;
    }

    /// Users who came after their erasure are others by the same id.
    private static List<UserId> users(Handle handle, ErasureLedger ledger, Map<String, Instant> erased) {
        List<UserId> found = new ArrayList<>();
        if (erased.isEmpty()) {
            return found;
        }
        try (var rows = handle
                .createQuery("select id, created_at from users")
                .map((result, context) -> Map.entry(result.getString(1), Times.of(result.getLong(2))))
                .stream()) {
            rows.forEach(row -> {
                Instant at = erased.get(ledger.hash("user", row.getKey()));
                if (at != null && !row.getValue().isAfter(at)) {
                    found.add(new UserId(row.getKey()));
                }
            });
        }
        return found;
    }

    private static List<MemoryId> memories(Handle handle, ErasureLedger ledger, Map<String, Instant> erased) {
        if (erased.isEmpty()) {
            return List.of();
        }
        try (var rows = handle.createQuery("select id from memory").mapTo(String.class).stream()) {
            return rows.filter(id -> erased.containsKey(ledger.hash("memory", id)))
                    .map(MemoryId::new)
                    .toList();
        }
    }

    private static List<ConversationId> conversations(
            Handle handle, ErasureLedger ledger, Map<String, Instant> erased) {
        if (erased.isEmpty()) {
            return List.of();
        }
        try (var rows = handle.createQuery("select id from conversation").mapTo(String.class).stream()) {
            return rows.filter(id -> erased.containsKey(ledger.hash(ErasureRows.CONVERSATION, id)))
                    .map(ConversationId::new)
                    .toList();
        }
    }

    /// Subjects with memories from before all of theirs were erased.
    private static Map<Subject, Instant> subjects(Handle handle, ErasureLedger ledger, Map<String, Instant> erased) {
        Map<Subject, Instant> found = new HashMap<>();
        if (erased.isEmpty()) {
            return found;
        }
        try (var rows = handle
                .createQuery("select subject_type, subject_id, min(created_at) from memory"
                        + " group by subject_type, subject_id")
                .map((result, context) ->
                        Map.entry(Subject.of(result.getString(1), result.getString(2)), Times.of(result.getLong(3))))
                .stream()) {
            rows.forEach(row -> {
                Instant at = erased.get(ledger.hash(ErasureRows.MEMORIES, ErasureRows.named(row.getKey())));
                if (at != null && !row.getValue().isAfter(at)) {
                    found.put(row.getKey(), at);
                }
            });
        }
        return found;
    }
}
