package dev.palate.memory.gate;

import dev.palate.memory.Require;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A memory that somebody would like to have written.
///
/// @param text of the memory, 1 to 400 characters
/// @param polarity in [-1, 1]
/// @param slot what it speaks of, absent for free text
/// @param quote the words it rests on, as the source has them
/// @param source everything that was said where the quote comes from
/// @param sourceId of the message, empty when it has none
/// @param speaker who said the source
public record Proposal(
        Subject subject,
        MemoryKind kind,
        String text,
        double polarity,
        Trust trust,
        @Nullable Slot slot,
        String quote,
        String source,
        String sourceId,
        Role speaker) {
    public Proposal {
        Require.text("memory text", text, 1, Memory.MAX_TEXT);
        Require.range("polarity", polarity, -1, 1);
        Require.text("quote", quote, 0, 1_000);
        Require.text("source id", sourceId, 0, 128);
    }

    /// The words that would be kept: the text and, where it is not an id or a span of years, the slot's value.
    List<String> words() {
        Slot about = slot;
        return about == null || about.facet().equals("title") || about.facet().equals("seen")
                ? List.of(text)
                : List.of(text, about.value());
    }
}
