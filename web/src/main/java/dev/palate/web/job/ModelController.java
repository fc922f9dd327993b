package dev.palate.web.job;

import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.Jobs;
import dev.palate.retrieval.evaluation.TunedSettings;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import dev.palate.web.security.Caller;
import dev.palate.web.security.LocalDoor;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/models`: the collaborative model, its versions and its training; also for commands on the same machine.
@RestController
final class ModelController {
    /// Who is recorded for what a command of this machine wants.
    static final String COMMAND = "operator:command";

    private final ModelDesk desk;
    private final Trainer trainer;
    private final Reindexing reindexing;
    private final PolicyReplays replays;
    private final LabRuns labs;
    private final Jobs jobs;
    private final LocalDoor door;

    ModelController(
            ModelDesk desk,
            Trainer trainer,
            Reindexing reindexing,
            PolicyReplays replays,
            LabRuns labs,
            Jobs jobs,
            LocalDoor door) {
        this.desk = desk;
        this.trainer = trainer;
        this.reindexing = reindexing;
        this.replays = replays;
        this.labs = labs;
        this.jobs = jobs;
        this.door = door;
    }

    @GetMapping("/v1/models")
    ModelViews.Listing list() {
        return desk.listing();
    }

    @PostMapping("/v1/models:train")
    ResponseEntity<JobController.JobView> train() {
        Job job = trainer.start();
        return ResponseEntity.accepted()
                .location(URI.create("/v1/jobs/" + job.id()))
                .body(JobController.JobView.of(job));
    }

    /// Serves another version; one that the quality gate found worse only with a reason. Who, when and why is
    /// recorded.
    @PostMapping("/v1/models/{version}/activate")
    ModelViews.ActiveView activate(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String version,
            @RequestBody(required = false) @Nullable Wanted wanted) {
        return desk.activate(version, caller.actor().value(), wanted == null ? null : wanted.reason);
    }

    /// Serves the version before the active one again.
    @PostMapping("/v1/models:roll-back")
    ModelViews.ActiveView rollBack(
            @AuthenticationPrincipal Caller caller, @RequestBody(required = false) @Nullable Wanted wanted) {
        return desk.rollBack(caller.actor().value(), wanted == null ? null : wanted.reason);
    }

    /// How to activate a version.
    ///
    /// @param reason why, at most 500 characters; wanted for a model that the quality gate refused
    record Wanted(@Nullable String reason) {}

    @PostMapping("/v1/jobs/{id}/cancel")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void cancel(@PathVariable String id) {
        JobId job = Input.parameter("id", () -> new JobId(id));
        if (!trainer.cancel(job) && !reindexing.cancel(job) && !replays.cancel(job) && !labs.cancel(job)) {
            throw new ProblemException(
                    ProblemType.CONFLICT,
                    "job " + id
                            + " is not under way, or no training, reindex, replay or lab; only those can be cancelled");
        }
    }

    @PostMapping("/local/training")
    JobController.JobView trainForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            @RequestParam(required = false) @Nullable String tuned,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        if (tuned == null) {
            return JobController.JobView.of(trainer.start());
        }
        TunedSettings settings = TunedSettings.ofJson(tuned);
        // Before they are kept: a command that is refused leaves nothing behind.
        trainer.require();
        trainer.tune(settings);
        return JobController.JobView.of(trainer.start());
    }

    @PostMapping("/local/training:cancel")
    JobController.JobView cancelForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        JobId job = trainer.running()
                .filter(trainer::cancel)
                .orElseThrow(() -> new ProblemException(ProblemType.CONFLICT, "no training is under way"));
        return JobController.JobView.of(jobs.job(job).orElseThrow());
    }

    @GetMapping("/local/models")
    ModelViews.Listing listForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return desk.listing();
    }

    @PostMapping("/local/models/{version}/activate")
    ModelViews.ActiveView activateForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            @PathVariable String version,
            @RequestParam(required = false) @Nullable String reason,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return desk.activate(version, COMMAND, reason);
    }

    @PostMapping("/local/models:roll-back")
    ModelViews.ActiveView rollBackForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            @RequestParam(required = false) @Nullable String reason,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return desk.rollBack(COMMAND, reason);
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
}
