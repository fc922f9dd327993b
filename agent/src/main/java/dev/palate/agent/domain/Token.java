package dev.palate.agent.domain;

/// A word of a text.
///
/// @param start index of its first character
/// @param end index after its last
/// @param raw as written
/// @param word folded: lower case, without diacritics and apostrophes, `&` as `and`
/// @param gap the text between the word before and this one
record Token(int start, int end, String raw, String word, String gap) {
    boolean capital() {
        return Character.isUpperCase(raw.codePointAt(0)) || Character.isDigit(raw.codePointAt(0));
    }

    boolean number() {
        return word.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    boolean afterAny(String marks) {
        return gap.chars().anyMatch(c -> marks.indexOf(c) >= 0);
    }
}
