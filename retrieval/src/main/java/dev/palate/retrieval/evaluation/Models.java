package dev.palate.retrieval.evaluation;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.TextAdapter;
import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.FactorModel;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.CandidatePool;
import dev.palate.retrieval.ranking.FusedRanking;
import dev.palate.retrieval.ranking.Ranker;
import dev.palate.retrieval.ranking.RankerWeights;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.ranking.SignalWeights;
import dev.palate.retrieval.semantic.AdaptedTexts;
import dev.palate.retrieval.semantic.ContentProfile;
import dev.palate.retrieval.semantic.VectorTable;
import dev.palate.retrieval.training.AdapterFit;
import dev.palate.retrieval.training.HeldOut;
import dev.palate.retrieval.training.PresentSources;
import dev.palate.retrieval.training.SourceOptions;
import dev.palate.retrieval.training.Training;
import dev.palate.retrieval.training.TrainingInput;
import dev.palate.retrieval.training.TrainingOptions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Fits models by name on the known events of one task. What training stores is learnt once, when the first
/// model that needs it is asked for: [ModelName.Fused] and [ModelName.Source] score exactly what the served
/// model holds. Not thread-safe.
public final class Models {
    private final RankingTask task;
    private final ModelSettings settings;
    private final Content content;
    private final Progress progress;
    private Optional<ModelSnapshot> trained = Optional.empty();

    /// Sources that are made elsewhere, over the task's items.
    ///
    /// @param trial as they were before the held-out events, to fit the weights with
    /// @param whole as they are with all known events
    /// @param texts centred unit vectors of the items' texts, of which training may learn an adapter for the
    ///     items that
    ///     nobody had yet; empty without a catalog
    public record Content(Map<Signal, Scorer> trial, Map<Signal, Scorer> whole, Optional<VectorTable> texts) {
        /// There are none.
        public static final Content NONE = new Content(Map.of(), Map.of(), Optional.empty());

        /// @throws IllegalArgumentException when the two are not of the same signals
        public Content {
            trial = Map.copyOf(trial);
            whole = Map.copyOf(whole);
            if (!trial.keySet().equals(whole.keySet())) {
                throw new IllegalArgumentException("the sources of the trial and of the whole must be the same, were "
                        + trial.keySet() + " and " + whole.keySet());
            }
        }

        /// These and the others, which win where both have a signal.
        public Content with(Content others) {
            Map<Signal, Scorer> bothTrial = new EnumMap<>(Signal.class);
            bothTrial.putAll(trial);
            bothTrial.putAll(others.trial);
            Map<Signal, Scorer> bothWhole = new EnumMap<>(Signal.class);
            bothWhole.putAll(whole);
            bothWhole.putAll(others.whole);
            return new Content(bothTrial, bothWhole, others.texts.or(() -> texts));
        }

        /// Of sources, without texts.
        public Content(Map<Signal, Scorer> trial, Map<Signal, Scorer> whole) {
            this(trial, whole, Optional.empty());
        }

        /// Of sources that learn nothing from events.
        public static Content of(Map<Signal, Scorer> sources) {
            return new Content(sources, sources);
        }

        /// The same with texts.
        public Content with(VectorTable others) {
            return new Content(trial, whole, Optional.of(others));
        }
    }

    /// @param content further sources, such as text, for the fused ranking
    public Models(RankingTask task, ModelSettings settings, Content content, Progress progress) {
        this.task = task;
        this.settings = settings;
        this.content = content;
        this.progress = progress;
    }

    /// The same task with several choices of further sources: what training learns is learnt once, only the weights
    /// differ.
    ///
    /// @param contents at least one
    /// @return one for each, in their order, each as if made alone
    public static List<Models> each(
            RankingTask task, ModelSettings settings, List<Content> contents, Progress progress) {
        List<Models> each = contents.stream()
                .map(content -> new Models(task, settings, content, progress))
                .toList();
        List<ModelSnapshot> learnt = each.getFirst().learnt(contents);
        for (int at = 0; at < each.size(); at++) {
            each.get(at).trained = Optional.of(each.get(at).adapted(learnt.get(at)));
        }
        return each;
    }

    /// Learns a model from the known events of the task.
    ///
    /// @throws RetrievalException with code BAD_INPUT when the settings do not go with the model
    public Ranker fit(ModelName model) {
        return switch (model) {
            case ModelName.Alone alone -> alone(alone);
            case ModelName.Fused fused -> {
                RankerWeights weights = trained().ranker();
                yield switch (fused) {
                    case FITTED -> new FusedRanking(sources(), weights::forHistory, weights.bounded());
                    case FIXED -> new FusedRanking(sources(), SignalWeights::forHistory, RankerWeights.FIXED.bounded());
                    case EQUAL -> new FusedRanking(sources(), size -> equal(), RankerWeights.FIXED.bounded());
                };
            }
            case ModelName.Sequence ignored -> {
                Scorer scorer = content.whole.get(Signal.SEQUENCE);
                if (scorer == null) {
                    throw new RetrievalException(
                            Code.BAD_INPUT,
                            "model {" + model.key() + "} is trained in a process of its own beforehand: give its"
                                    + " scorer as the source {" + Signal.SEQUENCE.key() + "}");
                }
                yield Ranker.of(scorer);
            }
            case ModelName.Source(Signal signal) -> {
                Scorer scorer = sources().get(signal);
                if (scorer == null) {
                    throw new RetrievalException(
                            Code.BAD_INPUT,
                            "model {" + model.key() + "} has nothing to go by here: give --catalog, or use one of "
                                    + sources().keySet().stream()
                                            .map(known -> ModelName.PREFIX + known.key())
                                            .collect(Collectors.joining(", ")));
                }
                yield Ranker.of(scorer);
            }
        };
    }

    private Ranker alone(ModelName.Alone model) {
        return switch (model) {
            case RANDOM -> {
                refuseDecay(model);
                yield random(settings.seed());
            }
            case POPULAR -> {
                refuseDecay(model);
                yield Ranker.of(Popularity.of(task.known()));
            }
            case ITEM_KNN -> Ranker.of(ItemKnn.fit(task.known(), settings.knn()).scorer(settings.decayOr(1)));
            case EASE -> {
                HistoryDecay decay = settings.decayOr(1);
                Ease.Options options = new Ease.Options(
                        settings.easeRegularization(decay), settings.als().threads());
                yield Ranker.of(Ease.fit(task.known(), options, progress).scorer(decay));
            }
            case ALS -> {
                refuseDecay(model);
                yield Ranker.of(ImplicitAls.fit(task.known(), als(), settings.seed(), progress));
            }
            case RECENT, RP3BETA, TRANSITIONS, SPARSE_EASE, BPR ->
                fit(settings.alone(model), task, settings.seed(), settings.als().threads(), progress);
        };
    }

    /// As it was asked for; where nothing is said of the weights, those that suit the data. The fused ranking has both.
    private ImplicitAls.Options als() {
        ImplicitAls.Options dense = ImplicitAls.Options.DEFAULT;
        boolean said = settings.given().containsKey("unobserved-weight")
                || settings.given().containsKey("regularization")
                || settings.als().unobservedWeight() != dense.unobservedWeight()
                || settings.als().regularization() != dense.regularization();
        return said ? settings.als() : settings.als().suiting(task.known());
    }

    private static Ranker random(long seed) {
        return (history, count, allowed) -> {
            SplittableRandom random = new SplittableRandom(31 * seed + Arrays.hashCode(history.items()));
            float[] scores = new float[allowed.length()];
            for (int item = 0; item < scores.length; item++) {
                scores[item] = allowed.get(item) ? (float) random.nextDouble() : Float.NEGATIVE_INFINITY;
            }
            int[] best = TopK.select(scores, count);
            return new Ranker.Ranked(best, CandidatePool.gather(scores, best));
        };
    }

    /// Learns a model that needs nothing but interactions from the known events of a task.
    ///
    /// @param threads any number gives the same lists
    public static Ranker fit(FactorModel model, RankingTask task, long seed, int threads, Progress progress) {
        OptionalLong now = task.temporal() ? OptionalLong.of(task.end()) : OptionalLong.empty();
        return Ranker.of(model.fit(task.known(), seed, threads, now, progress));
    }

    /// The signals of the fused ranking with these further sources: those that are evaluated one by one.
    public static List<Signal> signals(Map<Signal, Scorer> content) {
        Set<Signal> signals = EnumSet.of(
                Signal.CF,
                Signal.CF_SPARSE,
                Signal.EASE,
                Signal.KNN,
                Signal.TRANSITIONS,
                Signal.NEXT,
                Signal.POP,
                Signal.RECENT,
                Signal.RECENT_SHORT,
                Signal.FRESH);
        signals.addAll(content.keySet());
        return List.copyOf(signals);
    }

    /// What training stores for this task.
    public ModelSnapshot trained() {
        ModelSnapshot snapshot =
                trained.orElseGet(() -> adapted(learnt(List.of(content)).getFirst()));
        trained = Optional.of(snapshot);
        return snapshot;
    }

    private List<ModelSnapshot> learnt(List<Content> contents) {
        return Training.each(
                new TrainingInput(0, task.items(), task.known()),
                options(),
                contents.stream().map(Content::trial).toList(),
                new ModelVersion("evaluated"),
                InstantSource.fixed(Instant.EPOCH),
                progress);
    }

    private ModelSnapshot adapted(ModelSnapshot learnt) {
        TrainingOptions options = options();
        return content.texts
                .filter(texts -> rows(texts, learnt, 0).length > 0)
                .flatMap(texts ->
                        AdapterFit.fit(texts, "evaluated", task.known(), options.seed(), options.threads(), progress))
                .map(learnt::with)
                .orElse(learnt);
    }

    /// Rows with a text whose items nobody had, or those that somebody had.
    ///
    /// @param sign 0 or 1
    private static int[] rows(VectorTable texts, ModelSnapshot learnt, int sign) {
        int[] counts = learnt.popularity().counts();
        return IntStream.range(0, counts.length)
                .filter(row -> Integer.signum(counts[row]) == sign && texts.knows(row))
                .toArray();
    }

    /// Where the texts' adapter serves, it scores the items that nobody had.
    private void adapt(Map<Signal, Scorer> sources) {
        if (content.texts.isEmpty() || !(sources.get(Signal.TEXT) instanceof ContentProfile profile)) {
            return;
        }
        VectorTable texts = content.texts.get();
        trained()
                .adapter()
                .flatMap(TextAdapter::network)
                .flatMap(network ->
                        AdaptedTexts.of(network, rows(texts, trained(), 1), rows(texts, trained(), 0), texts::copyTo))
                .ifPresent(adapted -> sources.put(Signal.TEXT, profile.with(adapted)));
    }

    private TrainingOptions options() {
        TrainingOptions defaults =
                TrainingOptions.defaults(settings.seed(), settings.als().threads());
        SourceOptions sources = defaults.sources();
        HistoryDecay easeDecay = settings.decayOr(sources.ease().decay());
        HeldOut.Protocol protocol = task.temporal() ? HeldOut.Protocol.LATEST : HeldOut.Protocol.LAST_EVENTS;
        TrainingOptions asked = defaults.with(new SourceOptions(
                        settings.als(),
                        sources.alsSparse(),
                        sources.ease().with(settings.easeRegularization(easeDecay), easeDecay.factor()),
                        settings.knn(),
                        settings.decayOr(sources.knnDecay()).factor(),
                        settings.transitions(),
                        sources.transitionsDecay()))
                .withRanker(settings.ranker().withProtocol(protocol));
        return settings.tuned().over(asked);
    }

    /// What the ranker of this task sees: the sources of the model, those of the catalog, and those that depend
    /// on the present: the end of the known events, or each user's last one where the events to find do not all
    /// come later.
    private Map<Signal, Scorer> sources() {
        Map<Signal, Scorer> sources = new EnumMap<>(trained().sources());
        OptionalLong now = task.temporal() ? OptionalLong.of(task.end()) : OptionalLong.empty();
        sources.putAll(PresentSources.of(task.known(), now, settings.ranker()));
        sources.putAll(content.whole);
        adapt(sources);
        return sources;
    }

    private static SignalWeights equal() {
        return new SignalWeights(Stream.of(Signal.values()).collect(Collectors.toMap(signal -> signal, signal -> 1.0)));
    }

    private void refuseDecay(ModelName model) {
        if (settings.historyDecay().isPresent()) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "model {" + model.key() + "} has no history decay: leave --history-decay out, or use item-knn,"
                            + " ease or fused");
        }
    }
}
