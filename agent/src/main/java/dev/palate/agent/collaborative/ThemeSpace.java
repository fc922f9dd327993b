package dev.palate.agent.collaborative;

import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.theme.ThemeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The themes of a catalog as places among texts: each is the centred encoding of its word, so that what a user's
/// memories say can be compared with what others like by themes alone. Immutable.
///
/// @param themes of the catalog
/// @param encoding what the vectors are of
/// @param vectors unit vectors by theme; themes whose word encodes to nothing are left out
public record ThemeSpace(KnownThemes themes, EncodingVersion encoding, Map<ThemeId, float[]> vectors) {
    public ThemeSpace {
        vectors = Map.copyOf(vectors);
    }

    /// Of these themes. Encodes each of them once, and none whose vector by this encoding the last space has.
    static ThemeSpace of(KnownThemes themes, TextEncoder encoder, EncodingVersion encoding, ThemeSpace last) {
        Map<ThemeId, float[]> known = last.encoding.id().equals(encoding.id()) ? last.vectors : Map.of();
        Map<ThemeId, float[]> vectors = new HashMap<>();
        for (ThemeId theme : themes.vocabulary().all()) {
            float[] vector = known.get(theme);
            if (vector == null) {
                vector = encoding.center(encoder.encode(word(theme.value())));
            }
            if (length(vector) > 0) {
                vectors.put(theme, vector);
            }
        }
        return new ThemeSpace(themes, encoding, vectors);
    }

    /// Without texts: nothing is near anything.
    static ThemeSpace without(KnownThemes themes, EncodingVersion encoding) {
        return new ThemeSpace(themes, encoding, Map.of());
    }

    /// How a theme is said: `category:horror` is horror.
    public static String word(String theme) {
        return theme.substring(theme.indexOf(':') + 1);
    }

    /// The cosine of a text vector and the weighted sum of the themes, in [0, 1]; 0 where either is nothing.
    double near(float[] text, List<Neighbourhood.Share> shares) {
        float[] sum = new float[text.length];
        for (Neighbourhood.Share share : shares) {
            float[] vector = vectors.get(share.theme());
            if (vector != null) {
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += (float) (share.weight() * vector[i]);
                }
            }
        }
        double both = length(text) * length(sum);
        double product = 0;
        for (int i = 0; i < sum.length; i++) {
            product += text[i] * sum[i];
        }
        return both <= 0 ? 0 : Math.clamp(product / both, 0, 1);
    }

    static double length(float[] vector) {
        double squared = 0;
        for (float value : vector) {
            squared += value * value;
        }
        return Math.sqrt(squared);
    }
}
