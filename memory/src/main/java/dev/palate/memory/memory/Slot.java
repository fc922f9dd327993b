package dev.palate.memory.memory;

import dev.palate.memory.Require;
import java.util.Locale;
import java.util.Set;

/// What a memory speaks of, as a normalised key for duplicates and conflicts.
///
/// Two active memories of one subject never share a slot: one of equal polarity merges, one of opposite polarity
/// supersedes. A single-valued facet (`era`, `length`) has one slot whatever its value.
///
/// @param facet lower case: `genre`, `tag`, `title`, `person`, `era`, `pace`, `length`, `note`
/// @param value lower case; an item id for `title`, `1980-1989`, `-1999` or `2000-` for `era`
public record Slot(String facet, String value) {
    private static final Set<String> SINGLE_VALUED = Set.of("era", "length", "pace");

    public Slot {
        facet = Require.text("slot facet", facet.strip().toLowerCase(Locale.ROOT), 1, 40);
        value = Require.text("slot value", value.strip().toLowerCase(Locale.ROOT), 1, 200);
        if (facet.indexOf(':') >= 0) {
            throw new IllegalArgumentException("slot facet must hold no colon, was " + facet);
        }
    }

    /// The key under which one memory at a time is active.
    public String key() {
        return singleValued() ? facet : facet + ":" + value;
    }

    /// True when a subject has at most one value of this facet.
    public boolean singleValued() {
        return SINGLE_VALUED.contains(facet);
    }

    /// `facet:value`, parsed back by [#parse].
    @Override
    public String toString() {
        return facet + ":" + value;
    }

    /// The slot of a text `facet:value`.
    public static Slot parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("slot must look like facet:value, was " + text);
        }
        return new Slot(text.substring(0, colon), text.substring(colon + 1));
    }
}
