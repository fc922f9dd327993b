package dev.palate.memory.text;

import dev.palate.memory.Require;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The encoder without a model: words, pairs of words and character trigrams, each hashed to a signed place of the
/// vector. Texts that share words are close; meaning is not seen. Immutable, thread-safe, O(characters).
///
/// Paper: weinberger2009hashing. Symbols: feature → word, pair or trigram; h → place; ξ → sign.
public final class HashingEncoder implements TextEncoder {
    /// The dimension when none is given.
    public static final int DEFAULT_DIMENSION = 256;

    private static final int MAX_WORDS = 256;
    private static final float WORD = 1.0f;
    private static final float PAIR = 0.7f;
    private static final float TRIGRAM = 0.3f;

    private final int dimension;
    private final long seed;

    /// With dimension 256 and seed 0.
    public HashingEncoder() {
        this(DEFAULT_DIMENSION, 0);
    }

    /// @param dimension in [8, 4096]
    /// @param seed of the hash; vectors of two seeds are not comparable
    public HashingEncoder(int dimension, long seed) {
        this.dimension = Require.range("dimension", dimension, 8, 4096);
        this.seed = seed;
    }

    @Override
    public String version() {
        return "hashing-" + dimension + "-" + seed + "/" + MAX_WORDS;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public float[] encode(String text) {
        float[] vector = new float[dimension];
        String previous = "";
        for (String word : words(text)) {
            add(vector, 'w', word, WORD);
            if (!previous.isEmpty()) {
                add(vector, 'p', previous + ' ' + word, PAIR);
            }
            String bounded = '<' + word + '>';
            for (int i = 0; i + 3 <= bounded.length(); i++) {
                add(vector, 't', bounded.substring(i, i + 3), TRIGRAM);
            }
            previous = word;
        }
        return Vectors.normalize(vector);
    }

    /// Nothing to close.
    @Override
    public void close() {}

    private static List<String> words(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= plain.length() && words.size() < MAX_WORDS; i++) {
            boolean inWord = i < plain.length() && Character.isLetterOrDigit(plain.charAt(i));
            if (inWord && start < 0) {
                start = i;
            } else if (!inWord && start >= 0) {
                words.add(plain.substring(start, i));
                start = -1;
            }
        }
        return words;
    }

    private void add(float[] vector, char type, String feature, float weight) {
        long hash = mix(seed + type);
        for (int i = 0; i < feature.length(); i++) {
            hash = (hash ^ feature.charAt(i)) * 0x100000001b3L;
        }
        hash = mix(hash);
        int place = (int) Long.remainderUnsigned(hash >>> 1, dimension);
        vector[place] += (hash & 1) == 0 ? weight : -weight;
    }

    private static long mix(long value) {
        long x = value + 0x9e3779b97f4a7c15L;
        x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }
}
