package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.ranking.Signal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A model that can be evaluated.
public sealed interface ModelName {
    /// The name on the command line.
    String key();

    /// A model by itself, with the settings asked for.
    enum Alone implements ModelName {
        /// In an order drawn anew for each user.
        RANDOM,
        /// Most users first.
        POPULAR,
        /// Most events lately first.
        RECENT,
        /// Cosine neighbours.
        ITEM_KNN,
        /// Neighbours by a random walk.
        RP3BETA,
        /// What followed what.
        TRANSITIONS,
        /// Shallow autoencoder.
        EASE,
        /// Shallow autoencoder by small systems, for many items.
        SPARSE_EASE,
        /// Implicit matrix factorisation.
        ALS,
        /// Matrix factorisation by Bayesian personalised ranking.
        BPR;

        @Override
        public String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// The sequence model by itself, which is trained in a process of its own and given as a source.
    enum Sequence implements ModelName {
        /// With softmax attention.
        SASREC,
        /// With gated attention and times.
        HSTU;

        @Override
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// All sources under the ranker that serves.
    enum Fused implements ModelName {
        /// With weights fitted on held-out events, as training stores them.
        FITTED("fused"),
        /// With the fixed weights that serve until some are fitted.
        FIXED("fused-fixed"),
        /// With weight 1 for every signal.
        EQUAL("fused-equal");

        private final String key;

        Fused(String key) {
            this.key = key;
        }

        @Override
        public String key() {
            return key;
        }
    }

    /// One source of the fused ranking by itself, with its decay and scale.
    record Source(Signal signal) implements ModelName {
        @Override
        public String key() {
            return PREFIX + signal.key();
        }
    }

    /// What the name of a source begins with.
    String PREFIX = "source-";

    /// Every model but the sources.
    static List<ModelName> all() {
        List<ModelName> all = new ArrayList<>(List.of(Alone.values()));
        all.addAll(List.of(Fused.values()));
        return all;
    }

    /// All names, for messages.
    static String keys() {
        return all().stream().map(ModelName::key).collect(Collectors.joining(", "))
                + ", sasrec, hstu and " + PREFIX
                + Arrays.stream(Signal.values()).map(Signal::key).collect(Collectors.joining("|"));
    }

    /// The model of a name.
    ///
    /// @throws RetrievalException with code BAD_INPUT when there is none
    static ModelName of(String key) {
        for (ModelName model : all()) {
            if (model.key().equals(key)) {
                return model;
            }
        }
        for (Sequence model : Sequence.values()) {
            if (model.key().equals(key)) {
                return model;
            }
        }
        for (Signal signal : Signal.values()) {
            if (key.equals(PREFIX + signal.key())) {
                return new Source(signal);
            }
        }
        throw new RetrievalException(Code.BAD_INPUT, "no model {" + key + "}; there are " + keys());
    }
}
