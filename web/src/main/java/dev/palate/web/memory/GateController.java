package dev.palate.web.memory;

import dev.palate.agent.extraction.PolicyReplay;
import dev.palate.memory.Page;
import dev.palate.memory.gate.Rejection;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.job.Job;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import dev.palate.web.job.PolicyReplays;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/memories:…`: what the gates refused or hold back, and what becomes of it.
@RestController
final class GateController {
    private final Memories memories;
    private final Rejections rejections;
    private final PolicyReplay replay;
    private final PolicyReplays replays;
    private final MemoryDesk desk;
    private final Access access;

    GateController(
            Memories memories,
            Rejections rejections,
            PolicyReplay replay,
            PolicyReplays replays,
            MemoryDesk desk,
            Access access) {
        this.memories = memories;
        this.rejections = rejections;
        this.replay = replay;
        this.replays = replays;
        this.desk = desk;
        this.access = access;
    }

    @GetMapping("/v1/memories:rejections")
    Refused rejections(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(name = "user_id") @Nullable String userId,
            @RequestParam @Nullable String cursor,
            @RequestParam @Nullable Integer limit) {
        Subject subject = subject(caller, userId);
        Page<Rejection> page = Input.page(limit, size -> rejections.page(subject, cursor, size));
        return new Refused(page.items().stream().map(RejectionView::of).toList(), page.nextCursor());
    }

    @GetMapping("/v1/memories:quarantine")
    MemoryView.Listing quarantine(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(name = "user_id") @Nullable String userId,
            @RequestParam @Nullable String cursor,
            @RequestParam @Nullable Integer limit) {
        MemoryFilter held = new MemoryFilter(subject(caller, userId), Set.of(), Set.of(MemoryStatus.QUARANTINED), null);
        return MemoryView.Listing.of(Input.page(limit, size -> memories.page(held, cursor, size)));
    }

    /// 200 with what came of one user's; 202 with the job for all users'.
    @PostMapping("/v1/memories:replay")
    ResponseEntity<Object> replay(@AuthenticationPrincipal Caller caller, @RequestBody ReplayBody body) {
        if (body.userId() == null) {
            Job job = replays.start();
            return ResponseEntity.accepted()
                    .location(URI.create("/v1/jobs/" + job.id().value()))
                    .body(Map.of(
                            "id",
                            job.id().value(),
                            "kind",
                            job.kind(),
                            "status",
                            job.status().key()));
        }
        UserId user = access.known(caller, "#/user_id", body.userId());
        return ResponseEntity.ok(replay.of(new Subject.OfUser(user)));
    }

    @PostMapping("/v1/memories/{id}/approve")
    ResponseEntity<MemoryView> approve(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        var memory = memories.memory(Input.parameter("id", () -> new MemoryId(id)))
                .orElseThrow(() -> ProblemException.notFound("memory", id));
        MemoryView approved = MemoryView.of(desk.approve(memory, caller.actor()));
        return ResponseEntity.ok().eTag(String.valueOf(approved.revision())).body(approved);
    }

    // All users' for who reaches all of them, else the caller's own.
    private @Nullable Subject subject(Caller caller, @Nullable String userId) {
        UserId user = access.optionalScope(caller, "user_id", userId);
        return user == null ? null : new Subject.OfUser(access.existing(user).id());
    }

    /// Whose rejections and quarantined memories to judge again; of all users when absent.
    record ReplayBody(@Nullable String userId) {}

    /// A page, newest first.
    record Refused(List<RejectionView> results, @Nullable String nextCursor) {}

    /// A refused proposal.
    ///
    /// @param policy the key of the policy that refused it last
    /// @param replayable false when its words were not kept
    record RejectionView(
            String id,
            String subjectType,
            String subjectId,
            String text,
            String quote,
            @Nullable String slot,
            String reason,
            String policy,
            boolean replayable,
            Instant at) {
        static RejectionView of(Rejection rejection) {
            Slot slot = rejection.proposal().slot();
            return new RejectionView(
                    rejection.id(),
                    rejection.proposal().subject().type(),
                    rejection.proposal().subject().id(),
                    rejection.proposal().text(),
                    rejection.proposal().quote(),
                    slot == null ? null : slot.toString(),
                    rejection.reason(),
                    rejection.policy(),
                    rejection.replayable(),
                    rejection.at());
        }
    }
}
