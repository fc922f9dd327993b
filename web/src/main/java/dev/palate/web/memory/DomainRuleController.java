package dev.palate.web.memory;

import dev.palate.agent.collaborative.RuleDesk;
import dev.palate.agent.collaborative.RuleProposer;
import dev.palate.agent.domain.BadRuleException;
import dev.palate.agent.domain.DomainRule;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.LocalDoor;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/// `/v1/domain-rules`: which users and items are read for a user. For admins, while synthesis is switched on.
@RestController
@ConditionalOnBooleanProperty("palate.synthesis.enabled")
final class DomainRuleController {
    private final RuleDesk desk;
    private final RuleProposer proposer;
    private final LocalDoor door;

    DomainRuleController(RuleDesk desk, RuleProposer proposer, LocalDoor door) {
        this.desk = desk;
        this.proposer = proposer;
        this.door = door;
    }

    @GetMapping("/v1/domain-rules")
    Rules rules() {
        return new Rules(
                view(desk.inForce()),
                desk.shipped().stream().map(DomainRuleController::view).toList());
    }

    @PostMapping("/v1/domain-rules:preview")
    PreviewView preview(@RequestBody PreviewBody body) {
        DomainRule rule = at("#/rule", () -> DomainRule.read(Input.required("#/rule", body.rule())));
        RuleDesk.Preview preview = desk.preview(rule);
        return new PreviewView(
                preview.version(),
                preview.inForce(),
                preview.complete(),
                preview.users().stream()
                        .map(one -> new UserView(
                                one.user().value(),
                                one.candidates(),
                                one.users(),
                                one.items(),
                                one.kept(),
                                one.themes(),
                                one.themesBefore()))
                        .toList());
    }

    /// Asks a model for a rule, which takes up to two minutes; puts nothing into force.
    @PostMapping("/v1/domain-rules:propose")
    ProposalView propose(@RequestBody ProposeBody body) {
        String request = Input.or(body.request(), "").strip();
        if (request.length() > RuleProposer.REQUEST_CHARACTERS) {
            throw ProblemException.invalid(
                    "#/request",
                    "request must have at most " + RuleProposer.REQUEST_CHARACTERS + " characters, had "
                            + request.length() + "; say shorter what the rule is to do");
        }
        RuleProposer.Proposal proposal = proposer.propose(request);
        return new ProposalView(
                proposal.rule().version(),
                proposal.rule().form(),
                view(proposal.inForce()),
                proposal.model().value(),
                proposal.attempts(),
                new UsageView(
                        proposal.usage().promptTokens(),
                        proposal.usage().cachedTokens(),
                        proposal.usage().completionTokens()));
    }

    @PostMapping("/v1/domain-rules:activate")
    RuleView activate(@RequestBody ActivateBody body) {
        return view(at("#", () -> desk.activate(Input.required("#/version", body.version()))));
    }

    @GetMapping("/local/domain-rules")
    Rules rulesForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return rules();
    }

    @PostMapping("/local/domain-rules:preview")
    PreviewView previewForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            @RequestBody PreviewBody body,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return preview(body);
    }

    @PostMapping("/local/domain-rules:propose")
    ProposalView proposeForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            @RequestBody ProposeBody body,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return propose(body);
    }

    @PostMapping("/local/domain-rules:activate")
    RuleView activateForCommand(
            @RequestHeader(name = LocalDoor.HEADER, required = false) @Nullable String token,
            @RequestParam String version,
            HttpServletRequest request) {
        door.require(token, request.getRemoteAddr());
        return activate(new ActivateBody(version));
    }

    private static <T> T at(String pointer, java.util.function.Supplier<T> make) {
        try {
            return make.get();
        } catch (BadRuleException e) {
            throw ProblemException.invalid(pointer + e.pointer(), String.valueOf(e.getMessage()));
        }
    }

    private static RuleView view(DomainRule rule) {
        return new RuleView(rule.version(), rule.form());
    }

    /// @param rule a rule as the domain pack has it
    record PreviewBody(@Nullable JsonNode rule) {}

    /// @param request what the rule is to do; may be empty or absent
    record ProposeBody(@Nullable String request) {}

    /// @param rule to be previewed
    /// @param inForce the one in force
    /// @param attempts how often the model was asked
    record ProposalView(String version, JsonNode rule, RuleView inForce, String model, int attempts, UsageView usage) {}

    /// Tokens of all attempts.
    record UsageView(long promptTokens, long cachedTokens, long completionTokens) {}

    /// @param version of a rule that was previewed
    record ActivateBody(@Nullable String version) {}

    /// @param inForce the one in force
    record Rules(RuleView inForce, List<RuleView> shipped) {}

    /// @param version of the rule
    record RuleView(String version, JsonNode rule) {}

    /// @param complete false when there was no time for all users
    record PreviewView(String version, String inForce, boolean complete, List<UserView> users) {}

    /// @param candidates that there were to choose from
    /// @param users chosen
    /// @param items chosen
    /// @param kept how many both rules choose
    record UserView(
            String userId,
            int candidates,
            int users,
            int items,
            int kept,
            Map<String, Double> themes,
            Map<String, Double> themesBefore) {}
}
