package dev.palate.web.job;

import dev.palate.memory.Page;
import dev.palate.memory.access.Role;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.job.JobId;
import dev.palate.memory.user.UserId;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/erasures`: what was erased and what became of it. A user's key sees what was that user's.
@RestController
final class ErasureController {
    private final Erasure erasure;
    private final Access access;

    ErasureController(Erasure erasure, Access access) {
        this.erasure = erasure;
        this.access = access;
    }

    @GetMapping("/v1/erasures")
    Listing list(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(name = "user_id") @Nullable String userId,
            @RequestParam @Nullable String cursor,
            @RequestParam @Nullable Integer limit) {
        UserId named = userId == null ? own(caller) : access.scope(caller, "#/user_id", userId);
        Page<ErasureState> page = Input.page(limit, size -> erasure.page(named, cursor, size));
        String owner = named == null ? null : named.value();
        return new Listing(
                page.items().stream()
                        .map(state -> ErasureView.of(state, owner, null))
                        .toList(),
                page.nextCursor());
    }

    @GetMapping("/v1/erasures/{id}")
    ErasureView get(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        JobId job = Input.parameter("id", () -> new JobId(id));
        UserId own = own(caller);
        Optional<ErasureState> state = own == null ? erasure.state(job) : erasure.state(job, own);
        return state.map(found -> ErasureView.of(found, own == null ? null : own.value(), null))
                .orElseThrow(() -> ProblemException.notFound("erasure", id));
    }

    /// The only user whose things the caller reaches.
    private static @Nullable UserId own(Caller caller) {
        return caller.role() == Role.USER ? caller.user() : null;
    }

    /// A page, newest first.
    record Listing(List<ErasureView> erasures, @Nullable String nextCursor) {}
}
