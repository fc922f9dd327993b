package dev.palate.agent.domain;

import dev.palate.retrieval.recommend.YearRange;

/// A span of years that a message asks for or rules out.
///
/// @param excluded true when it is ruled out
public record Era(YearRange years, boolean excluded) {
    /// Short and in plain words, such as `before 2000` or `not from 1990 to 1999`.
    public String phrase() {
        return (excluded ? "not " : "") + said(years);
    }

    /// The span in plain words, such as `before 2000`; `any year` when it has no end.
    public static String said(YearRange years) {
        if (years.any()) {
            return "any year";
        }
        if (years.from() == Integer.MIN_VALUE) {
            return "before " + (years.to() + 1);
        }
        if (years.to() == Integer.MAX_VALUE) {
            return "after " + (years.from() - 1);
        }
        return years.from() == years.to() ? "from " + years.from() : "from " + years.from() + " to " + years.to();
    }
}
