package dev.palate.prompts;

import java.util.Map;
import java.util.Set;

/// A short prompt whose answer does not matter: it measures how fast a model reads and writes.
///
/// @param number makes the prompt a new one, so that nothing of it is cached; 0 or more
public record SelfTestPrompt(long number) implements Prompt {
    /// Release this record fills.
    public static final PromptVersion VERSION = new PromptVersion("self-test", 1);
    /// Names of its slots.
    public static final Set<String> SLOTS = Set.of("number");

    /// @throws IllegalArgumentException for a negative number
    public SelfTestPrompt {
        if (number < 0) {
            throw new IllegalArgumentException("number must be 0 or more, was " + number);
        }
    }

    @Override
    public PromptVersion version() {
        return VERSION;
    }

    @Override
    public Map<String, String> slots() {
        return Map.of("number", Long.toString(number));
    }
}
