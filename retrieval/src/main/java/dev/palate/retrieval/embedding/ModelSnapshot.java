package dev.palate.retrieval.embedding;

import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.ItemNeighbours;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.ranking.RankerWeights;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.sequence.SequenceModel;
import dev.palate.retrieval.sequence.SequenceScorer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// Everything that one training run learnt about items. Immutable and thread-safe; all parts share the item rows of
/// the vocabulary.
///
/// @param about where it comes from
/// @param items ids of the item rows
/// @param factors collaborative vectors, with the fold-in of users
/// @param sparseFactors the same with little weight on what was not observed; empty in files of earlier builds
/// @param ease strongest weights of each row of EASE; empty rows when there were too many items for it
/// @param knn item neighbours
/// @param transitions what followed what
/// @param next what came right after what; empty rows in files of earlier builds
/// @param popularity users per item
/// @param ranker the weights with which the sources are fused
/// @param verdict what the quality gate said
/// @param sequence next-item model, where one was trained
/// @param adapter what was learnt of texts, for items that come later; empty where nothing could be said
/// @param embeddings vectors of ids in the tables that were chosen; empty where none were
public record ModelSnapshot(
        About about,
        Vocabulary items,
        ItemFactors factors,
        Optional<ItemFactors> sparseFactors,
        ItemNeighbours ease,
        ItemNeighbours knn,
        ItemNeighbours transitions,
        ItemNeighbours next,
        Popularity popularity,
        RankerWeights ranker,
        Verdict verdict,
        Optional<SequenceModel> sequence,
        Optional<TextAdapter> adapter,
        Optional<IdEmbeddings> embeddings) {
    /// Where a model comes from.
    ///
    /// @param version its name
    /// @param trainedAt when training ended
    /// @param seed of everything random
    /// @param changeNumber the newest change of the database that the model has learnt from, at least 0
    /// @param users number of users learnt from
    /// @param events number of distinct user-item pairs learnt from
    /// @param easeDecay history decay that goes with EASE
    /// @param knnDecay history decay that goes with the item neighbours
    /// @param transitionsDecay history decay that goes with the transitions
    /// @param tuned settings that were chosen by tuning, by model and name
    public record About(
            ModelVersion version,
            Instant trainedAt,
            long seed,
            long changeNumber,
            int users,
            long events,
            double easeDecay,
            double knnDecay,
            double transitionsDecay,
            Map<String, Map<String, String>> tuned) {
        /// With nothing tuned.
        public About(
                ModelVersion version,
                Instant trainedAt,
                long seed,
                long changeNumber,
                int users,
                long events,
                double easeDecay,
                double knnDecay) {
            this(
                    version,
                    trainedAt,
                    seed,
                    changeNumber,
                    users,
                    events,
                    easeDecay,
                    knnDecay,
                    Transitions.DECAY.factor(),
                    Map.of());
        }

        /// How fast a history grows old for the transitions.
        public HistoryDecay ofTransitions() {
            return new HistoryDecay(transitionsDecay, Transitions.DECAY.maximumEvents());
        }

        /// Copies the map.
        ///
        /// @throws IllegalArgumentException when a count is negative or a decay out of range
        public About {
            if (changeNumber < 0 || users < 0 || events < 0) {
                throw new IllegalArgumentException("changeNumber, users and events must be at least 0, were "
                        + changeNumber + ", " + users + " and " + events);
            }
            HistoryDecay.of(easeDecay);
            HistoryDecay.of(knnDecay);
            HistoryDecay.of(transitionsDecay);
            tuned = Map.copyOf(tuned);
        }
    }

    /// @throws IllegalArgumentException when the parts do not have the same number of items
    public ModelSnapshot {
        int count = items.size();
        if (factors.itemCount() != count
                || sparseFactors.filter(sparse -> sparse.itemCount() != count).isPresent()
                || ease.itemCount() != count
                || knn.itemCount() != count
                || transitions.itemCount() != count
                || next.itemCount() != count
                || popularity.itemCount() != count) {
            throw new IllegalArgumentException("all parts must have the vocabulary's " + count + " items, had factors "
                    + factors.itemCount() + ", ease " + ease.itemCount() + ", knn " + knn.itemCount()
                    + ", transitions " + transitions.itemCount() + ", next " + next.itemCount() + ", popularity "
                    + popularity.itemCount());
        }
        if (sequence.isPresent() && sequence.get().itemCount() != count) {
            throw new IllegalArgumentException("the sequence model must have the vocabulary's " + count + " items, had "
                    + sequence.get().itemCount());
        }
        if (embeddings.isPresent() && embeddings.get().itemCount() != count) {
            throw new IllegalArgumentException("the ID embedding model must have the vocabulary's " + count
                    + " items, had " + embeddings.get().itemCount());
        }
    }

    /// Without a sequence model, an adapter and vectors of ids.
    public ModelSnapshot(
            About about,
            Vocabulary items,
            ItemFactors factors,
            Optional<ItemFactors> sparseFactors,
            ItemNeighbours ease,
            ItemNeighbours knn,
            ItemNeighbours transitions,
            ItemNeighbours next,
            Popularity popularity,
            RankerWeights ranker,
            Verdict verdict) {
        this(
                about,
                items,
                factors,
                sparseFactors,
                ease,
                knn,
                transitions,
                next,
                popularity,
                ranker,
                verdict,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /// The same with a sequence model.
    public ModelSnapshot with(SequenceModel model) {
        return with(ranker, verdict, Optional.of(model), adapter, embeddings);
    }

    /// The same with an adapter of texts.
    public ModelSnapshot with(TextAdapter texts) {
        return with(ranker, verdict, sequence, Optional.of(texts), embeddings);
    }

    /// The same with vectors of ids in other tables.
    public ModelSnapshot with(IdEmbeddings ids) {
        return with(ranker, verdict, sequence, adapter, Optional.of(ids));
    }

    /// The collaborative sources with their decays and scales, ready for the ranker. What depends on the present, as
    /// recent popularity does, is not among them.
    public Map<Signal, Scorer> sources() {
        Map<Signal, Scorer> sources = new EnumMap<>(Signal.class);
        sources.put(Signal.CF, factors);
        sparseFactors.ifPresent(sparse -> sources.put(Signal.CF_SPARSE, sparse));
        sources.put(Signal.EASE, ease.scorer(HistoryDecay.of(about.easeDecay)));
        sources.put(Signal.KNN, knn.scorer(HistoryDecay.of(about.knnDecay)));
        sources.put(
                Signal.TRANSITIONS, transitions.scorer(about.ofTransitions()).logarithmic());
        sources.put(Signal.NEXT, next.scorer(Transitions.NEXT_DECAY).logarithmic());
        sources.put(Signal.POP, popularity.logarithmic());
        sequence.ifPresent(model -> sources.put(Signal.SEQUENCE, new SequenceScorer(model)));
        embeddings.ifPresent(ids -> sources.put(Signal.BPR, ids));
        return sources;
    }

    /// The same with other weights of the ranker and another verdict.
    public ModelSnapshot with(RankerWeights weights, Verdict said) {
        return with(weights, said, sequence, adapter, embeddings);
    }

    /// The same counts and factors with other models beside them.
    private ModelSnapshot with(
            RankerWeights weights,
            Verdict said,
            Optional<SequenceModel> model,
            Optional<TextAdapter> texts,
            Optional<IdEmbeddings> ids) {
        return new ModelSnapshot(
                about,
                items,
                factors,
                sparseFactors,
                ease,
                knn,
                transitions,
                next,
                popularity,
                weights,
                said,
                model,
                texts,
                ids);
    }

    /// Writes the model file at once or not at all.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code STORAGE when the disk refuses
    public void write(Path file) {
        SnapshotSections.file(this, file).write();
    }

    /// Reads a model file.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code NOT_FOUND when there is none, BAD_FILE when it is
    ///     damaged, truncated or newer than this build
    public static ModelSnapshot read(Path file) {
        return SnapshotSections.snapshot(ModelFile.read(file), file);
    }
}
