package dev.palate.retrieval.training;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.IdEmbeddings;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.Verdict;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.ItemNeighbours;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.factor.SparseEase;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.ranking.FusedRanking;
import dev.palate.retrieval.ranking.RankerWeights;
import dev.palate.retrieval.ranking.Signal;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// One training run: from interactions to a snapshot. Stateless; the same input, options and vector width give
/// the same snapshot, but for its time.
///
/// First a trial is learnt without some held-out events, and the weights of the ranker are fitted on how its
/// sources find those and the quality gate has judged it; then everything is learnt from all events. So a run
/// costs about twice its models. A source that is trained elsewhere is given as `content` as it is without the
/// held-out events, and stored by the caller as it is with all of them.
public final class Training {
    /// What the phases of the trial begin with.
    public static final String TRIAL = "trial-";

    private Training() {}

    /// Learns all models of items and the weights of the ranker.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code BAD_INPUT when there are no interactions, MEMORY
    ///     when the heap is too small for EASE
    public static ModelSnapshot run(
            TrainingInput input,
            TrainingOptions options,
            ModelVersion version,
            InstantSource clock,
            Progress progress) {
        return run(input, options, Map.of(), version, clock, progress);
    }

    /// The same with sources that need no interactions to learn from, such as text, for the weights.
    ///
    /// @param content over the rows of the input's items
    public static ModelSnapshot run(
            TrainingInput input,
            TrainingOptions options,
            Map<Signal, Scorer> content,
            ModelVersion version,
            InstantSource clock,
            Progress progress) {
        return each(input, options, List.of(content), version, clock, progress).getFirst();
    }

    /// The same with several choices of further sources: one snapshot for each, of the same models, which are learnt
    /// once, with weights and a verdict of its own. Each is what a run with that choice alone gives.
    ///
    /// @param contents at least one
    public static List<ModelSnapshot> each(
            TrainingInput input,
            TrainingOptions options,
            List<Map<Signal, Scorer>> contents,
            ModelVersion version,
            InstantSource clock,
            Progress progress) {
        input.requireEvents();
        if (contents.isEmpty()) {
            throw new IllegalArgumentException("a training needs at least 1 choice of further sources, had 0");
        }
        // Chosen once, by all events, so that the weights are fitted on what is served.
        Run run = new Run(input, options, easeForm(input.histories(), options, progress), version, clock);
        List<Outcome> outcomes = Collections.nCopies(contents.size(), Outcome.NONE);
        if (options.ranker().fit()) {
            HeldOut heldOut = HeldOut.of(input.histories(), options.ranker().protocol());
            if (heldOut.users().length >= WeightFit.FEWEST_EXAMPLES) {
                outcomes = trial(run, heldOut, contents, progress);
            }
        }
        ModelSnapshot learnt = learn(run, input.histories(), progress);
        return outcomes.stream()
                .map(outcome -> learnt.with(outcome.ranker, outcome.verdict))
                .toList();
    }

    /// How EASE is learnt.
    private enum EaseForm {
        DENSE,
        SPARSE,
        NONE
    }

    /// What a trial and the training after it have in common.
    private record Run(
            TrainingInput input, TrainingOptions options, EaseForm ease, ModelVersion version, InstantSource clock) {}

    /// In its sparse form for more items than the dense one is for; not at all, which is said, where the heap has
    /// no room for that either.
    private static EaseForm easeForm(Histories histories, TrainingOptions options, Progress progress) {
        if (histories.itemCount() <= options.sources().ease().itemLimit()) {
            return EaseForm.DENSE;
        }
        return SparseEase.refused(histories, options.sources().sparseEase())
                .map(why -> {
                    progress.leftOut("EASE", why);
                    return EaseForm.NONE;
                })
                .orElse(EaseForm.SPARSE);
    }

    /// What a trial is made for; its models are let go before the next are learnt.
    private record Outcome(RankerWeights ranker, Verdict verdict) {
        static final Outcome NONE = new Outcome(RankerWeights.FIXED, Verdict.UNJUDGED);
    }

    /// Learns without the held-out events; with each choice fits the weights on them and asks the gate.
    private static List<Outcome> trial(
            Run run, HeldOut heldOut, List<Map<Signal, Scorer>> contents, Progress progress) {
        TrainingInput input = run.input;
        TrainingOptions options = run.options;
        Progress trial = (phase, done, total) -> progress.advanced(TRIAL + phase, done, total);
        ModelSnapshot learnt = learn(run, heldOut.known(), trial);
        OptionalLong now = heldOut.latest() ? OptionalLong.of(heldOut.now()) : OptionalLong.empty();
        Map<Signal, Scorer> always = new EnumMap<>(learnt.sources());
        always.putAll(PresentSources.of(heldOut.known(), now, options.ranker()));
        Optional<ModelSnapshot> active = options.activeModel().isEmpty()
                ? Optional.empty()
                : Optional.of(ModelSnapshot.read(Path.of(options.activeModel())));
        List<Outcome> outcomes = new ArrayList<>();
        for (Map<Signal, Scorer> content : contents) {
            Map<Signal, Scorer> sources = new EnumMap<>(always);
            sources.putAll(content);
            RankerWeights ranker =
                    WeightFit.fit(heldOut, sources, options.ranker(), options.seed(), options.threads(), progress);
            Verdict verdict = QualityGate.judge(
                    new QualityGate.Candidate(
                            input.items(),
                            new FusedRanking(sources, ranker::forHistory, ranker.bounded()),
                            shared(content)),
                    heldOut,
                    input.histories(),
                    active,
                    options.ranker(),
                    options.seed());
            outcomes.add(new Outcome(ranker, verdict));
        }
        progress.advanced("gate", 1, 1);
        return outcomes;
    }

    /// Without what belongs to the new model alone.
    private static Map<Signal, Scorer> shared(Map<Signal, Scorer> content) {
        Map<Signal, Scorer> shared = new EnumMap<>(Signal.class);
        shared.putAll(content);
        shared.remove(Signal.SEQUENCE);
        return shared;
    }

    private static ModelSnapshot learn(Run run, Histories histories, Progress progress) {
        TrainingInput input = run.input;
        TrainingOptions options = run.options;
        // EASE first: it needs the largest piece of memory, and fails at once when that is not there.
        ItemNeighbours ease = ease(histories, run.ease, options, progress);
        ItemFactors factors = ImplicitAls.fit(
                histories, options.sources().als().withThreads(options.threads()), options.seed(), progress);
        ItemFactors sparse = ImplicitAls.fit(
                histories,
                options.sources().alsSparse().withThreads(options.threads()),
                options.seed(),
                (phase, done, total) -> progress.advanced("als-sparse", done, total));
        ItemNeighbours knn = ItemKnn.fit(histories, options.sources().knn());
        progress.advanced("knn", 1, 1);
        ItemNeighbours transitions =
                Transitions.fit(histories, options.sources().transitions());
        ItemNeighbours next = Transitions.fit(histories, Transitions.Options.NEXT);
        progress.advanced("transitions", 1, 1);
        Optional<IdEmbeddings> embeddings = options.tables().itemTable().isEmpty()
                ? Optional.empty()
                : Optional.of(IdEmbeddingTraining.fit(
                        input.items(),
                        histories,
                        options.tables(),
                        PairwiseSettings.DEFAULT,
                        options.seed(),
                        progress));
        ModelSnapshot.About about = new ModelSnapshot.About(
                run.version,
                run.clock.instant(),
                options.seed(),
                input.changeNumber(),
                histories.userCount(),
                histories.eventCount(),
                options.sources().ease().decay(),
                options.sources().knnDecay(),
                options.sources().transitionsDecay(),
                options.tuned());
        ModelSnapshot learnt = new ModelSnapshot(
                about,
                input.items(),
                factors,
                Optional.of(sparse),
                ease,
                knn,
                transitions,
                next,
                Popularity.of(histories),
                RankerWeights.FIXED,
                Verdict.UNJUDGED);
        return embeddings.map(learnt::with).orElse(learnt);
    }

    private static ItemNeighbours ease(Histories histories, EaseForm form, TrainingOptions options, Progress progress) {
        if (form == EaseForm.NONE) {
            return ItemNeighbours.empty(histories.itemCount());
        }
        if (form == EaseForm.SPARSE) {
            return SparseEase.fit(histories, options.sources().sparseEase(), options.threads(), progress);
        }
        Ease.Options ease = new Ease.Options(options.sources().ease().regularization(), options.threads());
        return Ease.fit(histories, ease, progress)
                .pruned(options.sources().ease().neighbours());
    }
}
