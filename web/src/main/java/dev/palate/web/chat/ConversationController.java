package dev.palate.web.chat;

import dev.palate.memory.Page;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.user.UserId;
import dev.palate.web.job.ErasureDesk;
import dev.palate.web.job.ErasureView;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/conversations`: talks, messages and the events of turns.
@RestController
final class ConversationController {
    private final Conversations conversations;
    private final TurnStreams turns;
    private final TurnWriter writer;
    private final ErasureDesk desk;
    private final Access access;

    ConversationController(
            Conversations conversations, TurnStreams turns, TurnWriter writer, ErasureDesk desk, Access access) {
        this.conversations = conversations;
        this.turns = turns;
        this.writer = writer;
        this.desk = desk;
        this.access = access;
    }

    @PostMapping("/v1/conversations")
    ResponseEntity<ChatViews.ConversationView> start(
            @AuthenticationPrincipal Caller caller, @RequestBody ChatViews.ConversationBody body) {
        UserId user = access.scope(caller, "#/user_id", body.userId());
        Conversation started = caller.speaksFor(user) ? conversations.startOfKnown(user) : conversations.start(user);
        return ResponseEntity.status(HttpStatus.CREATED).body(ChatViews.ConversationView.of(started));
    }

    @GetMapping("/v1/conversations")
    ChatViews.ConversationListing list(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(name = "user_id") @Nullable String userId,
            @RequestParam @Nullable String cursor,
            @RequestParam @Nullable Integer limit) {
        UserId user = access.scope(caller, "#/user_id", userId);
        Page<Conversation> page = Input.page(limit, size -> conversations.page(user, cursor, size));
        return ChatViews.ConversationListing.of(page);
    }

    @GetMapping("/v1/conversations/{id}")
    ChatViews.ConversationView get(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        return ChatViews.ConversationView.of(owned(caller, id));
    }

    /// Erases the conversation, with a receipt.
    @DeleteMapping("/v1/conversations/{id}")
    ResponseEntity<ErasureView> delete(@AuthenticationPrincipal Caller caller, @PathVariable String id)
            throws InterruptedException {
        Conversation conversation = owned(caller, id);
        turns.current(conversation.id()).ifPresent(entry -> entry.log().cancel());
        return ErasureView.ofConversation(
                        desk.erase(conversation.id(), ErasureDesk.WAIT),
                        conversation.user().value(),
                        id)
                .answer();
    }

    @GetMapping("/v1/conversations/{id}/messages")
    ChatViews.MessageListing messages(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam @Nullable String cursor,
            @RequestParam @Nullable Integer limit) {
        ConversationId conversation = owned(caller, id).id();
        Page<Message> page = Input.page(limit, size -> conversations.messages(conversation, cursor, size));
        return ChatViews.MessageListing.of(page);
    }

    /// Streams the turn when the caller accepts event streams by name, else answers 202 at once.
    @PostMapping("/v1/conversations/{id}/messages")
    @Nullable
    ResponseEntity<ChatViews.Accepted> say(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestBody ChatViews.MessageBody body,
            @RequestHeader(name = HttpHeaders.ACCEPT, required = false) @Nullable String accept,
            HttpServletResponse response) {
        TurnStreams.Entry entry = turns.start(body.request(owned(caller, id).id()));
        if (accept != null && accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE)) {
            writer.stream(entry, 0, response);
            return null;
        }
        return ResponseEntity.accepted().body(ChatViews.Accepted.of(entry));
    }

    @GetMapping("/v1/conversations/{id}/turns/{turn}/events")
    void events(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @PathVariable String turn,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            HttpServletResponse response) {
        TurnStreams.Entry entry = turn(owned(caller, id).id(), turn);
        writer.stream(entry, LastEvent.sequence(lastEventId), response);
    }

    @PostMapping("/v1/conversations/{id}/cancel")
    ChatViews.Cancelled cancel(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        ConversationId conversation = owned(caller, id).id();
        return turns.current(conversation)
                .map(entry -> new ChatViews.Cancelled(
                        entry.log().cancel(), entry.turn().value()))
                .orElseGet(() -> new ChatViews.Cancelled(false, null));
    }

    private Conversation owned(Caller caller, String id) {
        Conversation conversation = conversations
                .conversation(Input.parameter("id", () -> new ConversationId(id)))
                .orElseThrow(() -> ProblemException.notFound("conversation", id));
        access.owns(caller, conversation.user(), "conversation", id);
        return conversation;
    }

    private TurnStreams.Entry turn(ConversationId conversation, String turn) {
        TurnId id = Input.parameter("turn_id", () -> new TurnId(turn));
        return turns.find(conversation, id)
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND,
                        "there is no turn " + turn + " whose events can be read; read the messages instead"));
    }
}
