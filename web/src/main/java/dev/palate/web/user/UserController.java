package dev.palate.web.user;

import dev.palate.memory.Page;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import dev.palate.web.job.ErasureDesk;
import dev.palate.web.job.ErasureView;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/users`: users and their erasure.
@RestController
final class UserController {
    private static final String ERASE = "erase";

    private final Users users;
    private final Erasure erasure;
    private final ErasureDesk desk;
    private final Access access;
    private final InstantSource clock;

    UserController(Users users, Erasure erasure, ErasureDesk desk, Access access, InstantSource clock) {
        this.desk = desk;
        this.users = users;
        this.erasure = erasure;
        this.access = access;
        this.clock = clock;
    }

    @PutMapping("/v1/users/{id}")
    ResponseEntity<UserView> put(@PathVariable String id, @RequestBody UserBody body) {
        UserId user = Input.parameter("id", () -> new UserId(id));
        User before = users.user(user).orElse(null);
        Instant created = before == null ? clock.instant() : before.createdAt();
        User next = Input.at(
                "#/name",
                () -> new User(user, Input.or(body.name(), ""), created, before != null && before.imported()));
        users.put(next);
        return ResponseEntity.status(before == null ? HttpStatus.CREATED : HttpStatus.OK)
                .body(UserView.of(next));
    }

    @GetMapping("/v1/users/{id}")
    UserView get(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        return UserView.of(access.existing(access.scope(caller, "#/user_id", id)));
    }

    @GetMapping("/v1/users")
    Listing list(
            @RequestParam @Nullable String prefix,
            @RequestParam @Nullable String cursor,
            @RequestParam @Nullable Integer limit) {
        Page<User> page = Input.page(limit, size -> users.page(prefix, cursor, size));
        return new Listing(page.items().stream().map(UserView::of).toList(), page.nextCursor());
    }

    @DeleteMapping("/v1/users/{id}")
    ResponseEntity<ErasureView> erase(
            @AuthenticationPrincipal Caller caller, @PathVariable String id, @RequestParam @Nullable String mode)
            throws InterruptedException {
        if (!ERASE.equals(mode)) {
            throw ProblemException.parameter(
                    "mode", "mode must be erase, was " + Input.or(mode, "missing") + ": deleting a user is final");
        }
        UserId user = access.known(caller, "#/user_id", id);
        return ErasureView.of(desk.erase(user, ErasureDesk.WAIT), user.value(), null)
                .answer();
    }

    /// The newest erasure of a user, who is gone by then: found by a keyed hash of the id.
    @GetMapping("/v1/users/{id}/erasure")
    ErasureView erasure(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        UserId user = access.scope(caller, "#/user_id", id);
        return erasure.latest(user)
                .map(state -> ErasureView.of(state, user.value(), null))
                .orElseThrow(() -> ProblemException.notFound("erasure of user", id));
    }

    /// A user as sent.
    record UserBody(@Nullable String name) {}

    /// A user as answered.
    record UserView(String userId, String name, Instant createdAt, boolean imported) {
        static UserView of(User user) {
            return new UserView(user.id().value(), user.name(), user.createdAt(), user.imported());
        }
    }

    /// A page of users.
    record Listing(List<UserView> users, @Nullable String nextCursor) {}
}
