package dev.palate.web.job;

import dev.palate.memory.job.Job;
import dev.palate.retrieval.embedding.Activation;
import dev.palate.retrieval.embedding.ModelHead;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.TextAdapter;
import dev.palate.retrieval.embedding.Verdict;
import dev.palate.retrieval.evaluation.TunedSettings;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The collaborative model and its trainings as answered. Stateless.
public final class ModelViews {
    private ModelViews() {}

    /// The model in use, those that are kept, how they came to be.
    ///
    /// @param versions newest first
    /// @param rollBackTo what rolling back would activate; absent when there is nothing
    /// @param activations newest first
    /// @param trainings newest first
    /// @param schedule when the next training comes by itself
    public record Listing(
            @Nullable ActiveView active,
            List<VersionView> versions,
            @Nullable String rollBackTo,
            List<Activation> activations,
            List<TrainingView> trainings,
            TrainingSchedule.Outlook schedule) {}

    /// The model in use.
    ///
    /// @param gate what the quality gate said
    /// @param override why it was activated all the same; absent when it was not refused
    /// @param weights of the ranker, a line for each range of lengths of history; empty when the fixed ones serve
    public record ActiveView(
            String version,
            Instant trainedAt,
            int users,
            int items,
            long events,
            long seed,
            String gate,
            @Nullable String override,
            List<String> weights) {
        static ActiveView of(ModelSnapshot snapshot, List<Activation> activations) {
            ModelSnapshot.About about = snapshot.about();
            return new ActiveView(
                    about.version().value(),
                    about.trainedAt(),
                    about.users(),
                    snapshot.items().ids().size(),
                    about.events(),
                    about.seed(),
                    snapshot.verdict().described(),
                    activations.stream()
                            .limit(1)
                            .filter(Activation::overrode)
                            .map(Activation::reason)
                            .findFirst()
                            .orElse(null),
                    snapshot.ranker().described());
        }
    }

    /// A model that is kept.
    ///
    /// @param sequence true when it has a sequence model
    /// @param texts what came of the trial of an adapter of texts, for items that come later; absent without one
    /// @param tuned settings that were chosen by tuning, a line for each model
    /// @param tables what the vectors of ids are stored in; empty without any
    /// @param accepted false when the quality gate refused it: activating it wants a reason
    public record VersionView(
            String version,
            Instant trainedAt,
            int users,
            long events,
            boolean sequence,
            @Nullable String texts,
            List<String> tuned,
            String tables,
            boolean accepted,
            String gate,
            boolean active) {
        static VersionView of(ModelHead head, Optional<ModelSnapshot> active) {
            ModelSnapshot.About about = head.about();
            Verdict verdict = head.verdict();
            return new VersionView(
                    about.version().value(),
                    about.trainedAt(),
                    about.users(),
                    about.events(),
                    head.sequence(),
                    head.texts().map(TextAdapter.Trial::described).orElse(null),
                    TunedSettings.described(about.tuned()),
                    head.tables(),
                    verdict.accepted(),
                    verdict.described(),
                    active.filter(snapshot -> snapshot.about().version().equals(about.version()))
                            .isPresent());
        }
    }

    /// A training.
    ///
    /// @param cause `asked`, `first` or `scheduled`
    /// @param extent `quick` without the sequence model, else `whole`
    /// @param resumed how often it was taken up again after the end of a process
    /// @param curve of the sequence model, an entry for each epoch
    public record TrainingView(
            String job,
            String status,
            double progress,
            String detail,
            Instant createdAt,
            Instant updatedAt,
            String cause,
            String extent,
            String version,
            int resumed,
            List<TrainingState.Point> curve) {
        static TrainingView of(Trainer.Report report) {
            Job job = report.job();
            TrainingState state = report.state();
            return new TrainingView(
                    job.id().value(),
                    job.status().key(),
                    job.progress(),
                    job.detail(),
                    job.createdAt(),
                    job.updatedAt(),
                    state.cause().name().toLowerCase(Locale.ROOT),
                    state.extent().name().toLowerCase(Locale.ROOT),
                    state.version(),
                    state.resumed(),
                    state.curve());
        }
    }
}
