package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.FactorModel;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.training.SourceOptions;
import dev.palate.retrieval.training.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Settings that tuning chose for models that training learns. Immutable.
///
/// @param byModel settings by the model's key and their name; a model without any keeps its defaults
public record TunedSettings(Map<String, Map<String, String>> byModel) {
    /// Nothing was tuned.
    public static final TunedSettings NONE = new TunedSettings(Map.of());

    private static final List<ModelName.Alone> LEARNT =
            List.of(ModelName.Alone.ALS, ModelName.Alone.EASE, ModelName.Alone.ITEM_KNN, ModelName.Alone.TRANSITIONS);
    private static final long LARGEST = 64L << 20;

    /// Tuned collaborative vectors take the place of those for sparse data below so much weight of the unobserved,
    /// half way between the two on a logarithmic scale.
    private static final double SPARSE_BELOW = 0.1;

    /// Copies the maps.
    ///
    /// @throws RetrievalException with code BAD_INPUT when training does not learn a model or it has no such
    ///     setting
    /// @throws IllegalArgumentException when a value is out of range
    public TunedSettings {
        Map<String, Map<String, String>> copy = new TreeMap<>();
        byModel.forEach((model, settings) -> copy.put(model, Collections.unmodifiableMap(new TreeMap<>(settings))));
        byModel = Collections.unmodifiableMap(copy);
        byModel.forEach((model, settings) -> space(model).check(settings));
    }

    private static SettingSpace space(String key) {
        return LEARNT.stream()
                .filter(model -> model.key().equals(key))
                .map(SettingSpace::of)
                .findFirst()
                .orElseThrow(() -> new RetrievalException(
                        Code.BAD_INPUT,
                        "training learns no model {" + key + "} with tuned settings; it does "
                                + LEARNT.stream().map(ModelName.Alone::key).collect(Collectors.joining(", "))));
    }

    /// Reads files that `./palate tune` wrote, `tune.json`, each of another model.
    ///
    /// @throws RetrievalException with code NOT_FOUND when a file is missing, BAD_INPUT when it is something else
    public static TunedSettings read(List<Path> files) {
        Map<String, Map<String, String>> byModel = new TreeMap<>();
        for (Path file : files) {
            JsonNode root = root(file);
            JsonNode settings = root.path("best").path("settings");
            String model = root.path("model").asString("");
            if (model.isEmpty() || !settings.isObject()) {
                throw new RetrievalException(
                        Code.BAD_INPUT,
                        file + " is no result of tuning: it needs {model} and {best.settings}; give the tune.json that"
                                + " ./palate tune wrote");
            }
            if (byModel.putIfAbsent(model, texts(settings)) != null) {
                throw new RetrievalException(Code.BAD_INPUT, "model {" + model + "} was given twice, again by " + file);
            }
        }
        return checked(files.toString(), byModel);
    }

    private static Map<String, String> texts(JsonNode settings) {
        Map<String, String> texts = new TreeMap<>();
        settings.properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asString("")));
        return texts;
    }

    private static TunedSettings checked(String source, Map<String, Map<String, String>> byModel) {
        try {
            return new TunedSettings(byModel);
        } catch (IllegalArgumentException e) {
            throw new RetrievalException(Code.BAD_INPUT, source + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode root(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new RetrievalException(
                        Code.NOT_FOUND, "no file " + file + ": give the tune.json that ./palate tune wrote");
            }
            if (Files.size(file) > LARGEST) {
                throw new RetrievalException(
                        Code.BAD_INPUT, file + " has " + Files.size(file) + " bytes, at most " + LARGEST + " are read");
            }
            return JsonMapper.shared().readTree(Files.readString(file));
        } catch (IOException | JacksonException e) {
            throw new RetrievalException(Code.BAD_INPUT, file + " is no JSON: " + e.getMessage(), e);
        }
    }

    /// Reads what [#toJson] gave.
    ///
    /// @throws RetrievalException with code BAD_INPUT when it is something else
    public static TunedSettings ofJson(String json) {
        try {
            Map<String, Map<String, String>> byModel = new TreeMap<>();
            JsonNode root = JsonMapper.shared().readTree(json);
            if (!root.isObject()) {
                throw new RetrievalException(Code.BAD_INPUT, "tuned settings must be an object of models");
            }
            root.properties().forEach(entry -> byModel.put(entry.getKey(), texts(entry.getValue())));
            return checked("tuned settings", byModel);
        } catch (JacksonException e) {
            throw new RetrievalException(Code.BAD_INPUT, "tuned settings are no JSON: " + e.getMessage(), e);
        }
    }

    /// Models, each with its settings.
    public String toJson() {
        return JsonMapper.shared().writeValueAsString(byModel);
    }

    /// True when nothing was tuned.
    public boolean isEmpty() {
        return byModel.isEmpty();
    }

    /// A line for each model.
    public static List<String> described(Map<String, Map<String, String>> byModel) {
        return new TreeMap<>(byModel)
                .entrySet().stream()
                        .map(model -> model.getKey() + ": "
                                + (model.getValue().isEmpty()
                                        ? "the defaults"
                                        : new TreeMap<>(model.getValue())
                                                .entrySet().stream()
                                                        .map(one -> one.getKey() + " " + one.getValue())
                                                        .collect(Collectors.joining(", "))))
                        .toList();
    }

    /// The options with these settings in the place of theirs.
    public TrainingOptions over(TrainingOptions options) {
        SourceOptions sources = options.sources();
        ImplicitAls.Options dense = sources.als();
        ImplicitAls.Options sparse = sources.alsSparse();
        SourceOptions.OfEase ease = sources.ease();
        ItemKnn.Options knn = sources.knn();
        double knnDecay = sources.knnDecay();
        Transitions.Options transitions = sources.transitions();
        double transitionsDecay = sources.transitionsDecay();
        for (Map.Entry<String, Map<String, String>> tuned : byModel.entrySet()) {
            if (tuned.getValue().isEmpty()) {
                // The defaults of a model alone are not those that serve beside others: these stay.
                continue;
            }
            FactorModel model = space(tuned.getKey()).model(tuned.getValue());
            switch (model.options()) {
                case ImplicitAls.Options als when als.unobservedWeight() < SPARSE_BELOW -> sparse = als;
                case ImplicitAls.Options als -> dense = als;
                case Ease.Options fitted ->
                    ease = ease.with(fitted.regularization(), model.decay().factor());
                case ItemKnn.Options neighbours -> {
                    knn = neighbours;
                    knnDecay = model.decay().factor();
                }
                case Transitions.Options followed -> {
                    transitions = followed;
                    transitionsDecay = model.decay().factor();
                }
                default -> throw new IllegalStateException("training learns no " + tuned.getKey());
            }
        }
        return options.tuned(
                new SourceOptions(dense, sparse, ease, knn, knnDecay, transitions, transitionsDecay), byModel);
    }
}
