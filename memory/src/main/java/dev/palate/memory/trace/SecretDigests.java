package dev.palate.memory.trace;

/// Digests of texts that a trace must not give away, not even to somebody who guesses them: keyed by what neither a
/// trace nor a back-up holds. Equal texts have equal digests under one key. Thread-safe.
@FunctionalInterface
public interface SecretDigests {
    /// The digest, `key:text`: eight hexadecimal digits that tell one key from another, and sixteen of the text.
    String of(String text);

    /// Whether two digests were made under one key, so that they can be compared.
    static boolean comparable(String one, String other) {
        int colon = one.indexOf(':');
        return colon > 0 && other.startsWith(one.substring(0, colon + 1));
    }
}
