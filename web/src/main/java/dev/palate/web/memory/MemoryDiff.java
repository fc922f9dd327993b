package dev.palate.web.memory;

import dev.palate.memory.memory.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A field that differs between two states of a memory.
///
/// @param from before, absent when it had no value
/// @param to after, absent when it has no value
record MemoryDiff(
        String field, @Nullable Object from, @Nullable Object to) {
    /// What differs, in the order of the fields; the time of change and the revision always do and are left out.
    static List<MemoryDiff> of(Memory before, Memory after) {
        List<MemoryDiff> differences = new ArrayList<>();
        add(differences, "memory", before.text(), after.text());
        add(differences, "kind", before.kind().key(), after.kind().key());
        add(differences, "polarity", before.polarity(), after.polarity());
        add(differences, "strength", before.strength(), after.strength());
        add(differences, "confidence", before.confidence(), after.confidence());
        add(differences, "trust", before.trust().key(), after.trust().key());
        add(differences, "slot", text(before.slot()), text(after.slot()));
        add(differences, "evidence", before.evidence(), after.evidence());
        add(differences, "expiration_date", before.validTo(), after.validTo());
        add(differences, "superseded_by", text(before.supersededBy()), text(after.supersededBy()));
        add(differences, "status", before.status().key(), after.status().key());
        add(differences, "muted", before.muted(), after.muted());
        add(differences, "locked", before.locked(), after.locked());
        add(differences, "language", before.language(), after.language());
        return differences;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    private static void add(List<MemoryDiff> differences, String field, @Nullable Object from, @Nullable Object to) {
        if (!Objects.equals(from, to)) {
            differences.add(new MemoryDiff(field, from, to));
        }
    }
}
