package dev.palate.memory.dataset;

import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.GatedMemories;
import dev.palate.memory.gate.Offer;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Written;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.text.Languages;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Offers imported memories at the door of all others, some in one commit.
///
/// The same subject, source and text always give the same id, so a second import finds the first and changes
/// nothing. Of two memories of one slot the one that holds later is in force, whatever their order in the file.
/// Not thread-safe.
final class MemoryImport {
    private static final String CAUSE = "imported";
    private static final String EVIDENCE = "import";
    private static final int HASH_BYTES = 16;
    /// In one commit, so that other writes wait for some milliseconds.
    private static final int AT_ONCE = 16;

    private final GatedMemories memories;
    private final MemoryMeaning meaning;
    private final Instant now;
    private final MessageDigest digest = Fingerprint.sha256();
    private final Map<String, Long> refusals = new TreeMap<>();
    private long changed;

    MemoryImport(MemoryDoor door, Instant now) {
        this.memories = door.memories().inBulk();
        this.meaning = door.meaning();
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
        for (int from = 0; from < chunk.size(); from += AT_ONCE) {
            List<Offer> offers = chunk.subList(from, Math.min(chunk.size(), from + AT_ONCE)).stream()
                    .map(this::offer)
                    .toList();
            for (Written written : memories.offer(offers, Actor.IMPORT, CAUSE)) {
                changed += written.changed() ? 1 : 0;
                if (written.outcome() == Written.Outcome.REJECT) {
                    refusals.merge(written.reason(), 1L, Long::sum);
                }
            }
        }
    }

    private Offer offer(ImportedMemory memory) {
        String key = key(memory);
        Proposal proposal = proposal(memory, key);
        Memory fresh = fresh(new MemoryId("import-" + key), memory, proposal);
        boolean over = memory.validTo() != null && !memory.validTo().isAfter(now);
        return new Offer(
                proposal, over ? fresh.draft().status(MemoryStatus.EXPIRED).build() : fresh);
    }

    private Proposal proposal(ImportedMemory memory, String key) {
        MemoryMeaning.Meaning read = meaning(memory);
        return new Proposal(
                memory.subject(),
                read.kind(),
                memory.text(),
                read.polarity(),
                Trust.IMPORTED,
                read.slot(),
                memory.text(),
                memory.text(),
                key,
                Role.USER);
    }

    private MemoryMeaning.Meaning meaning(ImportedMemory memory) {
        if (memory.bare()) {
            return meaning.of(memory.text()).orElse(new MemoryMeaning.Meaning(MemoryKind.TRAIT, 0, null));
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
