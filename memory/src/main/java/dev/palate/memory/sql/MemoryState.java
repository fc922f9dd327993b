package dev.palate.memory.sql;

import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A memory as it stands in the columns of `memory` and, as JSON, in a revision. Times are microseconds since 1970.
record MemoryState(
        String id,
        String subjectType,
        String subjectId,
        String kind,
        String text,
        double polarity,
        double strength,
        double confidence,
        String trust,
        @Nullable String slot,
        List<Evidence> evidence,
        long validFrom,
        @Nullable Long validTo,
        @Nullable String supersededBy,
        String status,
        boolean muted,
        boolean locked,
        String language,
        long createdAt,
        long updatedAt,
        long revision) {
    static MemoryState of(Memory memory) {
        @Nullable Slot slot = memory.slot();
        @Nullable MemoryId supersededBy = memory.supersededBy();
        return new MemoryState(
                memory.id().value(),
                memory.subject().type(),
                memory.subject().id(),
                memory.kind().key(),
                memory.text(),
                memory.polarity(),
                memory.strength(),
                memory.confidence(),
                memory.trust().key(),
                slot == null ? null : slot.toString(),
                memory.evidence(),
                Times.column(memory.validFrom()),
                Times.columnOrNull(memory.validTo()),
                supersededBy == null ? null : supersededBy.value(),
                memory.status().key(),
                memory.muted(),
                memory.locked(),
                memory.language(),
                Times.column(memory.createdAt()),
                Times.column(memory.updatedAt()),
                memory.revision());
    }

    Memory memory() {
        return new Memory(
                new MemoryId(id),
                Subject.of(subjectType, subjectId),
                MemoryKind.ofKey(kind),
                text,
                polarity,
                strength,
                confidence,
                Trust.ofKey(trust),
                slot == null ? null : Slot.parse(slot),
                evidence,
                Times.of(validFrom),
                validTo == null ? null : Times.of(validTo),
                supersededBy == null ? null : new MemoryId(supersededBy),
                MemoryStatus.ofKey(status),
                muted,
                locked,
                language,
                Times.of(createdAt),
                Times.of(updatedAt),
                revision);
    }
}
