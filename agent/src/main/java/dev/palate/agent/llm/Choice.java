package dev.palate.agent.llm;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/// Options weighed by a model.
///
/// @param scored every option that was asked for, in that order
/// @param usage what it took
public record Choice(List<Scored> scored, Usage usage) {
    /// One option.
    ///
    /// @param option as it was given
    /// @param logLikelihood natural logarithm of the probability of the whole option after the prompt, at most 0;
    ///     not divided by its length
    public record Scored(String option, double logLikelihood) {
        /// @throws IllegalArgumentException for a value above 0 or not a number
        public Scored {
            if (!(logLikelihood <= 1e-6)) {
                throw new IllegalArgumentException("log-likelihood must be at most 0, was " + logLikelihood);
            }
        }
    }

    /// @throws IllegalArgumentException for no options or one that is there twice
    public Choice {
        scored = List.copyOf(scored);
        checkOptions(scored.stream().map(Scored::option).toList());
    }

    /// The likeliest option; the first of equals.
    public String best() {
        Scored best = scored.getFirst();
        for (Scored other : scored) {
            if (other.logLikelihood() > best.logLikelihood()) {
                best = other;
            }
        }
        return best.option();
    }

    /// Distance of the likeliest option to the next, in natural-log units, 0 or more; infinite for a single option.
    public double margin() {
        List<Double> sorted = scored.stream()
                .map(Scored::logLikelihood)
                .sorted(Comparator.reverseOrder())
                .toList();
        return sorted.size() < 2 ? Double.POSITIVE_INFINITY : sorted.get(0) - sorted.get(1);
    }

    /// Checks what may be asked for: 1 to [LanguageModel#MAX_OPTIONS] distinct, non-empty options.
    ///
    /// @throws IllegalArgumentException otherwise
    public static void checkOptions(List<String> options) {
        if (options.isEmpty() || options.size() > LanguageModel.MAX_OPTIONS) {
            throw new IllegalArgumentException(
                    "options must be 1 to " + LanguageModel.MAX_OPTIONS + ", were " + options.size());
        }
        var seen = new HashSet<String>();
        for (String option : options) {
            if (option.isEmpty() || option.length() > LanguageModel.MAX_OPTION_CHARACTERS) {
                throw new IllegalArgumentException("an option must have 1 to " + LanguageModel.MAX_OPTION_CHARACTERS
                        + " characters, had " + option.length());
            }
            if (!seen.add(option)) {
                throw new IllegalArgumentException("option '" + option + "' is there twice");
            }
        }
    }
}
