package dev.palate.web.admin;

import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelState;
import dev.palate.memory.index.IndexStatus;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The line under the composer: which model level serves, and what is under way. Thread-safe; a reading is one small
/// query.
final class HealthLine {
    /// What the line says.
    ///
    /// @param tone `up`, `busy` or empty
    /// @param busy true while something is under way, so that the line is asked for more often
    public record Health(String state, String tone, List<Work> works, boolean busy) {}

    /// Something under way.
    ///
    /// @param percent 0 to 100
    public record Work(String label, int percent) {}

    private static final int NEWEST_JOBS = 20;
    private static final int MAX_WORKS = 3;

    // Fewer changes than this are on their way as a matter of course.
    private static final long USUAL_LAG = 50;

    private final LanguageModel model;
    private final Jobs jobs;
    private final Supplier<IndexStatus> index;

    HealthLine(LanguageModel model, Jobs jobs, Supplier<IndexStatus> index) {
        this.model = model;
        this.jobs = jobs;
        this.index = index;
    }

    /// The line now.
    Health now() {
        ModelState state = model.state();
        List<Work> works = new ArrayList<>();
        if (state instanceof ModelState.Fetching fetching) {
            works.add(new Work("Fetching the local model", percent(fetching.fraction())));
        }
        indexing(index.get()).ifPresent(works::add);
        jobs.page(null, NEWEST_JOBS).items().stream()
                .filter(job -> job.status() == JobStatus.RUNNING || job.status() == JobStatus.PENDING)
                .limit(MAX_WORKS)
                .map(HealthLine::work)
                .forEach(works::add);
        boolean starting = state instanceof ModelState.Starting || state instanceof ModelState.Restarting;
        return new Health(words(state, model.level()), starting ? "busy" : "up", works, starting || !works.isEmpty());
    }

    private static Optional<Work> indexing(IndexStatus status) {
        if (status.failure() != null) {
            return Optional.of(new Work("The index is held up: " + status.failure(), 0));
        }
        if (status.rebuilding()) {
            return Optional.of(new Work("Building the index", percent(status.rebuildProgress())));
        }
        if (status.itemsPending() > 0) {
            return Optional.of(new Work("Reading the catalog’s texts", percent(status.encodingProgress())));
        }
        return status.lag() > USUAL_LAG
                ? Optional.of(new Work("Indexing, " + status.lag() + " changes behind", 0))
                : Optional.empty();
    }

    private static int percent(double share) {
        return (int) Math.round(100 * share);
    }

    private static Work work(Job job) {
        String label = switch (job.kind()) {
            case "train" -> "Learning from the ratings";
            case "encode" -> "Reading the catalog’s texts";
            case "index" -> "Indexing";
            case "import" -> "Importing";
            case "model", "pull" -> "Fetching the local model";
            default -> Words.capitalised(job.kind().replace('_', ' ').replace('-', ' '));
        };
        return new Work(label, percent(job.progress()));
    }

    private static String words(ModelState state, ModelLevel level) {
        return switch (state) {
            case ModelState.Ready _ -> "Ready with a language model (" + level + ")";
            case ModelState.Absent _, ModelState.Fetching _ -> "Ready without a language model (T0)";
            case ModelState.Slow _ -> "Ready (T0), the language model is too slow just now";
            case ModelState.Starting _ -> "Ready (T0), the language model is starting";
            case ModelState.Restarting _ -> "Ready (T0), the language model is coming back";
            case ModelState.Paused paused -> "Ready (T0), the language model rests: " + paused.reason();
            case ModelState.Failed failed -> "Ready (T0), no language model: " + failed.reason();
        };
    }
}
