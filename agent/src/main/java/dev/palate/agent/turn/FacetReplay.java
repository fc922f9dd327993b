package dev.palate.agent.turn;

import dev.palate.agent.collaborative.CountingSynthesis;
import dev.palate.agent.collaborative.Curated;
import dev.palate.agent.collaborative.Facet;
import dev.palate.agent.collaborative.Facets;
import dev.palate.agent.collaborative.Neighbourhood;
import dev.palate.agent.collaborative.SynthesisInput;
import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.turn.Replayed.Outcome;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.trace.TraceStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// What like users and items told in a turn: the rule chooses again among those who were looked at then, and the facets
/// are counted again from what was read of the chosen. What a model found is not asked for again; no reason quotes it.
/// For one replay, on one thread.
final class FacetReplay {
    private final StepComparison steps;
    private final Supplier<KnownThemes> themes;

    /// @param themes of the catalog as it is
    FacetReplay(StepComparison steps, Supplier<KnownThemes> themes) {
        this.steps = steps;
        this.themes = themes;
    }

    /// The facets; none where nothing was read of others, or where it is gone.
    Facets facets(List<Memory> memories) {
        Optional<TraceStep> curate = steps.step(StepForms.CURATE);
        Optional<TraceStep> synthesise = steps.step(StepForms.SYNTHESISE);
        if (curate.isEmpty() || synthesise.isEmpty()) {
            return Facets.NONE;
        }
        if (curate.get().cut() || synthesise.get().cut()) {
            return gone(List.of("it was too long to be kept"));
        }
        Set<String> gone = new LinkedHashSet<>();
        Map<String, List<Neighbourhood.Share>> told = told(curate.get(), gone);
        Map<ThemeId, Double> profile = new LinkedHashMap<>();
        JsonNode own = StepComparison.JSON.readTree(synthesise.get().input()).path("own");
        themes(own, gone, profile::put);
        if (!gone.isEmpty()) {
            return gone(gone.stream().limit(StepComparison.MOST_PLACES).toList());
        }
        Neighbourhood neighbourhood =
                neighbourhood(StepComparison.JSON.readTree(curate.get().input()), told);
        steps.compare(curate.get(), StepForms.curated(neighbourhood));
        List<Facet> counted = CountingSynthesis.facets(new SynthesisInput(memories, profile, neighbourhood));
        steps.compare(synthesise.get(), StepForms.facets(counted));
        return new Facets(counted, List.of());
    }

    private Facets gone(List<String> why) {
        steps.add(StepForms.CURATE, Outcome.GONE, why);
        steps.add(StepForms.SYNTHESISE, Outcome.GONE, List.of("a step before it is gone"));
        return Facets.NONE;
    }

    /// What was read of each who was chosen, by handle.
    private Map<String, List<Neighbourhood.Share>> told(TraceStep curate, Set<String> gone) {
        Map<String, List<Neighbourhood.Share>> told = new HashMap<>();
        StepComparison.JSON.readTree(curate.output()).path("members").forEach(member -> {
            List<Neighbourhood.Share> shares = new ArrayList<>();
            themes(member.path("themes"), gone, (theme, weight) -> shares.add(new Neighbourhood.Share(theme, weight)));
            told.put(member.path("handle").asString(""), shares);
        });
        return told;
    }

    private static Neighbourhood neighbourhood(JsonNode looked, Map<String, List<Neighbourhood.Share>> told) {
        DomainRule rule = DomainRule.read(looked.path("rule"));
        List<Neighbourhood.Member> members = new ArrayList<>();
        for (Curated.Chosen chosen : Curated.chosen(rule, StepForms.likenesses(looked))) {
            List<Neighbourhood.Share> shares = told.get(chosen.handle());
            if (shares != null) {
                members.add(new Neighbourhood.Member(chosen.handle(), chosen.score(), shares));
            }
        }
        return new Neighbourhood(rule.version(), members);
    }

    private void themes(JsonNode weights, Set<String> gone, BiConsumer<ThemeId, Double> add) {
        for (Map.Entry<String, JsonNode> weight : weights.properties()) {
            themes.get()
                    .vocabulary()
                    .theme(weight.getKey())
                    .ifPresentOrElse(
                            theme -> add.accept(theme, weight.getValue().asDouble(0)),
                            () -> gone.add("theme " + weight.getKey()));
        }
    }
}
