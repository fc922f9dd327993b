package dev.palate.web.memory;

import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Moment;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.tier.MemoryFinder;
import dev.palate.memory.tier.SearchPage;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import dev.palate.web.job.ErasureView;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.Problem;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/memories`: what is remembered.
@RestController
final class MemoryController {
    private final Memories memories;
    private final MemoryDesk desk;
    private final MemoryFinder finder;
    private final Access access;
    private final Users users;
    private final InstantSource clock;

    MemoryController(
            Memories memories, MemoryDesk desk, MemoryFinder finder, Access access, Users users, InstantSource clock) {
        this.memories = memories;
        this.finder = finder;
        this.desk = desk;
        this.access = access;
        this.users = users;
        this.clock = clock;
    }

    @GetMapping("/v1/memories")
    MemoryView.Listing list(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(name = "user_id") @Nullable String userId,
            @RequestParam(name = "item_id") @Nullable String itemId,
            @RequestParam @Nullable Set<String> kind,
            @RequestParam @Nullable Set<String> status,
            @RequestParam @Nullable String words,
            @RequestParam(name = "as_of") @Nullable Instant asOf,
            @RequestParam(name = "known_at") @Nullable Instant knownAt,
            @RequestParam @Nullable String cursor,
            @RequestParam @Nullable Integer limit) {
        Subject subject = MemoryQuery.subject(caller, access, "#", userId, itemId);
        Moment moment = moment(asOf, knownAt);
        if (moment.now()) {
            MemoryFilter filter = new MemoryFilter(subject, kinds(kind), statuses(status), words);
            return MemoryView.Listing.of(
                    Input.page(limit, size -> memories.page(filter, cursor, size)), clock.instant());
        }
        // Of another time everything that held is asked for, also what is superseded by now.
        Set<MemoryStatus> wanted = status == null && asOf != null ? Set.of() : statuses(status);
        Set<MemoryKind> kinds = kinds(kind);
        String part = words == null ? "" : words.toLowerCase(Locale.ROOT);
        Instant known = knownAt == null ? clock.instant() : knownAt;
        return MemoryView.Listing.of(
                Input.page(
                        limit,
                        size -> finder.page(
                                subject,
                                moment,
                                memory -> (kinds.isEmpty() || kinds.contains(memory.kind()))
                                        && (wanted.isEmpty()
                                                || wanted.contains(
                                                        memory.at(known).status()))
                                        && memory.text()
                                                .toLowerCase(Locale.ROOT)
                                                .contains(part),
                                cursor,
                                size)),
                known);
    }

    @PostMapping("/v1/memories")
    MemoryAddition.Result add(@AuthenticationPrincipal Caller caller, @RequestBody MemoryAddition body) {
        body.check();
        UserId user = access.scope(caller, "#/user_id", body.userId());
        if (!caller.speaksFor(user)) {
            users.ensure(new User(user, "", clock.instant(), false));
        }
        return MemoryAddition.Result.of(desk.add(user, body, caller.actor()));
    }

    @PostMapping("/v1/memories/search")
    Found search(@AuthenticationPrincipal Caller caller, @RequestBody MemoryQuery body) {
        SearchPage page = finder.find(body.request(caller, access));
        Instant known = body.knownAt() == null ? clock.instant() : body.knownAt();
        return new Found(
                page.memories().stream()
                        .map(hit -> MemoryView.of(hit.memory().at(known), hit))
                        .toList(),
                page.degraded(),
                page.nextCursor());
    }

    @GetMapping("/v1/memories/{id}")
    ResponseEntity<MemoryView> get(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam(name = "as_of") @Nullable Instant asOf,
            @RequestParam(name = "known_at") @Nullable Instant knownAt) {
        Moment moment = moment(asOf, null);
        moment(null, knownAt);
        Memory memory = owned(caller, id);
        if (knownAt != null) {
            memory = memories.memory(memory.id(), knownAt)
                    .orElseThrow(() -> ProblemException.notFound("memory known at " + knownAt + ":", id));
        }
        if (!moment.held(memory)) {
            throw ProblemException.notFound("memory that held at " + asOf + ":", id);
        }
        return answer(memory, knownAt == null ? clock.instant() : knownAt);
    }

    @PatchMapping("/v1/memories/{id}")
    ResponseEntity<MemoryView> edit(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody MemoryEdit body) {
        return answer(desk.edit(owned(caller, id), body, IfMatch.revision(ifMatch), caller.actor()));
    }

    /// 200 with the receipt, or 202 with the job when it takes longer.
    @DeleteMapping("/v1/memories/{id}")
    ResponseEntity<ErasureView> delete(@AuthenticationPrincipal Caller caller, @PathVariable String id)
            throws InterruptedException {
        Memory memory = owned(caller, id);
        String owner = memory.subject() instanceof Subject.OfUser(UserId user) ? user.value() : null;
        return ErasureView.of(desk.forget(memory, caller.actor()), owner, id).answer();
    }

    /// Erases all memories of a user or an item, locked ones too. The subject must be named, also by a user's key:
    /// nothing is erased for want of a parameter.
    @DeleteMapping("/v1/memories")
    ResponseEntity<ErasureView> deleteAll(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(name = "user_id") @Nullable String userId,
            @RequestParam(name = "item_id") @Nullable String itemId)
            throws InterruptedException {
        if (userId == null && itemId == null) {
            throw new ProblemException(
                    ProblemType.SCOPE_REQUIRED,
                    "name whose memories to erase: ?user_id=… or ?item_id=…",
                    List.of(Problem.Fault.at("#/user_id", "user_id or item_id is required")),
                    null);
        }
        Subject subject = MemoryQuery.subject(caller, access, "#", userId, itemId);
        return ErasureView.of(desk.forgetAll(subject), userId, null).answer();
    }

    @GetMapping("/v1/memories/{id}/history")
    MemoryView.History history(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        MemoryId memory = owned(caller, id).id();
        return MemoryView.History.of(id, memories.history(memory));
    }

    @PostMapping("/v1/memories/{id}/restore")
    ResponseEntity<MemoryView> restore(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody Restore body) {
        long revision = Input.required("#/revision", body.revision());
        return answer(desk.restore(owned(caller, id), revision, IfMatch.revision(ifMatch), caller.actor()));
    }

    private static Moment moment(@Nullable Instant asOf, @Nullable Instant knownAt) {
        return new Moment(Input.timeParameter("as_of", asOf), Input.timeParameter("known_at", knownAt));
    }

    private Memory owned(Caller caller, String id) {
        Memory memory = memories.memory(Input.parameter("id", () -> new MemoryId(id)))
                .orElseThrow(() -> ProblemException.notFound("memory", id));
        UserId owner = memory.subject() instanceof Subject.OfUser(UserId user) ? user : null;
        access.owns(caller, owner, "memory", id);
        return memory;
    }

    private ResponseEntity<MemoryView> answer(Memory memory) {
        return answer(memory, clock.instant());
    }

    private static ResponseEntity<MemoryView> answer(Memory memory, Instant now) {
        return ResponseEntity.ok().eTag(String.valueOf(memory.revision())).body(MemoryView.of(memory.at(now)));
    }

    private static Set<MemoryKind> kinds(@Nullable Set<String> keys) {
        return keys == null ? Set.of() : parsed("kind", keys, MemoryKind::ofKey);
    }

    private static Set<MemoryStatus> statuses(@Nullable Set<String> keys) {
        return keys == null ? Set.of(MemoryStatus.ACTIVE) : parsed("status", keys, MemoryStatus::ofKey);
    }

    private static <T> Set<T> parsed(String parameter, Set<String> keys, Function<String, T> parse) {
        return Input.parameter(parameter, () -> keys.stream().map(parse).collect(Collectors.toUnmodifiableSet()));
    }

    /// What a search found, best first.
    ///
    /// @param degraded `semantic` when time ran out before all vectors were there, `depth` when there may be more
    ///     than a search over all subjects looks at, `index` while that is built anew
    record Found(
            List<MemoryView> results,
            List<String> degraded,
            @Nullable String nextCursor) {}

    /// Which state to bring back.
    record Restore(@Nullable Long revision) {}
}
