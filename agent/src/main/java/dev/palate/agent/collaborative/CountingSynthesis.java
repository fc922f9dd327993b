package dev.palate.agent.collaborative;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.theme.ThemeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Facets without a language model: themes by weighted counts, and equal for equal inputs. What the user did counts
/// most, then what the user said, then others as far as they count ([CountedThemes]). What the user does not like is no
/// facet, whoever else likes it. Stateless.
public final class CountingSynthesis {
    /// The most facets.
    public static final int MOST = 7;

    private static final double SAID = 0.5;
    private static final double OTHERS = 0.5;
    private static final double MOST_SURE = 0.95;
    // Of many memories about one theme the newest are enough.
    private static final int SUPPORTS = 8;

    private CountingSynthesis() {}

    private static final class Theme {
        private double weight;
        private final List<String> supports = new ArrayList<>();

        void add(double more, String support) {
            weight += more;
            if (supports.size() < SUPPORTS) {
                supports.add(support);
            }
        }
    }

    /// At most seven, the heaviest first, equal ones by name. With n supports the confidence is `1 − 2⁻ⁿ`, at most .95:
    /// .5 for one, .75 for two. O(memories + members · themes).
    public static List<Facet> facets(SynthesisInput input) {
        Map<String, Theme> themes = new TreeMap<>();
        for (Map.Entry<ThemeId, Double> own : input.own().entrySet()) {
            theme(themes, own.getKey().value()).add(own.getValue(), Facet.SELF);
        }
        Set<String> unwanted = new HashSet<>();
        for (int place = input.memories().size() - 1; place >= 0; place--) {
            Memory memory = input.memories().get(place);
            String name = theme(memory);
            if (name != null && memory.polarity() < 0) {
                unwanted.add(name);
            } else if (name != null && memory.polarity() > 0) {
                theme(themes, name).add(SAID * memory.polarity() * memory.strength(), input.handle(place));
            }
        }
        CountedThemes.of(input.neighbourhood()).forEach((theme, counted) -> {
            Theme one = theme(themes, theme.value());
            double each = OTHERS * counted.weight() / counted.handles().size();
            counted.handles().forEach(handle -> one.add(each, handle));
        });
        return themes.entrySet().stream()
                .filter(entry -> !unwanted.contains(entry.getKey()))
                .sorted(Comparator.comparingDouble(entry -> -entry.getValue().weight))
                .limit(MOST)
                .map(entry -> facet(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Theme theme(Map<String, Theme> themes, String name) {
        return themes.computeIfAbsent(name, _ -> new Theme());
    }

    private static Facet facet(String name, Theme theme) {
        double confidence = Math.min(MOST_SURE, 1 - Math.pow(2, -theme.supports.size()));
        return new Facet(ThemeSpace.word(name), name, confidence, theme.supports);
    }

    /// The theme that a memory is about by its slot, absent where it is about something else.
    private static @Nullable String theme(Memory memory) {
        Slot slot = memory.slot();
        if (slot == null || slot.value().length() > Facet.MAX_WORDS) {
            return null;
        }
        return switch (slot.facet()) {
            case "genre" -> "category:" + slot.value();
            case "tag" -> "tag:" + slot.value();
            default -> null;
        };
    }
}
