package dev.palate.memory.memory;

import dev.palate.memory.Require;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a memory rests on.
///
/// @param type `message`, `interaction`, `memory`, `operator` or `import`
/// @param id of that thing, empty when there is none
/// @param quote the words themselves, verbatim, at most 1,000 characters; empty when it is not words
public record Evidence(String type, String id, String quote) {
    /// Most of one memory.
    public static final int MOST = 32;
    /// Most characters quoted by one memory, so that its revisions stay small however often it is said again.
    public static final int MOST_QUOTED = 2_000;

    public Evidence {
        if (!Set.of("message", "interaction", "memory", "operator", "import").contains(type)) {
            throw new IllegalArgumentException(
                    "evidence type must be one of message, interaction, memory, operator, import, was " + type);
        }
        Require.text("evidence id", id, 0, 128);
        Require.text("quote", quote, 0, 1_000);
    }

    /// The evidence with one more, which is the newest and kept whole. The same words are quoted once, where
    /// they were said last; older quotes go where they are too many, what they stood beside stays named.
    ///
    /// @param before oldest first
    /// @return at most [#MOST], with at most [#MOST_QUOTED] characters quoted
    public static List<Evidence> with(List<Evidence> before, Evidence newest) {
        Set<String> said = new HashSet<>(Set.of(newest.quote));
        int room = MOST_QUOTED - newest.quote.length();
        List<Evidence> kept = new ArrayList<>(List.of(newest));
        for (Evidence older : before.reversed()) {
            boolean quoted = room >= older.quote.length() && said.add(older.quote);
            room -= quoted ? older.quote.length() : 0;
            Evidence left = quoted ? older : new Evidence(older.type, older.id, "");
            boolean empty = left.id.isEmpty() && left.quote.isEmpty();
            if (kept.size() < MOST && !empty && !kept.contains(left)) {
                kept.add(left);
            }
        }
        return List.copyOf(kept.reversed());
    }
}
