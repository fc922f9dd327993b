package dev.palate.web.recommendation;

import dev.palate.memory.user.UserId;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.web.memory.MemoryOverride;
import dev.palate.web.memory.Overrides;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import java.util.List;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/// `POST /v1/recommendations/preview`: how a list would change if memories were others. Writes nothing.
@RestController
final class PreviewController {
    private final FusedRecommender recommender;
    private final Overrides overrides;
    private final Access access;

    PreviewController(FusedRecommender recommender, Overrides overrides, Access access) {
        this.recommender = recommender;
        this.overrides = overrides;
        this.access = access;
    }

    @PostMapping("/v1/recommendations/preview")
    PreviewView preview(@AuthenticationPrincipal Caller caller, @RequestBody RecommendationBody asked) {
        if (asked.recorded() || asked.forNobody()) {
            throw ProblemException.invalid(
                    "#", "a preview is of a user's memories and never kept: leave out record and anonymous");
        }
        UserId user = access.known(caller, "#/user_id", asked.userId());
        List<MemoryOverride> wanted = Input.required("#/overrides", asked.overrides());
        var change = overrides.of(user, wanted, caller.actor());
        return PreviewView.of(recommender.compare(asked.request(user, 0), change));
    }
}
