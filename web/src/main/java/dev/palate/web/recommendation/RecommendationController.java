package dev.palate.web.recommendation;

import dev.palate.memory.Ids;
import dev.palate.memory.change.Changes;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.slate.Slates;
import dev.palate.memory.tier.Reinforcement;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.retrieval.recommend.Recommender;
import dev.palate.retrieval.recommend.Slate;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/recommendations`: lists on request.
@RestController
final class RecommendationController {
    private final Recommender recommender;
    private final Slates slates;
    private final Reinforcement reinforcement;
    private final Changes changes;
    private final Access access;
    private final Ids ids;
    private final InstantSource clock;

    RecommendationController(
            Recommender recommender,
            Slates slates,
            Reinforcement reinforcement,
            Changes changes,
            Access access,
            Ids ids,
            InstantSource clock) {
        this.recommender = recommender;
        this.slates = slates;
        this.reinforcement = reinforcement;
        this.changes = changes;
        this.access = access;
        this.ids = ids;
        this.clock = clock;
    }

    @PostMapping("/v1/recommendations")
    SlateView recommend(@AuthenticationPrincipal Caller caller, @RequestBody RecommendationBody body) {
        if (body.overrides() != null) {
            throw ProblemException.invalid(
                    "#/overrides", "overrides are looked at by POST /v1/recommendations/preview, which writes nothing");
        }
        UserId user = body.forNobody() ? null : user(caller, body.userId());
        SlateId id = new SlateId(ids.next());
        RecommendationRequest request = body.request(user, id.value().hashCode());
        Slate slate = recommender.recommend(request);
        SlateRecord made = SlateRecords.of(id, user, clock.instant(), slate);
        if (body.recorded()) {
            slates.put(made);
            if (user != null) {
                made.entries().forEach(entry -> reinforcement.shown(user, entry.memories()));
            }
        }
        return SlateView.of(made, slate, request.variety(), changes.latest(), body.explained());
    }

    @GetMapping("/v1/recommendations/{id}")
    SlateView.Stored get(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        SlateId slate = Input.parameter("id", () -> new SlateId(id));
        SlateRecord stored = slates.slate(slate)
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND,
                        "there is no recommendation " + id + "; those asked for with \"record\": true are kept"));
        access.owns(caller, stored.user(), "recommendation", id);
        return SlateView.Stored.of(stored);
    }

    private @Nullable UserId user(Caller caller, @Nullable String named) {
        UserId user = access.optionalScope(caller, "#/user_id", named);
        return user == null ? null : access.existing(user).id();
    }
}
