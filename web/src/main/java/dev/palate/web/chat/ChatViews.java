package dev.palate.web.chat;

import dev.palate.agent.turn.TurnRequest;
import dev.palate.memory.Page;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Message;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What conversations look like on the wire. Stateless.
final class ChatViews {
    private static final int DEFAULT_SIZE = 5;

    private ChatViews() {}

    /// A conversation as asked for.
    record ConversationBody(@Nullable String userId) {}

    /// A conversation as answered.
    record ConversationView(String id, String userId, String title, Instant createdAt, Instant updatedAt) {
        static ConversationView of(Conversation conversation) {
            return new ConversationView(
                    conversation.id().value(),
                    conversation.user().value(),
                    conversation.title(),
                    conversation.createdAt(),
                    conversation.updatedAt());
        }
    }

    /// A page, latest change first.
    record ConversationListing(
            List<ConversationView> conversations, @Nullable String nextCursor) {
        static ConversationListing of(Page<Conversation> page) {
            return new ConversationListing(
                    page.items().stream().map(ConversationView::of).toList(), page.nextCursor());
        }
    }

    /// A message as sent.
    ///
    /// @param content 1 to 4,000 characters
    /// @param n how many items, 1 to 20, 5 when absent
    /// @param useLlm `auto` or `never`
    record MessageBody(
            @Nullable String content,
            @Nullable Integer n,
            @Nullable String useLlm) {
        TurnRequest request(ConversationId conversation) {
            String words = Input.required("#/content", content);
            TurnRequest.UseModels models = models();
            return Input.at("#", () -> new TurnRequest(conversation, words, Input.or(n, DEFAULT_SIZE), models));
        }

        private TurnRequest.UseModels models() {
            return switch (Input.or(useLlm, "auto")) {
                case "auto" -> TurnRequest.UseModels.AUTO;
                case "never" -> TurnRequest.UseModels.NEVER;
                default -> throw ProblemException.invalid("#/use_llm", "use_llm must be auto or never, was " + useLlm);
            };
        }
    }

    /// A turn that runs.
    ///
    /// @param events where its events can be read
    record Accepted(String turnId, String conversationId, String events) {
        static Accepted of(TurnStreams.Entry entry) {
            String conversation = entry.conversation().value();
            return new Accepted(
                    entry.turn().value(),
                    conversation,
                    "/v1/conversations/" + conversation + "/turns/" + entry.turn() + "/events");
        }
    }

    /// What a cancellation did.
    ///
    /// @param cancelled false when no turn was running
    record Cancelled(boolean cancelled, @Nullable String turnId) {}

    /// A message as answered.
    record MessageView(
            String id,
            String turnId,
            long sequence,
            String role,
            String content,
            @Nullable String recommendationId,
            @Nullable String modelLevel,
            Instant createdAt) {
        static MessageView of(Message message) {
            return new MessageView(
                    message.id().value(),
                    message.turn().value(),
                    message.sequence(),
                    message.role().key(),
                    message.text(),
                    message.slate() == null ? null : message.slate().value(),
                    message.level(),
                    message.at());
        }
    }

    /// A page, oldest first.
    record MessageListing(
            List<MessageView> messages, @Nullable String nextCursor) {
        static MessageListing of(Page<Message> page) {
            return new MessageListing(page.items().stream().map(MessageView::of).toList(), page.nextCursor());
        }
    }
}
