package dev.palate.retrieval.ranking;

import dev.palate.memory.Require;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How a list may depart from the plain order of scores, as the request says. Everything is off in [#NONE].
///
/// @param diversity share given to unlikeness of the items among each other, in [0, 1]
/// @param novelty how much little known items are preferred, in [0, 1]: at 1 as much as everything else together
/// @param quotas at most 32, each category at most once
/// @param exploration the chance of each place to be given to an item of little exposure, in [0, 0.5]
/// @param seed of what exploration draws
public record Variety(double diversity, double novelty, List<Quota> quotas, double exploration, long seed) {
    /// Plain order.
    public static final Variety NONE = new Variety(0, 0, List.of(), 0, 0);

    /// The most that may be explored.
    public static final double MOST_EXPLORATION = 0.5;

    private static final int MOST_QUOTAS = 32;

    /// How many items of a category a list may have. Hard: a list gets shorter rather than break one.
    ///
    /// @param category in lower case; absent for each category by itself, a quota of its own excepted
    /// @param atMost 1 to 100
    public record Quota(@Nullable String category, int atMost) {
        public Quota {
            category = category == null
                    ? null
                    : Require.text("category of a quota", category, 1, 200).toLowerCase(Locale.ROOT);
            Require.range("at_most of a quota", atMost, 1, 100);
        }
    }

    public Variety {
        Require.range("diversity", diversity, 0, 1);
        Require.range("novelty", novelty, 0, 1);
        Require.range("exploration", exploration, 0, MOST_EXPLORATION);
        Require.range("number of quotas", quotas.size(), 0, MOST_QUOTAS);
        quotas = List.copyOf(quotas);
        Set<String> seen = new HashSet<>();
        boolean ofEach = false;
        for (Quota quota : quotas) {
            boolean again = quota.category == null ? ofEach : !seen.add(quota.category);
            if (again) {
                throw new IllegalArgumentException("quotas must name each category once, two are for "
                        + (quota.category == null ? "every category" : quota.category));
            }
            ofEach |= quota.category == null;
        }
    }

    /// Diversity alone.
    public static Variety ofDiversity(double diversity) {
        return new Variety(diversity, 0, List.of(), 0, 0);
    }

    /// The same with at least so much diversity.
    public Variety withLeastDiversity(double least) {
        return diversity >= least ? this : new Variety(least, novelty, quotas, exploration, seed);
    }
}
