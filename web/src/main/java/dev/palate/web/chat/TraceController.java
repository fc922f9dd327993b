package dev.palate.web.chat;

import dev.palate.memory.access.Role;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/conversations/{id}/turns` and `/v1/recommendations/{id}/trace`: how turns came to their answers. A user's own,
/// and everybody's for admins and apps.
@RestController
final class TraceController {
    private final Conversations conversations;
    private final TraceDesk desk;
    private final Access access;

    TraceController(Conversations conversations, TraceDesk desk, Access access) {
        this.conversations = conversations;
        this.desk = desk;
        this.access = access;
    }

    @GetMapping("/v1/conversations/{id}/turns")
    TraceViews.Listing turns(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam @Nullable String cursor,
            @RequestParam @Nullable Integer limit) {
        ConversationId conversation = owned(caller, id);
        return TraceViews.Listing.of(Input.page(limit, size -> desk.page(conversation, cursor, size)));
    }

    @GetMapping("/v1/conversations/{id}/turns/{turn}/trace")
    TraceViews.TraceView trace(
            @AuthenticationPrincipal Caller caller, @PathVariable String id, @PathVariable String turn) {
        return TraceViews.TraceView.of(of(owned(caller, id), turn), own(caller));
    }

    /// Runs the turn again and says which step differs. Writes nothing.
    @PostMapping("/v1/conversations/{id}/turns/{turn}/replay")
    TraceViews.ReplayView replay(
            @AuthenticationPrincipal Caller caller, @PathVariable String id, @PathVariable String turn) {
        return TraceViews.ReplayView.of(desk.replay(of(owned(caller, id), turn)));
    }

    /// The trace of the turn that showed a list.
    @GetMapping("/v1/recommendations/{id}/trace")
    TraceViews.TraceView ofSlate(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        TurnTrace trace = desk.ofSlate(Input.parameter("id", () -> new SlateId(id)))
                .filter(one -> caller.reaches(one.head().user()))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND,
                        "there is no trace of recommendation " + id
                                + "; lists of conversations have one, for as long as traces are kept"));
        return TraceViews.TraceView.of(trace, own(caller));
    }

    private static boolean own(Caller caller) {
        return caller.role() == Role.USER;
    }

    private ConversationId owned(Caller caller, String id) {
        Conversation conversation = conversations
                .conversation(Input.parameter("id", () -> new ConversationId(id)))
                .orElseThrow(() -> ProblemException.notFound("conversation", id));
        access.owns(caller, conversation.user(), "conversation", id);
        return conversation.id();
    }

    private TurnTrace of(ConversationId conversation, String turn) {
        return desk.trace(conversation, Input.parameter("turn_id", () -> new TurnId(turn)))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND,
                        "there is no trace of turn " + turn
                                + " in this conversation; they are kept for a while, and go with what they tell of"));
    }
}
