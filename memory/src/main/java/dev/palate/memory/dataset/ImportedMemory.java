package dev.palate.memory.dataset;

import dev.palate.memory.Require;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A memory as a data set has it.
///
/// @param text 1 to 400 characters; it is its own evidence
/// @param kind preference, constraint, episode or trait; read from the text when absent
/// @param polarity in [-1, 1]; 0 where neither liking nor disliking applies, other than 0 beside a slot
/// @param slot what it speaks of; read from the text when kind and polarity are absent as well
/// @param validFrom since when it holds, the time of the import when absent
/// @param validTo until when it held, absent while it does
/// @param source where it was kept and under which id, so that a second import finds the first; may be empty
public record ImportedMemory(
        Subject subject,
        String text,
        @Nullable MemoryKind kind,
        double polarity,
        @Nullable Slot slot,
        @Nullable Instant validFrom,
        @Nullable Instant validTo,
        String source) {
    /// The kinds that may come in from outside; the others are concluded here.
    public static final List<MemoryKind> KINDS =
            List.of(MemoryKind.PREFERENCE, MemoryKind.CONSTRAINT, MemoryKind.EPISODE, MemoryKind.TRAIT);

    public ImportedMemory {
        Require.text("text", text, 1, Memory.MAX_TEXT);
        if (text.isBlank()) {
            throw new IllegalArgumentException("text must have words, was blank");
        }
        Require.range("polarity", polarity, -1, 1);
        Require.text("source", source, 0, 128);
        if (kind != null && !KINDS.contains(kind)) {
            throw new IllegalArgumentException("kind must be one of "
                    + KINDS.stream().map(MemoryKind::key).collect(Collectors.joining(", ")) + ", was " + kind.key());
        }
        boolean likes = kind == MemoryKind.PREFERENCE || kind == MemoryKind.CONSTRAINT || kind == null;
        if (slot != null && likes && polarity == 0) {
            throw new IllegalArgumentException("polarity must be in [-1, 1] and not 0 beside a slot, was 0 or absent");
        }
        if (validFrom != null && validTo != null && validTo.isBefore(validFrom)) {
            throw new IllegalArgumentException(
                    "valid_to must not be before valid_from " + validFrom + ", was " + validTo);
        }
    }

    /// True when the data set says no more than the text.
    boolean bare() {
        return kind == null && slot == null && polarity == 0;
    }
}
