package dev.palate.memory;

import java.util.List;

/// What a check found where two places should say the same.
///
/// @param what in a few words, after the count: `memories missing in the index`
/// @param count how many, above 0
/// @param examples some of the ids, at most [Differences#EXAMPLES]; never words
/// @param next what to do about it
public record Difference(String what, long count, List<String> examples, String next) {
    public Difference {
        examples = List.copyOf(examples);
    }

    @Override
    public String toString() {
        String some = examples.isEmpty()
                ? ""
                : " (" + String.join(", ", examples) + (count > examples.size() ? ", ..." : "") + ")";
        return count + " " + what + some + "; " + next;
    }
}
