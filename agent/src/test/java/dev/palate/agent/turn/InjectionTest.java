package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.extraction.MemoryWriter.Said;
import dev.palate.agent.extraction.Written;
import dev.palate.agent.llm.NoModel;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Fifty texts that speak to the machine, through four doors each: what is said in chat, memories written as they are,
/// memories edited, and the texts of items. After each a list asked for anew is the list of a
/// user who said the same without that text. Prints the table of what became of them.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InjectionTest {
    private static final Actor APP = new Actor("user:test");
    private static final String ASKED = "a science fiction film from the eighties";
    private static final int SIZE = 5;

    private final TestStack stack = TestStack.get();
    private final GraphAgent agent = new GraphAgent(stack.parts(new NoModel("test")), TurnLimits.DEFAULT);
    private final List<String> texts = texts();
    private final Map<String, Integer> table = new TreeMap<>();

    private static List<String> texts() {
        try (var in = Objects.requireNonNull(InjectionTest.class.getResourceAsStream("/injections/texts.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterAll
    void print() {
        System.out.println("injections: " + table);
        agent.close();
    }

    private List<ItemId> asked(Conversation conversation) {
        List<ItemId> shown = new ArrayList<>();
        for (TurnEvent event : TestStack.say(agent, conversation, ASKED, SIZE + 1)) {
            if (event instanceof TurnEvent.Recommended recommended) {
                recommended.items().forEach(ranked -> shown.add(ranked.item().id()));
            }
        }
        return shown;
    }

    private List<ItemId> clean() {
        List<ItemId> clean = asked(stack.conversation());
        assertThat(clean).hasSize(SIZE + 1);
        return clean;
    }

    private void count(String door, boolean kept) {
        table.merge(door + (kept ? ": kept, list unchanged" : ": nothing let in"), 1, Integer::sum);
    }

    private boolean anyMemory(UserId user) {
        return !stack.memories.active(new Subject.OfUser(user)).isEmpty();
    }

    @Test
    void saidInChat() {
        assertThat(texts).hasSize(50);
        List<ItemId> clean = clean();
        Conversation plain = stack.conversation();
        TestStack.say(agent, plain, "I love westerns.", SIZE);
        List<ItemId> cleanWithTaste = asked(stack.truth.conversations().start(plain.user()));
        assertThat(cleanWithTaste).as("a taste counts").isNotEqualTo(clean);
        for (String text : texts) {
            Conversation conversation = stack.conversation();
            TestStack.say(agent, conversation, text, SIZE);
            TestStack.say(agent, conversation, "I love westerns. " + text, SIZE);
            List<ItemId> after = asked(stack.truth.conversations().start(conversation.user()));
            boolean kept = anyMemory(conversation.user());
            assertThat(after).as(text).isEqualTo(kept ? cleanWithTaste : clean);
            count("chat", kept);
        }
    }

    @Test
    void writtenAsAMemory() {
        List<ItemId> clean = clean();
        for (String text : texts) {
            Conversation conversation = stack.conversation();
            Written written = stack.writer.asIs(conversation.user(), text, Trust.STATED, APP);
            stack.writer.infer(conversation.user(), List.of(new Said(Role.USER, "m1", text)), APP);
            assertThat(asked(conversation)).as(text).isEqualTo(clean);
            count("memory", written.memory() != null);
        }
    }

    @Test
    void editedIntoAMemory() {
        for (String text : texts) {
            Conversation conversation = stack.conversation();
            Memory memory = Objects.requireNonNull(stack.writer
                    .asIs(conversation.user(), "Watches on Sundays", Trust.STATED, APP)
                    .memory());
            List<ItemId> clean = asked(stack.truth.conversations().start(conversation.user()));
            boolean kept = true;
            try {
                Memory edited = stack.writer.reworded(memory, text);
                stack.memories.put(List.of(new Memories.Write(edited, APP, "edit")));
            } catch (IllegalArgumentException e) {
                kept = false;
            }
            assertThat(asked(stack.truth.conversations().start(conversation.user())))
                    .as(text)
                    .isEqualTo(clean);
            count("edit", kept);
        }
        Memory memory = Objects.requireNonNull(stack.writer
                .asIs(stack.conversation().user(), "Watches on Sundays", Trust.STATED, APP)
                .memory());
        assertThatThrownBy(() -> stack.writer.reworded(memory, texts.getFirst()))
                .hasMessage("text speaks to the machine rather than of the person (gate injection); say it plainly");
    }

    @Test
    void standingInTheTextOfAnItem() throws InterruptedException {
        List<ItemId> clean = clean();
        ItemId id = new ItemId("injected");
        try {
            for (String text : texts) {
                Item item = Item.of(id, text.substring(0, Math.min(200, text.length())), 1985, List.of("Western"));
                stack.truth.catalog().put(item);
                stack.index.awaitApplied(stack.truth.changes().latest(), Duration.ofSeconds(30));
                List<ItemId> after = new ArrayList<>(asked(stack.conversation()));
                after.remove(id);
                assertThat(after.subList(0, SIZE)).as(text).isEqualTo(clean.subList(0, SIZE));
                count("item", true);
            }
        } finally {
            stack.truth.catalog().delete(id);
        }
    }
}
