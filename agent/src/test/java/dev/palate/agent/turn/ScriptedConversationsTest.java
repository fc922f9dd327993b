package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.domain.Gazetteer;
import dev.palate.agent.llm.NoModel;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The thirty conversations of `turns/cases.jsonl`, at T0.
class ScriptedConversationsTest {
    private static final int SIZE = 5;

    private final TestStack stack = TestStack.get();

    /// What followed the last message.
    private record Outcome(
            Conversation conversation,
            List<String> messages,
            List<Item> before,
            List<Item> items,
            List<String> reasons,
            String text,
            boolean listed) {}

    @Test
    void atLeastTwentySevenOfThirtyPass() throws IOException {
        Map<String, List<String>> failures = new LinkedHashMap<>();
        List<String> lines = Files.readAllLines(Path.of("src/test/resources/turns/cases.jsonl"));
        try (var agent = new GraphAgent(stack.parts(new NoModel("test")), TurnLimits.DEFAULT)) {
            for (String line : lines) {
                JsonNode node = new ObjectMapper().readTree(line);
                Outcome outcome = play(agent, node.path("messages"));
                List<String> failed = new ArrayList<>();
                for (Map.Entry<String, JsonNode> check : node.path("checks").properties()) {
                    String why = check(check.getKey(), check.getValue(), outcome);
                    if (!why.isEmpty()) {
                        failed.add(check.getKey() + ": " + why);
                    }
                }
                failures.put(node.path("id").asString(), failed);
                print(node.path("id").asString(), outcome, failed);
            }
        }
        long passed = failures.values().stream().filter(List::isEmpty).count();
        System.out.println("scripted conversations passed: " + passed + " of " + lines.size());
        assertThat(lines).hasSize(30);
        assertThat(passed)
                .as(failures.entrySet().stream()
                        .filter(entry -> !entry.getValue().isEmpty())
                        .map(Object::toString)
                        .collect(Collectors.joining("\n")))
                .isGreaterThanOrEqualTo(27);
    }

    private static void print(String id, Outcome outcome, List<String> failed) {
        System.out.println((failed.isEmpty() ? "ok   " : "FAIL ") + id + " " + failed);
        System.out.println("     " + outcome.text());
        for (int i = 0; i < outcome.items().size(); i++) {
            Item item = outcome.items().get(i);
            System.out.println("       " + item.title() + " (" + item.year() + ") " + item.categories() + " — "
                    + outcome.reasons().get(i));
        }
    }

    private Outcome play(ChatAgent agent, JsonNode messages) {
        Conversation conversation = stack.conversation();
        List<String> said = new ArrayList<>();
        List<Item> before = List.of();
        List<Item> items = List.of();
        List<String> reasons = List.of();
        String text = "";
        boolean listed = false;
        for (JsonNode message : messages) {
            before = items;
            said.add(message.asString());
            List<TurnEvent> events = TestStack.say(agent, conversation, message.asString(), SIZE);
            assertThat(events.getLast()).isInstanceOf(TurnEvent.Completed.class);
            items = List.of();
            reasons = List.of();
            listed = false;
            for (TurnEvent event : events) {
                if (event instanceof TurnEvent.Recommended shown) {
                    items = shown.items().stream().map(ranked -> ranked.item()).toList();
                    reasons = shown.reasons();
                    listed = true;
                } else if (event instanceof TurnEvent.Spoken spoken) {
                    text = spoken.text();
                }
            }
        }
        return new Outcome(conversation, said, before, items, reasons, text, listed);
    }

    private String check(String name, JsonNode value, Outcome outcome) {
        List<Item> items = outcome.items();
        boolean holds = switch (name) {
            case "items_min" -> items.size() >= value.asInt();
            case "items_max" -> items.size() <= value.asInt();
            case "year_min" -> items.stream().allMatch(item -> item.year() != null && item.year() >= value.asInt());
            case "year_max" -> items.stream().allMatch(item -> item.year() != null && item.year() <= value.asInt());
            case "year_not" ->
                items.stream()
                        .allMatch(item -> item.year() != null
                                && (item.year() < value.path(0).asInt()
                                        || item.year() > value.path(1).asInt()));
            case "all_of" -> items.stream().allMatch(item -> item.categories().containsAll(texts(value)));
            case "none_of" ->
                items.stream().noneMatch(item -> item.categories().stream().anyMatch(texts(value)::contains));
            case "any_of" ->
                items.stream()
                                .filter(item -> item.categories()
                                        .contains(value.path("category").asString()))
                                .count()
                        >= value.path("at_least").asInt();
            case "not_shown" ->
                items.stream().noneMatch(item -> texts(value).contains(item.id().value()));
            case "liked_used" -> texts(value).stream().allMatch(id -> named(id, outcome.reasons()));
            case "admits", "text_has" ->
                (value.isArray() ? texts(value) : Set.of(value.asString()))
                        .stream()
                                .allMatch(word ->
                                        outcome.text().toLowerCase(Locale.ROOT).contains(word));
            case "memories" -> each(value).stream().allMatch(memory -> written(memory, outcome));
            case "gone" -> each(value).stream().allMatch(memory -> gone(memory, outcome));
            case "forgotten" ->
                texts(value).stream()
                        .noneMatch(slot -> active(outcome).stream()
                                .anyMatch(memory -> Slot.parse(slot).equals(memory.slot())));
            case "no_memory" -> all(outcome).isEmpty();
            case "fresh" ->
                !outcome.before().isEmpty()
                        && items.stream()
                                .noneMatch(item -> outcome.before().stream()
                                        .anyMatch(old -> old.id().equals(item.id())));
            default -> throw new AssertionError("unknown check " + name);
        };
        return holds
                ? ""
                : "expected " + value + ", listed " + outcome.listed() + ", memories "
                        + active(outcome).stream().map(Memory::text).toList();
    }

    private boolean named(String id, List<String> reasons) {
        String title = stack.item(id).title();
        String plain = Gazetteer.plainTitle(title);
        return reasons.stream().anyMatch(reason -> reason.contains(title) || reason.contains(plain));
    }

    private boolean written(JsonNode wanted, Outcome outcome) {
        return active(outcome).stream()
                .filter(memory -> fits(wanted, memory))
                .anyMatch(memory -> memory.evidence().stream()
                        .map(Evidence::quote)
                        .anyMatch(quote -> !quote.isBlank()
                                && outcome.messages().stream().anyMatch(text -> text.contains(quote))));
    }

    private boolean gone(JsonNode wanted, Outcome outcome) {
        boolean active = active(outcome).stream().anyMatch(memory -> fits(wanted, memory));
        boolean history = all(outcome).stream()
                .filter(memory -> fits(wanted, memory))
                .anyMatch(memory -> stack.memories.history(memory.id()).size() > 1);
        return !active && history;
    }

    private static boolean fits(JsonNode wanted, Memory memory) {
        return Slot.parse(wanted.path("slot").asString()).equals(memory.slot())
                && Math.signum(memory.polarity()) == wanted.path("sign").asInt();
    }

    private List<Memory> active(Outcome outcome) {
        return stack.memories.active(new Subject.OfUser(outcome.conversation().user()));
    }

    private List<Memory> all(Outcome outcome) {
        var filter = new MemoryFilter(new Subject.OfUser(outcome.conversation().user()), Set.of(), Set.of(), null);
        return stack.memories.page(filter, null, 100).items();
    }

    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new java.util.LinkedHashSet<>();
        array.forEach(entry -> texts.add(entry.asString()));
        return texts;
    }

    private static List<JsonNode> each(JsonNode array) {
        List<JsonNode> nodes = new ArrayList<>();
        array.forEach(nodes::add);
        return nodes;
    }
}
