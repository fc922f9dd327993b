package dev.palate.memory.dataset;

import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.GateContext;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Rejection;
import dev.palate.memory.gate.SensitiveClass;
import dev.palate.memory.gate.Similarity;
import dev.palate.memory.gate.Verdict;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.text.Languages;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Judges imported memories by the gates and writes them, those of a chunk that are new in one commit.
///
/// The same subject, source and text always give the same id, so a second import finds the first and changes nothing.
/// Of two memories of one slot the one that holds later is in force, whatever their order in the file. Not thread-safe.
final class MemoryImport {
    private static final Actor ACTOR = new Actor("import");
    private static final String EVIDENCE = "import";
    private static final int HASH_BYTES = 16;
    private static final int MAX_EVIDENCE = 32;
    private static final double REINFORCEMENT = 0.3;

    private final MemoryDoor door;
    private final Instant now;
    private final MessageDigest digest = Fingerprint.sha256();
    private final Map<Subject, List<Memory>> active = new HashMap<>();
    private final List<Memories.Write> pending = new ArrayList<>();
    private final List<Rejection> refused = new ArrayList<>();
    private final Map<String, Long> refusals = new TreeMap<>();
    private long changed;

    MemoryImport(MemoryDoor door, Instant now) {
        this.door = door;
        this.now = now;
    }

    /// How many were new or changed another.
    long changed() {
        return changed;
    }

    /// How many the gates refused, by reason.
    Map<String, Long> refusals() {
        return refusals;
    }

    void take(List<ImportedMemory> chunk) {
        active.clear();
        for (ImportedMemory memory : chunk) {
            take(memory);
        }
        flush();
        door.rejections().add(refused);
        refused.clear();
    }

    private void take(ImportedMemory memory) {
        String key = key(memory);
        MemoryId id = new MemoryId("import-" + key);
        if (known(memory.subject(), id, key)) {
            return;
        }
        Proposal proposal = proposal(memory, key);
        boolean over = memory.validTo() != null && !memory.validTo().isAfter(now);
        Verdict verdict = door.gates().check(proposal, context(memory.subject(), over));
        Memory fresh = fresh(id, memory, proposal);
        switch (verdict) {
            case Verdict.Accept _ -> add(over ? closed(fresh, MemoryStatus.SUPERSEDED) : fresh, "imported");
            case Verdict.Quarantine(String reason) -> add(closed(fresh, MemoryStatus.QUARANTINED), reason);
            case Verdict.Reject(String reason) -> {
                refusals.merge(reason, 1L, Long::sum);
                refused.add(Rejection.of(
                        "import-" + key, proposal, reason, door.gates().policy().key(), now));
            }
            case Verdict.Merge(MemoryId into, String reason) -> merge(active(memory.subject(), into), proposal, reason);
            case Verdict.Supersede(MemoryId replaced, String reason) ->
                supersede(active(memory.subject(), replaced), fresh, reason);
        }
    }

    private boolean known(Subject subject, MemoryId id, String key) {
        return active(subject).stream()
                        .flatMap(memory -> memory.evidence().stream())
                        .anyMatch(evidence -> evidence.type().equals(EVIDENCE)
                                && evidence.id().equals(key))
                || pending.stream().anyMatch(write -> write.memory().id().equals(id))
                || door.memories().memory(id).isPresent();
    }

    private List<Memory> active(Subject subject) {
        return active.computeIfAbsent(
                subject, missing -> new ArrayList<>(door.memories().active(missing)));
    }

    private Memory active(Subject subject, MemoryId id) {
        return active(subject).stream()
                .filter(memory -> memory.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a gate named memory " + id + ", which is not active"));
    }

    private GateContext context(Subject subject, boolean over) {
        Set<SensitiveClass> consents =
                subject instanceof Subject.OfUser user ? door.consents().of(user.user()) : Set.of();
        // What is over neither repeats nor contradicts what is in force.
        return new GateContext(over ? List.of() : active(subject), 0, consents, Similarity.UNKNOWN, () -> 0, now);
    }

    private void add(Memory memory, String cause) {
        pending.add(new Memories.Write(memory, ACTOR, cause));
        changed++;
        if (memory.status() == MemoryStatus.ACTIVE) {
            active(memory.subject()).add(memory);
        }
    }

    // What is pending has no revision yet that a change could name.
    private void flush() {
        if (pending.isEmpty()) {
            return;
        }
        door.memories().put(pending).forEach(stored -> {
            if (stored.status() == MemoryStatus.ACTIVE) {
                active(stored.subject()).replaceAll(old -> old.id().equals(stored.id()) ? stored : old);
            }
        });
        pending.clear();
    }

    private void write(List<Memories.Write> writes, Subject subject) {
        door.memories().put(writes);
        active.put(subject, new ArrayList<>(door.memories().active(subject)));
        changed++;
    }

    private void merge(Memory into, Proposal proposal, String reason) {
        flush();
        Memory old = active(into.subject(), into.id());
        List<Evidence> evidence = new ArrayList<>(old.evidence());
        evidence.add(evidence(proposal));
        Memory merged = old.draft()
                .strength(old.strength() + (1 - old.strength()) * REINFORCEMENT)
                .evidence(evidence.subList(Math.max(0, evidence.size() - MAX_EVIDENCE), evidence.size()))
                .updatedAt(now)
                .build();
        write(List.of(new Memories.Write(merged, ACTOR, reason)), into.subject());
    }

    private void supersede(Memory replaced, Memory fresh, String reason) {
        flush();
        Memory old = active(replaced.subject(), replaced.id());
        if (fresh.validFrom().isBefore(old.validFrom())) {
            Memory past = fresh.draft()
                    .status(MemoryStatus.SUPERSEDED)
                    .validTo(old.validFrom())
                    .supersededBy(old.id())
                    .build();
            write(List.of(new Memories.Write(past, ACTOR, reason)), old.subject());
            return;
        }
        Memory closed = old.draft()
                .status(MemoryStatus.SUPERSEDED)
                .validTo(fresh.validFrom())
                .supersededBy(fresh.id())
                .updatedAt(now)
                .build();
        write(
                List.of(new Memories.Write(closed, ACTOR, reason), new Memories.Write(fresh, ACTOR, reason)),
                old.subject());
    }

    private static Memory closed(Memory memory, MemoryStatus status) {
        return memory.draft().status(status).build();
    }

    private Proposal proposal(ImportedMemory memory, String key) {
        MemoryMeaning.Meaning meaning = meaning(memory);
        return new Proposal(
                memory.subject(),
                meaning.kind(),
                memory.text(),
                meaning.polarity(),
                Trust.IMPORTED,
                meaning.slot(),
                memory.text(),
                memory.text(),
                key,
                Role.USER);
    }

    private MemoryMeaning.Meaning meaning(ImportedMemory memory) {
        if (memory.bare()) {
            return door.meaning().of(memory.text()).orElse(new MemoryMeaning.Meaning(MemoryKind.TRAIT, 0, null));
        }
        MemoryKind kind = memory.kind() != null
                ? memory.kind()
                : memory.slot() == null ? MemoryKind.TRAIT : MemoryKind.PREFERENCE;
        return new MemoryMeaning.Meaning(kind, memory.polarity(), memory.slot());
    }

    private Memory fresh(MemoryId id, ImportedMemory memory, Proposal proposal) {
        Instant from = memory.validFrom() == null ? now : memory.validFrom();
        return new Memory(
                id,
                memory.subject(),
                proposal.kind(),
                memory.text(),
                proposal.polarity(),
                0.5,
                0.9,
                Trust.IMPORTED,
                proposal.slot(),
                List.of(evidence(proposal)),
                from,
                memory.validTo(),
                null,
                MemoryStatus.ACTIVE,
                false,
                false,
                Languages.of(memory.text()),
                now,
                now,
                0);
    }

    private static Evidence evidence(Proposal proposal) {
        return new Evidence(EVIDENCE, proposal.sourceId(), proposal.quote());
    }

    private String key(ImportedMemory memory) {
        String key =
                String.join("\u001f", memory.subject().type(), memory.subject().id(), memory.source(), memory.text());
        return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)), 0, HASH_BYTES);
    }
}
