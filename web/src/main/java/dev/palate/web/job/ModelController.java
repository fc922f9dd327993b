package dev.palate.web.job;

import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.Jobs;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import dev.palate.web.security.LocalDoor;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/models`: the collaborative model, its versions and its training; also for commands on the same machine.
@RestController
final class ModelController {
    private final ModelRegistry registry;
    private final Trainer trainer;
    private final Reindexing reindexing;
    private final Jobs jobs;
    private final LocalDoor door;

    ModelController(ModelRegistry registry, Trainer trainer, Reindexing reindexing, Jobs jobs, LocalDoor door) {
        this.registry = registry;
        this.trainer = trainer;
        this.reindexing = reindexing;
        this.jobs = jobs;
        this.door = door;
    }

    @GetMapping("/v1/models")
    Listing list() {
        return new Listing(
                registry.active().map(active -> ActiveView.of(active, registry)).orElse(null),
                registry.versions().stream().map(ModelVersion::value).toList());
    }

    @PostMapping("/v1/models:train")
    ResponseEntity<JobController.JobView> train() {
        Job job = trainer.start();
        return ResponseEntity.accepted()
                .location(URI.create("/v1/jobs/" + job.id()))
                .body(JobController.JobView.of(job));
    }

    /// Serves another version; one that the quality gate found worse only with a reason, which is recorded.
    @PostMapping("/v1/models/{version}/activate")
    ActiveView activate(@PathVariable String version, @RequestBody(required = false) @Nullable Activation wanted) {
        ModelVersion named = Input.parameter("version", () -> new ModelVersion(version));
        String reason = wanted == null ? null : wanted.reason;
        return ActiveView.of(
                reason == null ? registry.activate(named) : registry.activateRegardless(named, reason), registry);
    }

    /// How to activate a version.
    ///
    /// @param reason why a model is to be served that the quality gate refused
    record Activation(@Nullable String reason) {}

    @PostMapping("/v1/jobs/{id}/cancel")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void cancel(@PathVariable String id) {
        JobId job = Input.parameter("id", () -> new JobId(id));
        if (!trainer.cancel(job) && !reindexing.cancel(job)) {
            throw new ProblemException(
                    ProblemType.CONFLICT,
                    "job " + id
                            + " is not under way, or neither a training nor a reindex; only those can be cancelled");
        }
    }

    @PostMapping("/local/training")
    JobController.JobView trainForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return JobController.JobView.of(trainer.start());
    }

    @GetMapping("/local/jobs/{id}")
    JobController.JobView jobForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            @PathVariable String id,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return jobs.job(Input.parameter("id", () -> new JobId(id)))
                .map(JobController.JobView::of)
                .orElseThrow(() -> ProblemException.notFound("job", id));
    }

    /// The model in use and those that are kept.
    record Listing(@Nullable ActiveView active, List<String> versions) {}

    /// The model in use.
    ///
    /// @param gate what the quality gate said
    /// @param override why it was activated all the same
    record ActiveView(
            String version,
            Instant trainedAt,
            int users,
            int items,
            long events,
            long seed,
            String gate,
            @Nullable String override) {
        static ActiveView of(ModelSnapshot snapshot, ModelRegistry registry) {
            ModelSnapshot.About about = snapshot.about();
            return new ActiveView(
                    about.version().value(),
                    about.trainedAt(),
                    about.users(),
                    snapshot.items().ids().size(),
                    about.events(),
                    about.seed(),
                    snapshot.verdict().described(),
                    registry.overrideReason().orElse(null));
        }
    }
}
