package dev.palate.web.user;

import dev.palate.memory.user.User;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/users/{id}/export`: everything that is kept of a user, as a file.
@RestController
final class ExportController {
    private static final Logger LOG = LoggerFactory.getLogger(ExportController.class);
    private static final int BUFFER = 64 << 10;

    private final UserExport export;
    private final Access access;

    ExportController(UserExport export, Access access) {
        this.export = export;
        this.access = access;
    }

    @GetMapping("/v1/users/{id}/export")
    void export(@AuthenticationPrincipal Caller caller, @PathVariable String id, HttpServletResponse response)
            throws IOException {
        User user = access.existing(access.scope(caller, "#/user_id", id));
        LOG.info("export of user {} for {}", user.id(), caller.actor());
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Content-Disposition", "attachment; filename=\"palate-export.json\"");
        response.setBufferSize(BUFFER);
        export.write(user, response.getOutputStream());
    }
}
