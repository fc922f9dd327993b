package dev.palate.agent.evaluation;

import dev.palate.agent.collaborative.Facet;
import dev.palate.agent.evaluation.ChatSimulation.Opening;
import dev.palate.agent.evaluation.ChatSimulation.Sought;
import dev.palate.agent.ranking.Blend;
import dev.palate.agent.ranking.LlmWeightFit;
import dev.palate.agent.turn.DialogueReplay;
import dev.palate.agent.turn.DialogueReplay.Move;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/// The turn with facets of its user: their agreement with an item's themes (the cosine of confidences and themes) is
/// added to the fused score as a model's scores are, weighed by λ ([Blend], [LlmWeightFit]).
///
/// λ is fitted on what the sought item's place is in the lists of first messages, over two folds of users: the lists of
/// a user are made with the λ of the other fold, which is 0 while its interval includes 0. For one thread.
public final class FacetArm implements ConversationArm {
    /// How many items of a list are weighed anew.
    public static final int DEPTH = 50;

    private final String label;
    private final DialogueReplay replay;
    private final Reading reading;
    private final Map<UserId, Map<String, Double>> known = new HashMap<>();
    private final Map<Boolean, LlmWeightFit.Fit> fits = new LinkedHashMap<>();

    /// What facets are and what they are compared with.
    ///
    /// @param facets of a user; read once
    /// @param themes of an item
    public record Reading(Function<UserId, List<Facet>> facets, Function<ItemId, List<ThemeId>> themes) {}

    private FacetArm(String label, DialogueReplay replay, Reading reading) {
        this.label = label;
        this.replay = replay;
        this.reading = reading;
    }

    /// With λ fitted on the openings.
    ///
    /// @param resamples for the intervals of λ, at least 100
    /// @param seed of the resamples
    public static FacetArm fitted(
            String label,
            DialogueReplay replay,
            Reading reading,
            List<Opening> openings,
            int resamples,
            long seed,
            Progress progress) {
        FacetArm arm = new FacetArm(label, replay, reading);
        Map<Boolean, List<LlmWeightFit.Example>> folds = new HashMap<>();
        for (int at = 0; at < openings.size(); at++) {
            Opening opening = openings.get(at);
            Sought one = opening.sought();
            List<RankedItem> items = replay.replay(
                            one.user(), List.of(new DialogueReplay.Said(true, opening.words())), one.had(), DEPTH)
                    .items();
            folds.computeIfAbsent(fold(one.user()), unseen -> new ArrayList<>()).add(arm.example(one, items));
            progress.advanced(label + ", weight", at + 1, openings.size());
        }
        folds.forEach((fold, examples) -> arm.fits.put(fold, LlmWeightFit.fit(examples, resamples, seed)));
        return arm;
    }

    private static boolean fold(UserId user) {
        return new SplittableRandom(user.value().hashCode()).nextBoolean();
    }

    private LlmWeightFit.Example example(Sought one, List<RankedItem> items) {
        double spread = Blend.spread(items);
        boolean[] chosen = new boolean[items.size()];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = items.get(i).item().id().equals(one.item().id());
        }
        return new LlmWeightFit.Example(
                items.stream().mapToDouble(item -> item.score() / spread).toArray(),
                Blend.standardised(items, scores(one.user(), items)),
                chosen);
    }

    private Map<ItemId, Double> scores(UserId user, List<RankedItem> items) {
        Map<String, Double> wanted = known.computeIfAbsent(user, unread -> {
            Map<String, Double> byTheme = new HashMap<>();
            for (Facet facet : reading.facets.apply(user)) {
                if (facet.theme() != null) {
                    byTheme.merge(facet.theme(), facet.confidence(), Math::max);
                }
            }
            return byTheme;
        });
        Map<ItemId, Double> scores = new HashMap<>();
        for (RankedItem ranked : items) {
            List<ThemeId> themes = reading.themes.apply(ranked.item().id());
            double sum = themes.stream()
                    .mapToDouble(theme -> wanted.getOrDefault(theme.value(), 0.0))
                    .sum();
            scores.put(ranked.item().id(), themes.isEmpty() ? 0 : sum / Math.sqrt(themes.size()));
        }
        return scores;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public DialogueReplay.Heard list(Sought one, List<Move> moves, int size) {
        LlmWeightFit.Fit fit = fits.get(!fold(one.user()));
        double lambda = fit == null ? 0 : fit.inForce();
        if (lambda == 0) {
            return replay.replay(one.user(), moves, one.had(), size);
        }
        DialogueReplay.Heard heard = replay.replay(one.user(), moves, one.had(), Math.max(size, DEPTH));
        List<RankedItem> items = heard.items();
        // A list of several requests, one category after the other, is not in the order of scores and stays.
        if (byScore(items)) {
            items = Blend.blend(items, DEPTH, scores(one.user(), items), lambda);
        }
        return new DialogueReplay.Heard(
                items.subList(0, Math.min(size, items.size())),
                heard.found(),
                heard.degraded(),
                heard.readings(),
                heard.wish(),
                heard.filled());
    }

    private static boolean byScore(List<RankedItem> items) {
        for (int i = 1; i < items.size(); i++) {
            if (items.get(i).score() > items.get(i - 1).score()) {
                return false;
            }
        }
        return true;
    }

    /// λ of each fold with its interval, and what is in force.
    @Override
    public Map<String, Object> account() {
        List<Map<String, Object>> folds = new ArrayList<>();
        fits.values().forEach(fit -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("lambda", fit.lambda());
            one.put("low", fit.low());
            one.put("high", fit.high());
            one.put("lists", fit.lists());
            one.put("in_force", fit.inForce());
            folds.add(one);
        });
        return Map.of("facets", folds);
    }
}
