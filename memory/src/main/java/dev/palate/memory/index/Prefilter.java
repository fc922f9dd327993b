package dev.palate.memory.index;

import dev.palate.memory.memory.MemoryCondition;
import dev.palate.memory.memory.MemoryField;
import java.util.Set;

/// What a search of the index leaves out beforehand: memories that the condition is sure not to let through.
/// What comes
/// back may still not fit: the index keeps some fields only, and may be a moment behind. Immutable.
///
/// @param condition over the present state of memories
/// @param fields those of the condition that may be used; others count as fitting
public record Prefilter(MemoryCondition condition, Set<MemoryField> fields) {
    /// The fields that the index keeps.
    public static final Set<MemoryField> FIELDS = Set.of(
            MemoryField.ID,
            MemoryField.USER_ID,
            MemoryField.ITEM_ID,
            MemoryField.SUBJECT_TYPE,
            MemoryField.KIND,
            MemoryField.STATUS,
            MemoryField.TRUST,
            MemoryField.SLOT,
            MemoryField.FACET,
            MemoryField.LANGUAGE,
            MemoryField.MUTED,
            MemoryField.LOCKED);

    /// The fields that never change.
    public static final Set<MemoryField> FIXED =
            Set.of(MemoryField.ID, MemoryField.USER_ID, MemoryField.ITEM_ID, MemoryField.SUBJECT_TYPE);

    public Prefilter {
        fields = Set.copyOf(fields);
    }
}
