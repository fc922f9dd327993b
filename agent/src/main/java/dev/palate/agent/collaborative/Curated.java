package dev.palate.agent.collaborative;

import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.domain.Likeness;
import dev.palate.memory.theme.ThemeId;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who was looked at for a user, and who of them is read. What is chosen follows from the candidates and the rule
/// alone, so that the choice can be made again from a trace. Immutable.
///
/// @param rule that chose
/// @param own the user's own liked themes as shares of all that is liked, the heaviest first
/// @param candidates in the order of their handles
public record Curated(
        DomainRule rule, Map<ThemeId, Double> own, List<Candidate> candidates, Neighbourhood neighbourhood) {
    /// One who was looked at.
    ///
    /// @param themes none where there is nothing to read
    public record Candidate(String handle, Likeness likeness, List<Neighbourhood.Share> themes) {
        public Candidate {
            themes = List.copyOf(themes);
        }
    }

    /// Who was chosen, and with which score.
    public record Chosen(String handle, double score) {}

    private record Scored(Chosen chosen, DomainRule.Kind kind) {}

    public Curated {
        own = Collections.unmodifiableMap(new LinkedHashMap<>(own));
        candidates = List.copyOf(candidates);
    }

    /// With what the rule chooses of the candidates.
    static Curated by(DomainRule rule, Map<ThemeId, Double> own, List<Candidate> candidates) {
        return new Curated(rule, own, candidates, choose(rule, candidates));
    }

    /// What a rule chooses of the candidates; those without a theme are left out.
    static Neighbourhood choose(DomainRule rule, List<Candidate> candidates) {
        Map<String, Likeness> likenesses = new LinkedHashMap<>();
        Map<String, List<Neighbourhood.Share>> themes = new LinkedHashMap<>();
        candidates.stream().filter(candidate -> !candidate.themes().isEmpty()).forEach(candidate -> {
            likenesses.put(candidate.handle(), candidate.likeness());
            themes.put(candidate.handle(), candidate.themes());
        });
        return new Neighbourhood(
                rule.version(),
                chosen(rule, likenesses).stream()
                        .map(one -> new Neighbourhood.Member(
                                one.handle(), one.score(), themes.getOrDefault(one.handle(), List.of())))
                        .toList());
    }

    /// The best four users and six items, where there are so many, then the best of the rest, 16 in all, the best
    /// first; equal ones in their order. O(n log n).
    ///
    /// @param likenesses by handle, in their order
    public static List<Chosen> chosen(DomainRule rule, Map<String, Likeness> likenesses) {
        List<Scored> best = likenesses.entrySet().stream()
                .map(entry -> new Scored(
                        new Chosen(entry.getKey(), rule.score(entry.getValue())),
                        entry.getValue().kind()))
                .filter(scored -> scored.chosen.score > 0)
                .sorted(Comparator.comparingDouble((Scored scored) -> scored.chosen.score)
                        .reversed())
                .toList();
        Set<String> taken = new HashSet<>();
        take(best, DomainRule.Kind.USER, Curator.FEWEST_USERS, taken);
        take(best, DomainRule.Kind.ITEM, Curator.FEWEST_ITEMS, taken);
        for (Scored scored : best) {
            if (taken.size() < Curator.MOST) {
                taken.add(scored.chosen.handle);
            }
        }
        return best.stream()
                .map(Scored::chosen)
                .filter(one -> taken.contains(one.handle))
                .toList();
    }

    private static void take(List<Scored> best, DomainRule.Kind kind, int most, Set<String> taken) {
        best.stream()
                .filter(scored -> scored.kind == kind)
                .limit(most)
                .forEach(scored -> taken.add(scored.chosen.handle));
    }
}
