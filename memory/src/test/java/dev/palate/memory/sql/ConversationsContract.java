package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Page;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

abstract class ConversationsContract extends TruthContract {
    private static final TurnId TURN = new TurnId("turn-1");

    private Message say(ConversationId conversation, String text) {
        return truth().conversations().append(conversation, TURN, Role.USER, text, null, null);
    }

    @Test
    void aTalkComesBackInItsOrder() {
        Conversation started = truth().conversations().start(ANN);
        Message first = say(started.id(), "I loved Alien");
        Message second = truth().conversations()
                .append(started.id(), TURN, Role.ASSISTANT, "Then try\nthis", new SlateId("s1"), "T0");
        truth().conversations().keep(started.id(), "{\"liked\":1}", "Alien");
        truth().conversations().keep(started.id(), "{\"liked\":2}", null);
        reopen();
        assertThat(first.sequence()).isEqualTo(1);
        assertThat(second.sequence()).isEqualTo(2);
        assertThat(truth().conversations().latest(started.id(), 10)).containsExactly(first, second);
        assertThat(truth().conversations().latest(started.id(), 1)).containsExactly(second);
        Conversation kept = truth().conversations().conversation(started.id()).orElseThrow();
        assertThat(kept.title()).isEqualTo("Alien");
        assertThat(kept.state()).isEqualTo("{\"liked\":2}");
        assertThat(kept.createdAt()).isEqualTo(started.createdAt());
        assertThat(kept.updatedAt()).isAfter(started.updatedAt());
        assertThat(truth().users().user(ANN)).isPresent();
    }

    @Test
    void aTalkOfAKnownUserMakesNobody() {
        assertThatThrownBy(() -> truth().conversations().startOfKnown(ANN))
                .isInstanceOf(MemoryException.class)
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.NOT_FOUND);
        assertThat(truth().users().count()).isZero();
        truth().conversations().start(ANN);
        Conversation second = truth().conversations().startOfKnown(ANN);
        assertThat(truth().conversations().conversation(second.id())).hasValue(second);
    }

    @Test
    void messagesPageOldestFirst() {
        ConversationId id = truth().conversations().start(ANN).id();
        List<Message> said = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            said.add(say(id, "message " + i));
        }
        List<Message> paged = new ArrayList<>();
        @Nullable String cursor = null;
        do {
            Page<Message> page = truth().conversations().messages(id, cursor, 4);
            paged.addAll(page.items());
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(paged).isEqualTo(said);
    }

    @Test
    void aUsersTalksAreLatestChangeFirst() {
        ConversationId first = truth().conversations().start(ANN).id();
        ConversationId second = truth().conversations().start(ANN).id();
        truth().conversations().start(BEN);
        say(first, "again");
        Page<Conversation> page = truth().conversations().page(ANN, null, 1);
        assertThat(page.items()).extracting(Conversation::id).containsExactly(first);
        assertThat(truth().conversations().page(ANN, page.nextCursor(), 1).items())
                .extracting(Conversation::id)
                .containsExactly(second);
    }

    @Test
    void anErasedTalkTakesItsMessagesAndLeavesTheSlate() {
        ConversationId id = truth().conversations().start(ANN).id();
        say(id, "hello");
        truth().slates().put(slate("s1", id));
        assertThat(truth().slates().ofConversation(id, 10)).hasSize(1);
        assertThat(truth().erasure(List.of()).conversation(id)).isPresent();
        assertThat(truth().erasure(List.of()).conversation(id)).isEmpty();
        assertThat(truth().conversations().messages(id, null, 10).items()).isEmpty();
        assertThat(truth().slates().ofConversation(id, 10)).isEmpty();
        SlateRecord left = truth().slates().slate(new SlateId("s1")).orElseThrow();
        assertThat(left.conversation()).isNull();
        assertThat(left.entries()).isNotEmpty().allMatch(entry -> entry.reason().isEmpty());
        assertThatThrownBy(() -> say(id, "hello?"))
                .isInstanceOf(MemoryException.class)
                .hasMessage("conversation " + id + " does not exist; start one first")
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void aSlateComesBackWithItsPartsInOrder() {
        ConversationId id = truth().conversations().start(ANN).id();
        SlateRecord later = slate("s0", id, 60);
        SlateRecord slate = slate("s1", id);
        truth().slates().put(later);
        truth().slates().put(slate);
        truth().slates().put(slate);
        reopen();
        SlateRecord found = truth().slates().slate(slate.id()).orElseThrow();
        assertThat(found).isEqualTo(slate);
        assertThat(found.entries().getFirst().parts().keySet()).containsExactly("text", "collaborative");
        assertThat(truth().slates().ofConversation(id, 10)).containsExactly(slate, later);
        assertThat(truth().slates().ofConversation(id, 1)).containsExactly(later);
        assertThat(truth().slates().slate(new SlateId("absent"))).isEmpty();
    }

    private static SlateRecord slate(String id, ConversationId conversation) {
        return slate(id, conversation, 0);
    }

    private static SlateRecord slate(String id, ConversationId conversation, long seconds) {
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("text", 0.25);
        parts.put("collaborative", -0.1);
        return new SlateRecord(
                new SlateId(id),
                ANN,
                conversation,
                NOW.plusSeconds(seconds),
                "model-1",
                "T0",
                List.of(
                        new SlateRecord.Entry(
                                new ItemId("7"), 1, 0.15, parts, "because of Alien", List.of(new MemoryId("m1"))),
                        new SlateRecord.Entry(new ItemId("8"), 2, 0.1, Map.of(), "", List.of(), true, 0.0125)),
                List.of("collaborative"));
    }
}
