package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// A model that can be evaluated.
public enum ModelName {
    /// Most users first.
    POPULAR,
    /// Cosine neighbours.
    ITEM_KNN,
    /// Shallow autoencoder.
    EASE,
    /// Implicit matrix factorisation.
    ALS,
    /// All sources under the ranker that serves.
    FUSED;

    /// The name on the command line.
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// All names, for messages.
    public static String keys() {
        return Arrays.stream(values()).map(ModelName::key).collect(Collectors.joining(", "));
    }

    /// The model of a name.
    ///
    /// @throws RetrievalException with code BAD_INPUT when there is none
    public static ModelName of(String key) {
        for (ModelName model : values()) {
            if (model.key().equals(key)) {
                return model;
            }
        }
        throw new RetrievalException(Code.BAD_INPUT, "no model {" + key + "}; there are " + keys());
    }
}
