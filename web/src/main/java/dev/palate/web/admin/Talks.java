package dev.palate.web.admin;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.Slates;
import dev.palate.memory.user.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads conversations for the chat page. Thread-safe.
final class Talks {
    /// A conversation in the list.
    public record TalkLink(String id, String title, boolean current) {}

    /// A turn as drawn.
    ///
    /// @param level the footnote, empty when there is no answer
    /// @param open true while there is no answer
    public record TurnCard(
            String id,
            String said,
            FilmCards.@Nullable SlateCard slate,
            String words,
            List<FilmCards.MemoryLink> remembered,
            String level,
            boolean open) {}

    private static final int MAX_TALKS = 100;
    private static final int MAX_MESSAGES = 200;

    private final Conversations conversations;
    private final Slates slates;
    private final Memories memories;
    private final FilmCards films;

    Talks(Conversations conversations, Slates slates, Memories memories, FilmCards films) {
        this.conversations = conversations;
        this.slates = slates;
        this.memories = memories;
        this.films = films;
    }

    /// The viewer's conversations, latest first.
    List<TalkLink> list(UserId viewer, @Nullable String current) {
        return conversations.page(viewer, null, MAX_TALKS).items().stream()
                .filter(talk -> !talk.title().isEmpty() || talk.id().value().equals(current))
                .map(talk -> new TalkLink(
                        talk.id().value(), title(talk), talk.id().value().equals(current)))
                .toList();
    }

    /// The conversation, when it is the viewer's.
    Optional<Conversation> of(UserId viewer, ConversationId id) {
        return conversations.conversation(id).filter(talk -> talk.user().equals(viewer));
    }

    /// What a conversation is called.
    static String title(Conversation talk) {
        return talk.title().isEmpty() ? "New conversation" : talk.title();
    }

    /// The slate, when it was shown to the viewer.
    Optional<FilmCards.SlateCard> slate(UserId viewer, SlateId id) {
        return slates.slate(id)
                .filter(slate -> viewer.equals(slate.user()))
                .map(slate -> films.slate(slate, films.feedback(viewer)));
    }

    /// The newest turns, oldest first.
    List<TurnCard> turns(UserId viewer, ConversationId id) {
        Map<TurnId, List<Message>> byTurn = new LinkedHashMap<>();
        for (Message message : conversations.latest(id, MAX_MESSAGES)) {
            byTurn.computeIfAbsent(message.turn(), _ -> new ArrayList<>()).add(message);
        }
        Map<String, List<FilmCards.MemoryLink>> remembered = rememberedByMessage(viewer);
        Map<ItemId, String> feedback = films.feedback(viewer);
        return byTurn.values().stream()
                .filter(turn -> turn.getFirst().role() == Role.USER)
                .map(turn -> card(turn, remembered, feedback))
                .toList();
    }

    private TurnCard card(
            List<Message> turn, Map<String, List<FilmCards.MemoryLink>> remembered, Map<ItemId, String> feedback) {
        Message said = turn.getFirst();
        Message answer = turn.size() > 1 ? turn.getLast() : null;
        SlateId slate = answer == null ? null : answer.slate();
        return new TurnCard(
                said.turn().value(),
                said.text(),
                slate == null
                        ? null
                        : slates.slate(slate)
                                .map(shown -> films.slate(shown, feedback))
                                .orElse(null),
                answer == null ? "" : answer.text(),
                remembered.getOrDefault(said.id().value(), List.of()),
                answer == null ? "" : Words.level(answer.level() == null ? "" : answer.level()),
                answer == null);
    }

    private Map<String, List<FilmCards.MemoryLink>> rememberedByMessage(UserId viewer) {
        Map<String, List<FilmCards.MemoryLink>> links = new HashMap<>();
        for (Memory memory : memories.standing(new Subject.OfUser(viewer))) {
            for (Evidence evidence : memory.evidence()) {
                if (evidence.type().equals("message")) {
                    links.computeIfAbsent(evidence.id(), _ -> new ArrayList<>())
                            .add(new FilmCards.MemoryLink(memory.id().value(), memory.text(), evidence.quote()));
                }
            }
        }
        return links;
    }
}
