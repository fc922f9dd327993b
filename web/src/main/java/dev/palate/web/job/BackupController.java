package dev.palate.web.job;

import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.LocalDoor;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/local/backups`: back-ups, for `./palate backup` alone, since they name a file of this machine.
@RestController
final class BackupController {
    private final BackupRuns runs;
    private final LocalDoor door;

    BackupController(BackupRuns runs, LocalDoor door) {
        this.runs = runs;
        this.door = door;
    }

    @PostMapping("/local/backups")
    JobController.JobView backup(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            @RequestParam String file,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return JobController.JobView.of(runs.start(path(file)));
    }

    private static Path path(String file) {
        try {
            Path path = Path.of(file);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw ProblemException.parameter("file", "file must be a path, was " + file);
        }
        throw ProblemException.parameter("file", "file must be an absolute path, was " + file);
    }
}
