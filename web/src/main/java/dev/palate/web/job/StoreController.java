package dev.palate.web.job;

import dev.palate.memory.job.Job;
import dev.palate.web.metrics.MemoryStats;
import dev.palate.web.metrics.SharedReport;
import dev.palate.web.security.LocalDoor;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/// How the memories stand, and the index built anew; also for `./palate memory` on the same machine.
@RestController
final class StoreController {
    private final Reindexing reindexing;
    private final SharedReport<MemoryStats> stats;
    private final LocalDoor door;

    StoreController(Reindexing reindexing, SharedReport<MemoryStats> stats, LocalDoor door) {
        this.reindexing = reindexing;
        this.stats = stats;
        this.door = door;
    }

    @GetMapping("/v1/stats/memories")
    MemoryStats stats() {
        return stats.get();
    }

    @PostMapping("/v1/index:rebuild")
    ResponseEntity<JobController.JobView> rebuild() {
        Job job = reindexing.start();
        return ResponseEntity.accepted()
                .location(URI.create("/v1/jobs/" + job.id()))
                .body(JobController.JobView.of(job));
    }

    @GetMapping("/local/memory-stats")
    MemoryStats statsForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return stats.get();
    }

    @PostMapping("/local/index-rebuild")
    JobController.JobView rebuildForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return JobController.JobView.of(reindexing.start());
    }
}
