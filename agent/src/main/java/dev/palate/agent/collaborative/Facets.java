package dev.palate.agent.collaborative;

import dev.palate.memory.memory.Memory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a user seems to want, as a turn may use it. Immutable.
///
/// @param counted by counts, the heaviest first
/// @param byModel in a model's words, where it was asked before, the surest first
public record Facets(List<Facet> counted, List<Facet> byModel) {
    /// None.
    public static final Facets NONE = new Facets(List.of(), List.of());

    private static final int TOLD = 3;

    public Facets {
        counted = List.copyOf(counted);
        byModel = List.copyOf(byModel);
    }

    /// The words of themes that may be quoted to the user, by theme: those that rest on something of the user's own.
    public Map<String, String> quotable() {
        Map<String, String> words = new HashMap<>();
        for (Facet facet : counted) {
            if (facet.theme() != null && facet.own()) {
                words.put(facet.theme(), facet.words());
            }
        }
        return words;
    }

    /// The memories that a theme which may be quoted rests on.
    ///
    /// @param memories those that the facets were made of, in the same order
    public List<Memory> behind(String theme, List<Memory> memories) {
        List<Memory> behind = new ArrayList<>();
        for (Facet facet : counted) {
            if (theme.equals(facet.theme())) {
                facet.supports().stream()
                        .filter(handle -> handle.startsWith("M"))
                        .map(handle -> memories.get(memories.size() - Integer.parseInt(handle.substring(1))))
                        .forEach(behind::add);
            }
        }
        return behind;
    }

    /// The first few in one line, for a model that finds words; empty where there are none.
    public String line() {
        List<String> words = new ArrayList<>();
        for (Facet facet : byModel.isEmpty() ? counted : byModel) {
            if (words.size() < TOLD && !words.contains(facet.words())) {
                words.add(facet.words());
            }
        }
        return words.isEmpty() ? "" : "seems to want " + String.join(", ", words);
    }
}
