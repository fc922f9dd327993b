package dev.palate.agent.collaborative;

import dev.palate.memory.Require;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thing that a user seems to want.
///
/// @param words a few, such as `horror`
/// @param theme the name of the theme that it is, absent for one in a model's words
/// @param confidence in [0, 1]
/// @param supports what it rests on, by handle: [#SELF], memories `M1`, users `U1`, items `I1`; at least one
public record Facet(String words, @Nullable String theme, double confidence, List<String> supports) {
    /// What the user did.
    public static final String SELF = "self";
    /// The longest words.
    public static final int MAX_WORDS = 60;

    public Facet {
        Require.text("words of a facet", words, 1, MAX_WORDS);
        Require.range("confidence", confidence, 0, 1);
        supports = List.copyOf(supports);
        Require.range("supports of a facet", supports.size(), 1, 1_000);
    }

    /// True for the handle of something of the user's own.
    static boolean own(String handle) {
        return handle.equals(SELF) || handle.startsWith("M");
    }

    /// True where the user's own memories and doings say so, whatever others say beside them: only such a facet may
    /// be quoted to the user as theirs.
    public boolean own() {
        return supports.stream().anyMatch(Facet::own);
    }
}
