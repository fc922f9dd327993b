package dev.palate.retrieval.recommend;

import dev.palate.memory.Require;

/// Why an item is on the list, as data; the words are found by the agent or a template.
///
/// @param signal the signal it comes from, such as `liked`, `genre`, `memory`, `text`, `pop`
/// @param text a short phrase in English, such as `because you loved Alien`, at most 300 characters
/// @param share its signed part of the score
public record Reason(String signal, String text, double share) {
    public Reason {
        Require.text("reason", text, 1, 300);
    }
}
