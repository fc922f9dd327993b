package dev.palate.web.security;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/// `/local`: what commands on the same machine ask of the server that holds the data directory.
@RestController
final class LocalController {
    private final LocalDoor door;
    private final LoginLinks links;

    LocalController(LocalDoor door, LoginLinks links) {
        this.door = door;
        this.links = links;
    }

    @PostMapping("/local/login-links")
    Link link(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return new Link("/login?token=" + links.issue(), LoginLinks.LIFETIME.toSeconds());
    }

    /// A link that works once.
    ///
    /// @param path to be opened on this server
    record Link(String path, long expiresInSeconds) {}
}
