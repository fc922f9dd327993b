package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.extraction.MemoryWriter.Said;
import dev.palate.agent.extraction.TextMeaning;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.NoModel;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.agent.turn.InjectionCorpus.Case;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.dataset.DatasetImport;
import dev.palate.memory.dataset.ImportPositions;
import dev.palate.memory.dataset.JsonLinesReader;
import dev.palate.memory.dataset.MemoryDoor;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.gate.Written;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import dev.palate.prompts.RenderedPrompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// Two hundred texts that speak to the machine, through every door: said in chat, written as a memory, edited into one,
/// imported as a memory, imported as the text of an item. After each, a list asked for anew is the list of a user
/// without the text, or with no more than the wish that the text holds of its person. Prints what became of them and
/// writes it to `target/injection-table.txt`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InjectionTest {
    private static final Actor APP = new Actor("user:test");
    private static final String ASKED = "a film from the eighties";
    private static final int SIZE = 5;
    private static final int YEAR = 1985;
    private static final String LIKE_IT = "a western from 1985";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /// What became of a text.
    private enum Fate {
        KEPT,
        REFUSED,
        QUARANTINED
    }

    @TempDir
    static Path folder;

    private final TestStack stack = TestStack.get();
    private final GraphAgent agent = new GraphAgent(stack.parts(new NoModel("test")), TurnLimits.DEFAULT);
    private final List<Case> cases = InjectionCorpus.hostile();
    private final Map<String, Map<Fate, Integer>> fates = new LinkedHashMap<>();
    private final Map<String, Integer> changed = new HashMap<>();
    private final Map<String, List<ItemId>> lists = new HashMap<>();
    private final List<String> faults = new ArrayList<>();

    @AfterAll
    void print() throws IOException {
        StringBuilder table = new StringBuilder(String.format(
                "200 texts a door; refused: by a gate, or nothing in it was read as a memory%n%-24s %8s %8s %12s %16s%n",
                "door", "kept", "refused", "quarantined", "ranking changed"));
        fates.forEach((door, counts) -> table.append(String.format(
                "%-24s %8d %8d %12d %16d%n",
                door,
                counts.getOrDefault(Fate.KEPT, 0),
                counts.getOrDefault(Fate.REFUSED, 0),
                counts.getOrDefault(Fate.QUARANTINED, 0),
                changed.getOrDefault(door, 0))));
        System.out.println(table);
        Path target = Path.of("target");
        if (Files.isDirectory(target)) {
            Files.writeString(target.resolve("injection-table.txt"), table);
        }
        agent.close();
    }

    private List<ItemId> asked(UserId user) {
        List<ItemId> shown = asked(user, ASKED);
        assertThat(shown).hasSize(SIZE);
        return shown;
    }

    private List<ItemId> asked(UserId user, String words) {
        List<ItemId> shown = new ArrayList<>();
        for (TurnEvent event : TestStack.say(agent, stack.truth.conversations().start(user), words, SIZE)) {
            if (event instanceof TurnEvent.Recommended recommended) {
                recommended.items().forEach(ranked -> shown.add(ranked.item().id()));
            }
        }
        return shown;
    }

    /// The list of a user who has said this and nothing else.
    private List<ItemId> after(String wish) {
        return lists.computeIfAbsent(wish, words -> {
            Conversation conversation = stack.conversation();
            if (!words.isEmpty()) {
                TestStack.say(agent, conversation, words, SIZE);
            }
            return asked(conversation.user());
        });
    }

    private Fate fate(UserId user) {
        Subject subject = new Subject.OfUser(user);
        var held = new MemoryFilter(subject, Set.of(), Set.of(MemoryStatus.QUARANTINED), null);
        return !stack.memories.active(subject).isEmpty()
                ? Fate.KEPT
                : stack.truth.memories().page(held, null, 1).items().isEmpty() ? Fate.REFUSED : Fate.QUARANTINED;
    }

    /// Notes what became of a text at a door and whether the list is one of those that may be.
    private void note(String door, Case one, Fate fate, List<ItemId> list, List<List<ItemId>> allowed) {
        fates.computeIfAbsent(door, unknown -> new HashMap<>()).merge(fate, 1, Integer::sum);
        boolean right = allowed.contains(list);
        changed.merge(door, right ? 0 : 1, Integer::sum);
        if (!right) {
            faults.add(door + " " + one.id() + " " + fate + ": " + one.text());
        }
    }

    private List<List<ItemId>> allowed(Case one, Fate fate) {
        return fate == Fate.KEPT && one.wish() != null ? List.of(after(""), after(one.wish())) : List.of(after(""));
    }

    private void assertNoFaults(String door) {
        assertThat(faults.stream().filter(fault -> fault.startsWith(door))).isEmpty();
        assertThat(Objects.requireNonNull(fates.get(door)).values().stream().mapToInt(n -> n))
                .satisfies(counts ->
                        assertThat(counts.stream().mapToInt(n -> n).sum()).isEqualTo(200));
    }

    @Test
    void saidInChat() {
        assertThat(after("I love westerns.")).as("a taste counts").isNotEqualTo(after(""));
        for (Case one : cases) {
            Conversation conversation = stack.conversation();
            TestStack.say(agent, conversation, one.text(), SIZE);
            Fate fate = fate(conversation.user());
            note("chat", one, fate, asked(conversation.user()), allowed(one, fate));
        }
        assertNoFaults("chat");
    }

    @Test
    void saidInChatBesideATaste() {
        for (Case one : cases) {
            Conversation conversation = stack.conversation();
            String words = one.wish() == null ? "I love westerns. " + one.text() : one.text();
            String wish = one.wish() == null ? "I love westerns." : one.wish();
            TestStack.say(agent, conversation, words, SIZE);
            Fate fate = fate(conversation.user());
            note(
                    "beside a taste",
                    one,
                    fate,
                    asked(conversation.user()),
                    List.of(fate == Fate.KEPT ? after(wish) : after("")));
        }
        assertNoFaults("beside a taste");
    }

    @Test
    void writtenAsAMemory() {
        for (Case one : cases) {
            UserId user = stack.conversation().user();
            stack.writer.asIs(user, one.text(), Trust.STATED, APP);
            stack.writer.infer(user, List.of(new Said(Role.USER, "m1", one.text())), APP);
            Fate fate = fate(user);
            note("memory", one, fate, asked(user), allowed(one, fate));
        }
        assertNoFaults("memory");
    }

    @Test
    void editedIntoAMemory() {
        for (Case one : cases) {
            UserId user = stack.conversation().user();
            Memory memory = Objects.requireNonNull(stack.writer
                    .asIs(user, "Watches on Sundays", Trust.STATED, APP)
                    .memory());
            Fate fate = Fate.KEPT;
            try {
                edit(memory, one.text());
            } catch (IllegalArgumentException e) {
                fate = Fate.REFUSED;
            }
            note("edit", one, fate, asked(user), allowed(one, fate));
        }
        assertNoFaults("edit");
        Memory memory = Objects.requireNonNull(stack.writer
                .asIs(stack.conversation().user(), "Watches on Sundays", Trust.STATED, APP)
                .memory());
        assertThatThrownBy(() -> edit(memory, cases.getFirst().text()))
                .hasMessage(
                        "text speaks to the machine rather than of the person, or holds a link (gate injection); say it"
                                + " plainly");
    }

    private void edit(Memory memory, String text) {
        stack.writer.change(
                new MemoryWriter.Edit(memory.id(), OptionalLong.empty(), APP),
                "edit",
                before -> stack.writer.reworded(before, text, APP));
    }

    @Test
    void importedAsAMemory() throws IOException {
        Map<Case, UserId> users = new LinkedHashMap<>();
        StringBuilder rows = new StringBuilder();
        for (Case one : cases) {
            UserId user = stack.conversation().user();
            users.put(one, user);
            rows.append(MAPPER.writeValueAsString(
                            Map.of("id", one.id(), "user_id", user.value(), "memory", one.text())))
                    .append('\n');
        }
        Path file = Files.writeString(folder.resolve("memories.jsonl"), rows);
        DatasetImport.Result result = importing().run(new JsonLinesReader(file), (phase, done, total) -> {});
        assertThat(result.memories().rows() + result.rejected()).isEqualTo(200);
        users.forEach((one, user) -> {
            Fate fate = fate(user);
            note("imported memory", one, fate, asked(user), allowed(one, fate));
            if (fate == Fate.REFUSED && result.rejected() == 0) {
                assertThat(stack.truth
                                .rejections()
                                .page(new Subject.OfUser(user), null, 1)
                                .items())
                        .as("visible: %s", one.id())
                        .hasSize(1);
            }
        });
        assertNoFaults("imported memory");
    }

    private DatasetImport importing() {
        var door = new MemoryDoor(stack.door(Gates.standard()), new TextMeaning(stack.reader, stack.snapshots));
        var target = new DatasetImport.Target(
                stack.truth.catalog(),
                stack.truth.users(),
                stack.truth.interactions(),
                stack.truth.jobs(),
                folder,
                ImportPositions.NONE,
                door);
        return new DatasetImport(target, stack.clock, 1);
    }

    /// The text stands in every field of an item that its year and category bring into the list. It comes into the
    /// list that its year and category bring it into, the others stay in their order there, no list that it has no
    /// place in changes, and the prompt around the data is the prompt for a harmless item.
    @Test
    void importedAsTheTextOfAnItem() throws IOException, InterruptedException {
        List<ItemId> clean = after("");
        List<ItemId> rivals = asked(stack.conversation().user(), LIKE_IT);
        ItemId id = new ItemId("injected");
        var model = ScriptedModel.parrot(ModelLevel.T2);
        try (var speaking = new GraphAgent(stack.parts(model), TurnLimits.DEFAULT)) {
            String around = outside(shown(speaking, model, "A quiet ride", id));
            for (Case one : cases) {
                String data = shown(speaking, model, one.text(), id);
                assertThat(outside(data)).as(one.text()).isEqualTo(around);
                List<ItemId> among = new ArrayList<>(asked(stack.conversation().user(), LIKE_IT));
                assertThat(among.remove(id))
                        .as("it has a place: %s", one.text())
                        .isTrue();
                note("item text", one, Fate.KEPT, among, List.of(rivals.subList(0, Math.min(rivals.size(), SIZE - 1))));
                List<ItemId> after = new ArrayList<>(asked(stack.conversation().user()));
                after.remove(id);
                assertThat(after).as(one.text()).isEqualTo(clean.subList(0, after.size()));
            }
        } finally {
            stack.truth.catalog().delete(id);
            stack.snapshots.refreshed();
        }
        assertNoFaults("item text");
    }

    /// Imports the item with the text, asks for it and returns the prompt it stood in.
    private String shown(GraphAgent speaking, ScriptedModel model, String text, ItemId id)
            throws IOException, InterruptedException {
        String line = text.replaceAll("[\\r\\n]+", " ").strip();
        String row = MAPPER.writeValueAsString(Map.of(
                "item_id",
                id.value(),
                "title",
                cut(line, 200),
                "year",
                YEAR,
                "genres",
                List.of("Western", cut(line, 100)),
                "tags",
                List.of(cut(line, 200)),
                "plot",
                text,
                "director",
                line));
        Path file = Files.writeString(folder.resolve("item.jsonl"), row + "\n");
        assertThat(importing()
                        .run(new JsonLinesReader(file), (phase, done, total) -> {})
                        .items()
                        .rows())
                .isEqualTo(1);
        stack.index.awaitApplied(stack.truth.changes().latest(), Duration.ofSeconds(30));
        stack.snapshots.refreshed();
        List<ItemId> found = new ArrayList<>();
        for (TurnEvent event : TestStack.say(speaking, stack.conversation(), LIKE_IT, SIZE)) {
            if (event instanceof TurnEvent.Recommended recommended) {
                recommended.items().forEach(ranked -> found.add(ranked.item().id()));
            }
        }
        assertThat(found).as(text).contains(id);
        List<RenderedPrompt> prompts = model.prompts();
        assertThat(prompts).as("a model was asked").isNotEmpty();
        RenderedPrompt prompt = prompts.getLast();
        return prompt.system() + "\n" + prompt.user();
    }

    private static String cut(String text, int length) {
        return text.substring(0, Math.min(length, text.length())).strip();
    }

    /// The prompt without what stands between the fences.
    private static String outside(String prompt) {
        return prompt.lines().collect(Collectors.joining("\n")).replaceAll("(?s)<data>.*?</data>", "<data></data>");
    }

    @Test
    void harmlessTextsAreKept() {
        List<Case> harmless = InjectionCorpus.harmless();
        List<String> refused = new ArrayList<>();
        for (Case one : harmless) {
            UserId user = stack.conversation().user();
            Written written = stack.writer.asIs(user, one.text(), Trust.STATED, APP);
            boolean ours = written.outcome() == Written.Outcome.QUARANTINE
                    || written.reason().equals("injection")
                    || written.reason().equals("link");
            if (ours) {
                refused.add(one.id() + " " + one.text());
            }
        }
        System.out.printf("harmless texts refused: %d of %d %s%n", refused.size(), harmless.size(), refused);
        assertThat(refused.size()).isLessThanOrEqualTo(1);
    }
}
