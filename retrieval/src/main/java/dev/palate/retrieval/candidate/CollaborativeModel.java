package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.vector.ByteRows;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.Products;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.semantic.SemanticAdapter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The collaborative model in force, as sources need it. Thread-safe.
public interface CollaborativeModel {
    /// Of an item that the model was not trained on, so many users are folded in, the newest.
    int MOST_USERS_FOLDED_IN = 100;

    /// No model yet.
    CollaborativeModel NONE = Optional::empty;

    /// The model in force now; the same object until another is activated.
    Optional<Loaded> current();

    /// The vectors behind a signal of the model in force; empty where it has none, or does not score by vectors.
    default Optional<Vectors> vectors(String signal) {
        return Optional.empty();
    }

    /// What the model in force learnt of texts; empty where texts serve as they are.
    default Optional<Adapter> adapter() {
        return Optional.empty();
    }

    /// An adapter of texts; one object is one version of the model. Immutable.
    ///
    /// @param encoding names the encodings that it is of
    /// @param items those that the model was trained on, in its order
    record Adapter(String encoding, SemanticAdapter network, List<ItemId> items) {
        public Adapter {
            items = List.copyOf(items);
        }
    }

    /// What is needed to give items that the model does not know a vector beside its own. Immutable.
    ///
    /// @param version of the model
    /// @param items the item of each row
    /// @param factors over the same rows
    /// @param counts how many people had each
    record Vectors(String version, List<ItemId> items, ItemFactors factors, int[] counts) {
        public Vectors {
            items = List.copyOf(items);
            if (factors.itemCount() != items.size() || counts.length != items.size()) {
                throw new IllegalArgumentException("factors and counts must be of the " + items.size()
                        + " items, were of " + factors.itemCount() + " and " + counts.length);
            }
        }
    }

    /// One version of the model, immutable.
    ///
    /// @param version names it in slates
    /// @param items the item of each row
    /// @param scorers by signal name: `cf`, `ease`, `knn`, `transitions`, ...
    /// @param weighting the weights of signals that were fitted with it
    /// @param precursors of the items that it was not trained on and that were folded in since
    record Loaded(
            String version,
            List<ItemId> items,
            Map<String, RowScorer> scorers,
            Weighting weighting,
            Map<ItemId, Precursors> precursors) {
        public Loaded {
            items = List.copyOf(items);
            scorers = Map.copyOf(scorers);
            precursors = Map.copyOf(precursors);
        }

        /// With nothing folded in.
        public Loaded(String version, List<ItemId> items, Map<String, RowScorer> scorers, Weighting weighting) {
            this(version, items, scorers, weighting, Map.of());
        }

        /// Of scorers over the same rows, all with one score per item, and without fitted weights.
        public static Loaded of(String version, List<ItemId> items, Map<String, Scorer> scorers) {
            return of(version, items, scorers, Weighting.NONE);
        }

        /// Of scorers over the same rows, all with one score per item.
        public static Loaded of(String version, List<ItemId> items, Map<String, Scorer> scorers, Weighting weighting) {
            Map<String, RowScorer> byRow = new HashMap<>();
            scorers.forEach((signal, scorer) -> byRow.put(signal, new RowScorer() {
                @Override
                public void score(History history, float[] target) {
                    scorer.score(history, target);
                }

                @Override
                public void score(History history, List<String> further, float[] target) {
                    scorer.score(history, further, target);
                }

                @Override
                public Optional<ByteRows> vectors() {
                    return scorer.vectors();
                }

                @Override
                public Optional<ModelScores> scores(History history) {
                    return scorer.products(history).map(products -> new ModelScores(products, new float[0]));
                }

                @Override
                public float pair(int event, int row) {
                    return scorer.pair(event, row);
                }
            }));
            return new Loaded(version, items, byRow, weighting);
        }

        /// The same version with other rows, scorers and precursors.
        Loaded with(
                List<ItemId> otherItems, Map<String, RowScorer> otherScorers, Map<ItemId, Precursors> otherPrecursors) {
            return new Loaded(version, otherItems, otherScorers, weighting, otherPrecursors);
        }
    }

    /// What the users of an item had had before it. Immutable; the arrays are shared: do not modify. One object is one
    /// state of the item.
    ///
    /// @param users how many of them had had anything
    /// @param rows of the model, ascending
    /// @param weights of each row: the sum over the users of its share of what they had had
    record Precursors(int users, int[] rows, float[] weights) {
        /// Of an item that nobody had.
        public static final Precursors NONE = new Precursors(0, new int[0], new float[0]);
    }

    /// Fitted weights. Thread-safe.
    interface Weighting {
        /// Nothing was fitted.
        Weighting NONE = historySize -> Map.of();

        /// The weights that were fitted, for a user with so many events, by signal name; empty when none was.
        Map<String, Double> of(int historySize);
    }

    /// The scores of one history, made where they are asked for.
    ///
    /// @param trained of the first rows of the model
    /// @param further of those behind; NaN where nothing is known
    record ModelScores(Products trained, float[] further) {}

    /// Scores every row of the model for one history. Thread-safe.
    interface RowScorer {
        /// @param history rows of the model, oldest first, each once, with times in seconds since 1970
        /// @param target one score per row of the model, overwritten; higher is better
        void score(History history, float[] target);

        /// As [#score(History, float[])], and behind the rows items that the model was not trained on,
        /// where it has vectors for any id.
        ///
        /// @param history of trained rows
        /// @param further ids of those items
        /// @param target one score per row and one for each of them, overwritten; NaN where there is no
        ///     vector
        default void score(History history, List<String> further, float[] target) {
            float[] trained = new float[target.length - further.size()];
            score(history, trained);
            System.arraycopy(trained, 0, target, 0, trained.length);
            Arrays.fill(target, trained.length, target.length, Float.NaN);
        }

        /// What the trained part of [#scores] is made of; empty where scores are no inner products.
        default Optional<ByteRows> vectors() {
            return Optional.empty();
        }

        /// The same scores without writing them down; empty where only [#score] can tell.
        default Optional<ModelScores> scores(History history) {
            return Optional.empty();
        }

        /// The score of one row for a history of one event, or NaN where only scoring all rows can tell; cheap.
        default float pair(int event, int row) {
            return Float.NaN;
        }
    }
}
