package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.FactorModel;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.training.WeightFit;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/// The settings of an evaluation run. What is left open takes the default of the model at hand.
///
/// @param historyDecay of EASE and the item neighbours, in (0, 1]; open means none for a model alone, and 0.9
///     (EASE) and 0.6 (neighbours) in the fused ranking
/// @param easeRegularization above 0; open means 100 without decay and 300 with it
/// @param knn of the item neighbours
/// @param transitions of the fused ranking
/// @param als of the factorisation
/// @param ranker how the weights of the fused ranking are fitted; the protocol of the task replaces its own
/// @param seed of everything random
/// @param given settings by name ([SettingSpace]) of the models that have no place of their own here
/// @param tuned settings of what training learns, in the place of those above
public record ModelSettings(
        OptionalDouble historyDecay,
        OptionalDouble easeRegularization,
        ItemKnn.Options knn,
        Transitions.Options transitions,
        ImplicitAls.Options als,
        WeightFit.Options ranker,
        long seed,
        Map<String, String> given,
        TunedSettings tuned) {
    /// Copies the map.
    public ModelSettings {
        given = Map.copyOf(given);
    }

    /// Without settings by name.
    public ModelSettings(
            OptionalDouble historyDecay,
            OptionalDouble easeRegularization,
            ItemKnn.Options knn,
            Transitions.Options transitions,
            ImplicitAls.Options als,
            WeightFit.Options ranker,
            long seed) {
        this(historyDecay, easeRegularization, knn, transitions, als, ranker, seed, Map.of(), TunedSettings.NONE);
    }

    /// Nothing asked for.
    public static final ModelSettings DEFAULT = new ModelSettings(
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            ItemKnn.Options.DEFAULT,
            Transitions.Options.DEFAULT,
            ImplicitAls.Options.DEFAULT,
            WeightFit.Options.DEFAULT,
            1);

    /// The same with another seed.
    public ModelSettings withSeed(long other) {
        return new ModelSettings(historyDecay, easeRegularization, knn, transitions, als, ranker, other, given, tuned);
    }

    /// The same with settings that tuning chose.
    public ModelSettings with(TunedSettings other) {
        return new ModelSettings(historyDecay, easeRegularization, knn, transitions, als, ranker, seed, given, other);
    }

    /// The decay asked for, else the given one.
    HistoryDecay decayOr(double fallback) {
        return HistoryDecay.of(historyDecay.orElse(fallback));
    }

    /// λ of EASE under a decay.
    double easeRegularization(HistoryDecay decay) {
        return easeRegularization.orElse(Ease.Options.defaultRegularization(decay));
    }

    /// One model alone under these settings; what they do not speak of takes its default.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code BAD_INPUT when a history decay is asked for that
    ///     the model does not have
    FactorModel alone(ModelName.Alone name) {
        SettingSpace space = SettingSpace.of(name);
        Map<String, String> values = new TreeMap<>(space.known(given));
        if (historyDecay.isPresent()) {
            space.require("history-decay");
            values.put("history-decay", Double.toString(historyDecay.getAsDouble()));
        }
        return space.model(values);
    }
}
