package dev.palate.memory.memory;

import dev.palate.memory.Require;

/// What a memory rests on.
///
/// @param type `message`, `interaction`, `memory`, `operator` or `import`
/// @param id of that thing, empty when there is none
/// @param quote the words themselves, verbatim, at most 1,000 characters; empty when it is not words
public record Evidence(String type, String id, String quote) {
    public Evidence {
        if (!java.util.Set.of("message", "interaction", "memory", "operator", "import")
                .contains(type)) {
            throw new IllegalArgumentException(
                    "evidence type must be one of message, interaction, memory, operator, import, was " + type);
        }
        Require.text("evidence id", id, 0, 128);
        Require.text("quote", quote, 0, 1_000);
    }
}
