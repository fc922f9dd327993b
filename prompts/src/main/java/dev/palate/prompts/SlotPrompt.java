package dev.palate.prompts;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Asks which kinds of things a message asks for, out of a closed list.
///
/// @param kinds 1 to [#MAX_KINDS], in the same order for every message, so that a local model reads them once
/// @param message what the person said
public record SlotPrompt(List<Quoted> kinds, Quoted message) implements Prompt {
    /// Release this record fills.
    public static final PromptVersion VERSION = new PromptVersion("slots", 1);
    /// Names of its slots.
    public static final Set<String> SLOTS = Set.of("kinds", "message");
    /// Most kinds.
    public static final int MAX_KINDS = 64;
    /// Cap for a kind, in characters.
    public static final int KIND_CHARACTERS = 40;
    /// Cap for the message, in characters.
    public static final int MESSAGE_CHARACTERS = 400;
    /// Most kinds of the answer.
    public static final int NAMED = 3;

    /// @throws IllegalArgumentException for no or too many kinds, or text over its cap
    public SlotPrompt {
        kinds = List.copyOf(kinds);
        if (kinds.isEmpty() || kinds.size() > MAX_KINDS) {
            throw new IllegalArgumentException("kinds must be 1 to " + MAX_KINDS + ", were " + kinds.size());
        }
        kinds.forEach(kind -> kind.requireCap("kind", KIND_CHARACTERS));
        message.requireCap("message", MESSAGE_CHARACTERS);
    }

    /// From raw text, cleaned and cut to the caps.
    public static SlotPrompt of(List<String> kinds, String message) {
        return new SlotPrompt(
                kinds.stream().map(kind -> Quoted.of(kind, KIND_CHARACTERS)).toList(),
                Quoted.of(message, MESSAGE_CHARACTERS));
    }

    @Override
    public PromptVersion version() {
        return VERSION;
    }

    @Override
    public Map<String, String> slots() {
        return Map.of(
                "kinds", kinds.stream().map(Quoted::text).collect(Collectors.joining(", ")),
                "message", message.text());
    }
}
