package dev.palate.agent.domain;

import java.math.BigDecimal;
import java.util.stream.Collectors;

/// Says a term of a [DomainRule] in one line. Stateless.
public final class RuleWords {
    private RuleWords() {}

    /// Such as `users with co above 2: times 1.8`.
    public static String of(DomainRule.Term term) {
        String whom = switch (term.of()) {
            case null -> "all";
            case USER -> "users";
            case ITEM -> "items";
        };
        String when = term.when().stream()
                .map(condition -> condition.feature().key()
                        + (condition.above() ? " above " : " at most ")
                        + number(condition.value()))
                .collect(Collectors.joining(" and "));
        String what = switch (term) {
            case DomainRule.Multiply multiply -> "times " + number(multiply.by());
            case DomainRule.Grow grow ->
                "times 1 + " + number(grow.by()) + " · " + grow.feature().key();
            case DomainRule.Decay decay ->
                "fading by " + number(decay.rate()) + " a day after " + number(decay.after()) + " days";
        };
        return whom + (when.isEmpty() ? "" : " with " + when) + ": " + what;
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
