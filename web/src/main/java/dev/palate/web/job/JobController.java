package dev.palate.web.job;

import dev.palate.memory.Page;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.Jobs;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/jobs`: long work.
@RestController
final class JobController {
    private final Jobs jobs;

    JobController(Jobs jobs) {
        this.jobs = jobs;
    }

    @GetMapping("/v1/jobs")
    Listing list(@RequestParam @Nullable String cursor, @RequestParam @Nullable Integer limit) {
        Page<Job> page = Input.page(limit, size -> jobs.page(cursor, size));
        return new Listing(page.items().stream().map(JobView::of).toList(), page.nextCursor());
    }

    @GetMapping("/v1/jobs/{id}")
    JobView get(@PathVariable String id) {
        JobId job = Input.parameter("id", () -> new JobId(id));
        return jobs.job(job).map(JobView::of).orElseThrow(() -> ProblemException.notFound("job", id));
    }

    /// A job as answered.
    record JobView(
            String id,
            String kind,
            String status,
            double progress,
            String detail,
            Instant createdAt,
            Instant updatedAt) {
        static JobView of(Job job) {
            return new JobView(
                    job.id().value(),
                    job.kind(),
                    job.status().key(),
                    job.progress(),
                    job.detail(),
                    job.createdAt(),
                    job.updatedAt());
        }
    }

    /// A page, newest first.
    record Listing(List<JobView> jobs, @Nullable String nextCursor) {}
}
