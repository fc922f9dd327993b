package dev.palate.web.security;

import dev.palate.memory.access.ApiKey;
import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.access.KeyId;
import dev.palate.memory.access.Role;
import dev.palate.memory.user.UserId;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/api-keys`: keys, for admins. A secret is shown once, in the answer that makes it.
@RestController
final class ApiKeyController {
    private final ApiKeys keys;

    ApiKeyController(ApiKeys keys) {
        this.keys = keys;
    }

    @PostMapping("/v1/api-keys")
    ResponseEntity<IssuedView> issue(@RequestBody KeyBody body) {
        Role role = Input.at("#/role", () -> Role.ofKey(Input.required("#/role", body.role())));
        String named = body.userId();
        if ((role == Role.USER) != (named != null)) {
            throw ProblemException.invalid("#/user_id", "a key of role user names its user_id, and no other does");
        }
        UserId user = named == null ? null : Input.at("#/user_id", () -> new UserId(named));
        ApiKeys.Issued issued =
                keys.issue(role, user, Input.or(body.name(), ""), Input.time("#/expires_at", body.expiresAt()));
        return ResponseEntity.status(HttpStatus.CREATED)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(new IssuedView(KeyView.of(issued.key()), issued.secret()));
    }

    @GetMapping("/v1/api-keys")
    Listing list() {
        return new Listing(keys.all().stream().map(KeyView::of).toList());
    }

    @DeleteMapping("/v1/api-keys/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable String id) {
        if (!keys.revoke(Input.parameter("id", () -> new KeyId(id)))) {
            throw ProblemException.notFound("key in force", id);
        }
    }

    /// A key as asked for.
    record KeyBody(
            @Nullable String role,
            @Nullable String userId,
            @Nullable String name,
            @Nullable Instant expiresAt) {}

    /// A key as answered, never with its secret.
    record KeyView(
            String id,
            String role,
            @Nullable String userId,
            String name,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant revokedAt) {
        static KeyView of(ApiKey key) {
            return new KeyView(
                    key.id().value(),
                    key.role().key(),
                    key.user() == null ? null : key.user().value(),
                    key.name(),
                    key.createdAt(),
                    key.expiresAt(),
                    key.revokedAt());
        }
    }

    /// A new key with its secret.
    record IssuedView(KeyView key, String secret) {}

    /// All keys.
    record Listing(List<KeyView> keys) {}
}
