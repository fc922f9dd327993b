package dev.palate.agent.collaborative;

import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.domain.Likeness;
import dev.palate.memory.theme.ThemeWeight;
import dev.palate.prompts.RulePrompt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// All whom a rule has to choose from for some users, by whom they are for and without who that is. Immutable.
///
/// @param candidates of each user
record RuleSample(List<List<Likeness>> candidates) {
    /// From so many of a kind on, each quantile has others on both its sides.
    static final int FEWEST = 20;

    private static final double LOW = 0.1;
    private static final double MIDDLE = 0.5;
    private static final double HIGH = 0.9;

    RuleSample {
        candidates = candidates.stream().map(List::copyOf).toList();
    }

    /// How each feature is spread over users and over items. Nobody counts with more candidates of a kind than
    /// five have; of a kind that fewer than five users have any of, or of which fewer than [#FEWEST] are left
    /// then, nothing is told: it could tell of one of them.
    List<RulePrompt.Spread> spreads() {
        List<RulePrompt.Spread> spreads = new ArrayList<>();
        for (DomainRule.Kind kind : DomainRule.Kind.values()) {
            List<Likeness> ofKind = shared(kind);
            if (ofKind.size() < FEWEST) {
                continue;
            }
            for (DomainRule.Feature feature : DomainRule.Feature.values()) {
                double[] sorted = ofKind.stream()
                        .mapToDouble(one -> one.of(feature))
                        .sorted()
                        .toArray();
                spreads.add(new RulePrompt.Spread(
                        kind.key(),
                        feature.key(),
                        quantile(sorted, LOW),
                        quantile(sorted, MIDDLE),
                        quantile(sorted, HIGH)));
            }
        }
        return spreads;
    }

    private List<Likeness> shared(DomainRule.Kind kind) {
        List<List<Likeness>> each = candidates.stream()
                .map(ofUser -> ofUser.stream().filter(one -> one.kind() == kind).toList())
                .filter(ofUser -> !ofUser.isEmpty())
                .sorted(Comparator.comparingInt(ofUser -> -ofUser.size()))
                .toList();
        if (each.size() < ThemeWeight.FEWEST_CONTRIBUTORS) {
            return List.of();
        }
        int most = each.get(ThemeWeight.FEWEST_CONTRIBUTORS - 1).size();
        return each.stream().flatMap(ofUser -> ofUser.stream().limit(most)).toList();
    }

    /// The least value that so large a share is at or below.
    private static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }
}
