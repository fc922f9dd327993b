package dev.palate.agent.collaborative;

import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.domain.Likeness;
import dev.palate.memory.theme.ThemeWeight;
import dev.palate.prompts.RulePrompt;
import java.util.ArrayList;
import java.util.List;

/// All whom a rule has to choose from for some users together, without whose they are. Immutable.
///
/// @param users for how many they were looked at
record RuleSample(int users, List<Likeness> candidates) {
    /// From so many of a kind on, each quantile has others on both its sides.
    static final int FEWEST = 20;

    private static final double LOW = 0.1;
    private static final double MIDDLE = 0.5;
    private static final double HIGH = 0.9;

    RuleSample {
        candidates = List.copyOf(candidates);
    }

    /// How each feature is spread over users and over items. Of a kind of which fewer than [#FEWEST] were seen, and of
    /// all where fewer than five users were looked at, nothing is told: it could tell of one of them.
    List<RulePrompt.Spread> spreads() {
        List<RulePrompt.Spread> spreads = new ArrayList<>();
        if (users < ThemeWeight.FEWEST_CONTRIBUTORS) {
            return spreads;
        }
        for (DomainRule.Kind kind : DomainRule.Kind.values()) {
            List<Likeness> ofKind =
                    candidates.stream().filter(one -> one.kind() == kind).toList();
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

    /// The least value that so large a share is at or below.
    private static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }
}
