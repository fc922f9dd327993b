package dev.palate.memory.sql;

import dev.palate.memory.Differences;
import dev.palate.memory.MemoryException;
import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/// Compares what the truth says of memories in more than one place: rows and revisions, evidence and ledger, cold codes
/// and codebooks, derived memories and what they rest on. Reads a page of memories at a time, with all their revisions.
final class TruthComparison {
    private static final int PAGE = 200;
    private static final String READ = "select * from memory where id > :after order by id limit " + PAGE;
    private static final String GROUNDLESS = """
            select g.memory_id from memory_evidence g where g.type = 'memory'
                and not exists (select 1 from memory m where m.id = g.id) order by g.memory_id
            """;
    private static final String PROFILES = """
            select subject_id from memory where kind = 'profile' and status = 'active'
            group by subject_type, subject_id having count(*) > 1 order by subject_id
            """;
    // Ids of derived memories are made from the item's id; the fifteenth character tells them from all others.
    private static final String OF_GONE_ITEMS = """
            select m.id from memory m where m.subject_type = 'item' and substr(m.id, 15, 1) = '3'
                and m.trust in ('imported', 'behaviour') and m.kind in ('trait', 'theme')
                and not exists (select 1 from item i where i.id = m.subject_id) order by m.id
            """;
    // What a subject gave itself, what others gave, and how many those are, counted from the shares.
    private static final String SUMS = """
            select subject_type, subject_id, theme, sum(own) as own, sum(others) as others, sum(number) as number from (
                select subject_type, subject_id, theme, own, others, contributors as number from theme_weight
                union all
                select subject_type, subject_id, theme,
                    case when subject_type = 'user' and subject_id = contributor then -weight else 0 end,
                    case when subject_type = 'user' and subject_id = contributor then 0 else -weight end,
                    case when subject_type = 'user' and subject_id = contributor then 0 else -1 end
                from theme_share) as sides
            group by subject_type, subject_id, theme
            having sum(own) <> 0 or sum(others) <> 0 or sum(number) <> 0
            order by subject_type, subject_id, theme
            """;
    private static final String LEDGER = "./palate memory reindex enters it";
    private static final String COLD = "./palate memory reindex makes them warm again";
    private static final String REVISION =
            "write them again (PATCH /v1/memories/ID), or put a back-up in place: ./palate restore FILE";
    private static final String RESTORE = "put a back-up in place: ./palate restore FILE";
    private static final String DERIVED = "forget them (DELETE /v1/memories/ID); what should be there is made again";

    private final Database database;
    private final Differences differences;
    private final LongConsumer progress;
    private final List<EvidenceEntry> unentered = new ArrayList<>();
    private final List<MemoryId> wrongCold = new ArrayList<>();
    private final Map<Long, OptionalInt> codeLengths = new HashMap<>();

    private record EvidenceEntry(EvidenceRows.Ground ground, String memory) {}

    private record Kept(long revision, MemoryState state) {}

    /// @param progress told how many memories were compared so far
    TruthComparison(Database database, Differences differences, LongConsumer progress) {
        this.database = database;
        this.differences = differences;
        this.progress = progress;
    }

    /// Compares and changes nothing.
    ///
    /// @return how many memories there are
    long compare() {
        long compared = pages(() -> {});
        for (String id : database.read(handle -> ids(handle, GROUNDLESS))) {
            differences.add("memories that rest on one that is gone", id, DERIVED);
        }
        for (String id : database.read(handle -> ids(handle, PROFILES))) {
            differences.add("users with more than one profile in force", id, DERIVED);
        }
        for (String id : database.read(handle -> ids(handle, OF_GONE_ITEMS))) {
            differences.add("derived memories of items that are gone", id, DERIVED);
        }
        for (String id : database.read(handle -> handle.createQuery(SUMS)
                .map((result, context) -> new Row(result).text("subject_id") + " " + new Row(result).text("theme"))
                .list())) {
            differences.add("theme weights that are not the sum of their shares", id, RESTORE);
        }
        return compared;
    }

    private static List<String> ids(Handle handle, String sql) {
        return handle.createQuery(sql).mapTo(String.class).list();
    }

    /// Enters into the ledger what it lacks, and makes warm what has no codes of its text.
    ///
    /// @return how many entries and memories
    long mend(SqlColdMemories cold) {
        long[] mended = {0};
        pages(() -> {
            if (!unentered.isEmpty()) {
                List<EvidenceEntry> missing = List.copyOf(unentered);
                database.write(transaction -> enter(transaction.handle(), missing));
                mended[0] += missing.size();
            }
            mended[0] += cold.promote(wrongCold);
            unentered.clear();
            wrongCold.clear();
        });
        return mended[0];
    }

    private static int enter(Handle handle, List<EvidenceEntry> missing) {
        try (PreparedBatch batch = handle.prepareBatch(EvidenceRows.INSERT)) {
            for (EvidenceEntry entry : missing) {
                batch.bind("type", entry.ground.type())
                        .bind("id", entry.ground.id())
                        .bind("memory", entry.memory)
                        .add();
            }
            return batch.execute().length;
        }
    }

    private long pages(Runnable afterEach) {
        String after = "";
        long compared = 0;
        List<Memory> page;
        do {
            String from = after;
            page = database.read(handle -> handle.createQuery(READ)
                    .bind("after", from)
                    .map(MemoryRows::row)
                    .list());
            if (!page.isEmpty()) {
                page(page);
                after = page.getLast().id().value();
                compared += page.size();
                progress.accept(compared);
            }
            afterEach.run();
        } while (page.size() == PAGE);
        return compared;
    }

    private void page(List<Memory> page) {
        List<String> ids = page.stream().map(memory -> memory.id().value()).toList();
        // Of one moment, so that a write in between is not taken for a difference.
        database.readOnce(handle -> {
            Map<String, Memory> memories = new HashMap<>();
            handle.createQuery("select * from memory where id in (<ids>)")
                    .bindList("ids", ids)
                    .map(MemoryRows::row)
                    .forEach(memory -> memories.put(memory.id().value(), memory));
            Map<String, List<Kept>> revisions = revisions(handle, ids);
            Map<String, Set<EvidenceRows.Ground>> ledger = ledger(handle, ids);
            memories.values().stream().sorted(Comparator.comparing(Memory::id)).forEach(memory -> {
                String id = memory.id().value();
                List<Kept> kept = revisions.getOrDefault(id, List.of());
                revision(memory, kept);
                evidence(id, kept, ledger.getOrDefault(id, Set.of()));
            });
            handle.createQuery("select * from cold_memory where memory_id in (<ids>) order by memory_id")
                    .bindList("ids", ids)
                    .map(SqlColdMemories::cold)
                    .forEach(cold ->
                            cold(handle, cold, memories.get(cold.memory().value())));
            return memories.size();
        });
    }

    private static Map<String, List<Kept>> revisions(Handle handle, List<String> ids) {
        Map<String, List<Kept>> revisions = new HashMap<>();
        handle.createQuery("select memory_id, revision, state from memory_revision where memory_id in (<ids>)"
                        + " order by memory_id, revision")
                .bindList("ids", ids)
                .map((result, context) -> {
                    Row row = new Row(result);
                    MemoryState state = Json.read(row.text("state"), MemoryState.class);
                    return Map.entry(row.text("memory_id"), new Kept(row.number("revision"), state));
                })
                .forEach(entry -> revisions
                        .computeIfAbsent(entry.getKey(), _ -> new ArrayList<>())
                        .add(entry.getValue()));
        return revisions;
    }

    private static Map<String, Set<EvidenceRows.Ground>> ledger(Handle handle, List<String> ids) {
        Map<String, Set<EvidenceRows.Ground>> ledger = new HashMap<>();
        handle.createQuery("select type, id, memory_id from memory_evidence where memory_id in (<ids>)")
                .bindList("ids", ids)
                .map((result, context) -> {
                    Row row = new Row(result);
                    return Map.entry(row.text("memory_id"), new EvidenceRows.Ground(row.text("type"), row.text("id")));
                })
                .forEach(entry -> ledger.computeIfAbsent(entry.getKey(), _ -> new HashSet<>())
                        .add(entry.getValue()));
        return ledger;
    }

    private void revision(Memory memory, List<Kept> kept) {
        String id = memory.id().value();
        if (kept.isEmpty() || kept.getLast().revision != memory.revision()) {
            differences.add("memories without their newest revision", id, REVISION);
        } else if (!kept.getLast().state.memory().equals(memory)) {
            differences.add("memories that differ from their newest revision", id, REVISION);
        }
    }

    private void evidence(String id, List<Kept> kept, Set<EvidenceRows.Ground> entered) {
        Set<EvidenceRows.Ground> lacking = new LinkedHashSet<>();
        kept.forEach(revision -> lacking.addAll(EvidenceRows.of(revision.state.evidence())));
        lacking.removeAll(entered);
        if (!lacking.isEmpty()) {
            differences.add("memories with evidence that the ledger lacks", id, LEDGER);
            lacking.forEach(ground -> unentered.add(new EvidenceEntry(ground, id)));
        }
    }

    private void cold(Handle handle, Cold cold, @Nullable Memory memory) {
        String id = cold.memory().value();
        String wrong = "";
        if (memory == null || memory.status() != MemoryStatus.ACTIVE) {
            wrong = "cold memories that are not active";
        } else if (cold.revision() != memory.revision()) {
            wrong = "cold memories with codes of another revision";
        } else if (!cold.subject().equals(memory.subject())) {
            wrong = "cold memories of another subject";
        } else {
            OptionalInt length = codeLengths.computeIfAbsent(cold.codebook(), version -> codeLength(handle, version));
            if (length.isEmpty()) {
                wrong = "cold memories whose codebook is missing or damaged";
            } else if (length.getAsInt() != cold.codes().length) {
                wrong = "cold memories with codes of another length";
            }
        }
        if (!wrong.isEmpty()) {
            differences.add(wrong, id, COLD);
            wrongCold.add(cold.memory());
        }
    }

    private static OptionalInt codeLength(Handle handle, long version) {
        try {
            return handle.createQuery("select * from codebook where version = :version")
                    .bind("version", version)
                    .map(CodebookRows::row)
                    .findOne()
                    .map(codebook -> OptionalInt.of(codebook.quantiser().codeLength()))
                    .orElse(OptionalInt.empty());
        } catch (MemoryException | IllegalArgumentException e) {
            return OptionalInt.empty();
        }
    }
}
