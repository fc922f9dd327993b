package dev.palate.memory.dataset;

import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads what a text says of its subject.
@FunctionalInterface
public interface MemoryMeaning {
    /// Reads nothing: every text stays free text.
    MemoryMeaning NONE = text -> Optional.empty();

    /// What a text means.
    ///
    /// @param polarity in [-1, 1]
    record Meaning(
            MemoryKind kind, double polarity, @Nullable Slot slot) {}

    /// The meaning, absent when the text says nothing known or several things.
    Optional<Meaning> of(String text);
}
