package dev.palate.agent.collaborative;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.theme.ThemeId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What facets are made of: the user's own memories as they are, the user's own themes, and of others the
/// neighbourhood. Immutable.
///
/// @param memories in force, oldest first; `M1` is the newest
/// @param own liked themes as shares of all that is liked, the heaviest first
public record SynthesisInput(List<Memory> memories, Map<ThemeId, Double> own, Neighbourhood neighbourhood) {
    private static final int THEMES_OF_KEY = 12;

    public SynthesisInput {
        memories = List.copyOf(memories);
        own = Collections.unmodifiableMap(new LinkedHashMap<>(own));
    }

    /// The handle of the memory at a place.
    String handle(int place) {
        return "M" + (memories.size() - place);
    }

    /// Equal where facets of before still hold: the same memories in the same revisions, the same themes of the user
    /// in the same order, the same rule, and the same themes that count among others. That a weight has moved
    /// a little
    /// makes no other facets.
    String key() {
        String text = memories.stream()
                        .map(memory -> memory.id().value() + "@" + memory.revision())
                        .collect(Collectors.joining(","))
                + "|" + own.keySet() + "|" + neighbourhood.rule() + "|"
                + CountedThemes.of(neighbourhood).keySet().stream()
                        .limit(THEMES_OF_KEY)
                        .sorted()
                        .toList();
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
