package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.factor.BayesianRanking;
import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.FactorModel;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.factor.RandomWalk;
import dev.palate.retrieval.factor.RecentPopularity;
import dev.palate.retrieval.factor.SparseEase;
import dev.palate.retrieval.factor.Transitions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The settings of one model by name: which there are, what tuning draws, and the model of given values.
/// Immutable.
///
/// @param model the model
/// @param parameters its settings
public record SettingSpace(ModelName.Alone model, List<Parameter> parameters) {
    private static final long SECONDS_PER_DAY = 86_400;
    private static final Set<String> NOT_DRAWN = Set.of("frequency-exponent", "solver-steps");
    private static final Parameter DECAY = new Parameter.Real("history-decay", 0.4, 1, false);
    private static final Parameter NEIGHBOURS = new Parameter.Whole("neighbours", 20, 1_000, 10, true);
    private static final Parameter LAMBDA = new Parameter.Real("lambda", 10, 3_000, true);
    private static final Parameter FACTORS = new Parameter.Whole("factors", 32, 256, 16, true);

    /// Copies the list.
    public SettingSpace {
        parameters = List.copyOf(parameters);
    }

    /// The settings of a model.
    public static SettingSpace of(ModelName.Alone model) {
        return new SettingSpace(
                model,
                switch (model) {
                    case RANDOM, POPULAR -> List.of();
                    case RECENT -> List.of(new Parameter.Whole("recent-days", 1, 365, 1, true));
                    case ITEM_KNN ->
                        List.of(
                                NEIGHBOURS,
                                new Parameter.Real("shrinkage", 0, 100, false),
                                new Parameter.Choice(
                                        "weighting",
                                        Arrays.stream(ItemKnn.Weighting.values())
                                                .map(ItemKnn.Weighting::key)
                                                .toList()),
                                DECAY);
                    case EASE -> List.of(LAMBDA, DECAY);
                    case SPARSE_EASE -> List.of(LAMBDA, new Parameter.Whole("neighbours", 20, 300, 10, true), DECAY);
                    case ALS ->
                        List.of(
                                FACTORS,
                                new Parameter.Real("unobserved-weight", 0.003, 3, true),
                                new Parameter.Real("regularization", 0.0003, 0.03, true),
                                new Parameter.Whole("iterations", 5, 20, 1, false));
                    case TRANSITIONS ->
                        List.of(
                                new Parameter.Whole("window", 1, 20, 1, true),
                                new Parameter.Real("distance-decay", 0.5, 1, false),
                                new Parameter.Real("popularity-exponent", 0, 0.7, false),
                                new Parameter.Real("history-decay", 0.3, 0.95, false));
                    case BPR ->
                        List.of(
                                FACTORS,
                                new Parameter.Real("learning-rate", 0.01, 0.2, true),
                                new Parameter.Real("regularization", 0.001, 0.1, true),
                                new Parameter.Whole("iterations", 20, 160, 1, true));
                    case RP3BETA ->
                        List.of(
                                NEIGHBOURS,
                                new Parameter.Real("walk-exponent", 0.3, 1.7, false),
                                new Parameter.Real("popularity-exponent", 0, 1.2, false),
                                DECAY);
                });
    }

    /// What a model takes on such data when nothing is said; empty where the defaults suit all data.
    public Map<String, String> defaults(Histories histories) {
        if (model != ModelName.Alone.ALS) {
            return Map.of();
        }
        ImplicitAls.Options dense = ImplicitAls.Options.DEFAULT;
        ImplicitAls.Options suiting = dense.suiting(histories);
        return suiting.equals(dense)
                ? Map.of()
                : Map.of(
                        "unobserved-weight", Double.toString(suiting.unobservedWeight()),
                        "regularization", Double.toString(suiting.regularization()));
    }

    /// One value for each parameter.
    public Map<String, String> draw(SplittableRandom random) {
        Map<String, String> drawn = new TreeMap<>();
        for (Parameter parameter : parameters) {
            drawn.put(parameter.name(), parameter.draw(random));
        }
        return drawn;
    }

    /// The model of the given values; what is not given takes its default.
    ///
    /// @throws RetrievalException with code BAD_INPUT when the model has no such setting
    /// @throws IllegalArgumentException when a value is no number or out of range
    public FactorModel model(Map<String, String> values) {
        values.keySet().forEach(this::require);
        Values of = new Values(values);
        HistoryDecay decay = HistoryDecay.of(of.real("history-decay", 1));
        return switch (model) {
            case RANDOM -> throw new IllegalArgumentException("model {random} learns nothing");
            case POPULAR -> FactorModel.of(new Popularity.Options());
            case RECENT -> FactorModel.of(new RecentPopularity.Options(days(of.whole("recent-days", 14))));
            case ITEM_KNN -> new FactorModel(knn(of), decay);
            case EASE ->
                new FactorModel(
                        new Ease.Options(of.real("lambda", Ease.Options.defaultRegularization(decay)), 1), decay);
            case SPARSE_EASE ->
                new FactorModel(
                        new SparseEase.Options(
                                of.real("lambda", Ease.Options.defaultRegularization(decay)),
                                of.whole("neighbours", SparseEase.Options.DEFAULT.neighbours())),
                        decay);
            case ALS -> FactorModel.of(als(of));
            case TRANSITIONS -> transitions(of);
            case BPR -> FactorModel.of(bpr(of));
            case RP3BETA -> new FactorModel(walk(of), decay);
        };
    }

    /// Fails when the model has no setting of this name.
    ///
    /// @throws RetrievalException with code BAD_INPUT
    void require(String name) {
        if (!knows(name)) {
            throw new RetrievalException(Code.BAD_INPUT, refusal(name));
        }
    }

    private boolean knows(String name) {
        return parameters.stream().anyMatch(parameter -> parameter.name().equals(name))
                || (model == ModelName.Alone.ALS && NOT_DRAWN.contains(name));
    }

    private String refusal(String name) {
        String known = parameters.isEmpty()
                ? "it has none"
                : "it has " + parameters.stream().map(p -> "--" + p.name()).collect(Collectors.joining(", "));
        String what = name.equals("history-decay")
                ? "no history decay: leave --history-decay out, or use item-knn, ease or fused"
                : "no setting --" + name + ": " + known;
        return "model {" + model.key() + "} has " + what;
    }

    /// Fails where [#model] would.
    public void check(Map<String, String> values) {
        if (model == ModelName.Alone.RANDOM) {
            values.keySet().forEach(this::require);
        } else {
            model(values);
        }
    }

    /// Those of the values that are settings of this model.
    public Map<String, String> known(Map<String, String> values) {
        Map<String, String> known = new TreeMap<>(values);
        known.keySet().removeIf(name -> !knows(name));
        return known;
    }

    private static long days(int days) {
        if (days < 1) {
            throw new IllegalArgumentException("--recent-days must be at least 1, was " + days);
        }
        return days * SECONDS_PER_DAY;
    }

    private static ItemKnn.Options knn(Values of) {
        ItemKnn.Options defaults = ItemKnn.Options.DEFAULT;
        String key = of.text("weighting", defaults.weighting().key());
        ItemKnn.Weighting weighting = Arrays.stream(ItemKnn.Weighting.values())
                .filter(one -> one.key().equals(key))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("--weighting must be cosine, tf-idf or bm25, was " + key));
        return new ItemKnn.Options(
                of.whole("neighbours", defaults.neighbours()), of.real("shrinkage", defaults.shrinkage()), weighting);
    }

    private static ImplicitAls.Options als(Values of) {
        ImplicitAls.Options defaults = ImplicitAls.Options.DEFAULT;
        return new ImplicitAls.Options(
                of.whole("factors", defaults.dimension()),
                of.real("unobserved-weight", defaults.unobservedWeight()),
                of.real("regularization", defaults.regularization()),
                of.real("frequency-exponent", defaults.frequencyExponent()),
                of.whole("iterations", defaults.iterations()),
                of.whole("solver-steps", defaults.solverSteps()),
                1);
    }

    private static FactorModel transitions(Values of) {
        HistoryDecay decay = Transitions.DECAY;
        return new FactorModel(
                transitionOptions(of),
                new HistoryDecay(of.real("history-decay", decay.factor()), decay.maximumEvents()));
    }

    private static Transitions.Options transitionOptions(Values of) {
        Transitions.Options defaults = Transitions.Options.DEFAULT;
        return new Transitions.Options(
                of.whole("window", defaults.window()),
                of.real("distance-decay", defaults.distanceDecay()),
                of.real("popularity-exponent", defaults.popularityExponent()),
                defaults.neighbours());
    }

    private static BayesianRanking.Options bpr(Values of) {
        BayesianRanking.Options defaults = BayesianRanking.Options.DEFAULT;
        return new BayesianRanking.Options(
                of.whole("factors", defaults.dimension()),
                of.real("learning-rate", defaults.learningRate()),
                of.real("regularization", defaults.regularization()),
                of.whole("iterations", defaults.epochs()));
    }

    private static RandomWalk.Options walk(Values of) {
        RandomWalk.Options defaults = RandomWalk.Options.DEFAULT;
        return new RandomWalk.Options(
                of.whole("neighbours", defaults.neighbours()),
                of.real("walk-exponent", defaults.walkExponent()),
                of.real("popularity-exponent", defaults.popularityExponent()));
    }

    /// Values by name, as text.
    private record Values(Map<String, String> given) {
        String text(String name, String fallback) {
            return given.getOrDefault(name, fallback);
        }

        double real(String name, double fallback) {
            String text = given.get(name);
            if (text == null) {
                return fallback;
            }
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("--" + name + " must be a number, was " + text, e);
            }
        }

        int whole(String name, int fallback) {
            String text = given.get(name);
            if (text == null) {
                return fallback;
            }
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("--" + name + " must be a whole number, was " + text, e);
            }
        }
    }
}
