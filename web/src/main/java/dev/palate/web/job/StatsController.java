package dev.palate.web.job;

import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelState;
import dev.palate.memory.derived.FollowerStatus;
import dev.palate.memory.erase.RetentionStatus;
import dev.palate.memory.erase.RetentionWorker;
import dev.palate.memory.index.IndexStatus;
import dev.palate.memory.index.VectorFormat;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.tier.TierReport;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.web.metrics.SharedReport;
import dev.palate.web.metrics.StoreReports;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/stats`: what there is, which model level serves, how far indexes and long work are. What costs something to
/// count is a second old at most, or as old as counting it is dear.
@RestController
final class StatsController {
    private static final int JOBS_LOOKED_AT = 20;

    private final StoreReports reports;
    private final Jobs jobs;
    private final LanguageModel model;
    private final ModelRegistry registry;
    private final RetentionWorker retention;
    private final SharedReport<TrainingSchedule.Outlook> training;

    StatsController(
            StoreReports reports,
            Jobs jobs,
            LanguageModel model,
            ModelRegistry registry,
            RetentionWorker retention,
            TrainingSchedule schedule) {
        this.reports = reports;
        this.jobs = jobs;
        this.model = model;
        this.registry = registry;
        this.retention = retention;
        this.training = new SharedReport<>(schedule::outlook);
    }

    @GetMapping("/v1/stats")
    Stats stats() {
        return new Stats(
                reports.counts(),
                LanguageModelView.of(model),
                registry.active()
                        .map(active -> active.about().version().value())
                        .orElse(null),
                IndexView.of(reports.index()),
                reports.tiers(),
                reports.consumers(),
                retention.status(),
                training.get(),
                jobs.page(null, JOBS_LOOKED_AT).items().stream()
                        .filter(StatsController::underWay)
                        .map(JobController.JobView::of)
                        .toList());
    }

    private static boolean underWay(Job job) {
        return job.status() == JobStatus.PENDING || job.status() == JobStatus.RUNNING;
    }

    /// The state of the server.
    ///
    /// @param collaborativeModel version in use, absent before the first training
    /// @param consumers of what is noted beside writes, such as derived memories, with their lag in notes
    /// @param retention what was removed for its age
    /// @param training when the next one comes by itself
    /// @param jobs under way
    record Stats(
            StoreReports.Counts counts,
            LanguageModelView languageModel,
            @Nullable String collaborativeModel,
            IndexView index,
            TierReport tiers,
            List<FollowerStatus> consumers,
            RetentionStatus retention,
            TrainingSchedule.Outlook training,
            List<JobController.JobView> jobs) {}

    /// The language model.
    ///
    /// @param level in force now, `T0` while it is not usable
    /// @param state `absent`, `fetching`, `starting`, `ready`, `slow`, `restarting` or `failed`
    /// @param reason one line for people
    /// @param progress of fetching, in [0, 1]
    record LanguageModelView(
            String id,
            String level,
            String state,
            String reason,
            @Nullable Double progress) {
        static LanguageModelView of(LanguageModel model) {
            ModelState state = model.state();
            return new LanguageModelView(
                    model.id().value(),
                    model.level().name(),
                    state.getClass().getSimpleName().toLowerCase(Locale.ROOT),
                    state.reason(),
                    state instanceof ModelState.Fetching fetching ? fetching.fraction() : null);
        }
    }

    /// How far the indexes are.
    ///
    /// @param lag changes behind the truth
    /// @param encoded share of items and memories that have their vector
    /// @param vectors the format of vectors in force
    /// @param rewritten share of items and memories in that format
    /// @param changingEncoder true until everything has its vector of a new encoder
    /// @param degraded true while searches by meaning see less than all
    /// @param failure what keeps them from going on
    record IndexView(
            long lag,
            boolean rebuilding,
            double encoded,
            long items,
            long memories,
            VectorFormat vectors,
            double rewritten,
            boolean changingEncoder,
            boolean degraded,
            @Nullable String failure) {
        static IndexView of(IndexStatus status) {
            return new IndexView(
                    status.lag(),
                    status.rebuilding(),
                    status.encodingProgress(),
                    status.items(),
                    status.memories(),
                    status.vectorFormat(),
                    status.rewriteProgress(),
                    status.changingEncoder(),
                    status.degraded(),
                    status.failure());
        }
    }
}
