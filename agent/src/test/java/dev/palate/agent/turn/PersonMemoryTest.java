package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.llm.NoModel;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.dataset.JsonLinesReader;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.recommend.Constraints;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.retrieval.recommend.Taste;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said of a person is remembered, and holds in other conversations and in lists by request.
class PersonMemoryTest {
    @TempDir
    Path folder;

    private TestStack stack() throws Exception {
        var rows = new StringBuilder();
        List<String> directors = List.of("Agnes Varda", "Otto Nurmi", "Lina Marek");
        for (int i = 0; i < 24; i++) {
            rows.append("""
                    {"item_id": "%d", "title": "Number %s", "year": %d, "genres": ["Drama"], "director": "%s"}
                    """.formatted(i, "abcdefghijklmnopqrstuvwx".charAt(i), 1980 + i, directors.get(i % 3)));
        }
        Path file = Files.writeString(folder.resolve("items.jsonl"), rows);
        return TestStack.of(new JsonLinesReader(file), DomainPackFile.films());
    }

    private static List<Item> listed(List<TurnEvent> events) {
        return events.stream()
                .filter(TurnEvent.Recommended.class::isInstance)
                .map(TurnEvent.Recommended.class::cast)
                .flatMap(shown -> shown.items().stream())
                .map(RankedItem::item)
                .toList();
    }

    private static List<String> directors(List<Item> items) {
        return items.stream().map(item -> item.attributes().get("director")).toList();
    }

    private static List<Item> request(TestStack stack, UserId user) {
        Taste none = new Taste("", List.of(), List.of(), Map.of(), Map.of());
        return stack
                .recommender
                .recommend(new RecommendationRequest(
                        user, 6, none, Constraints.NONE, false, Variety.NONE, Duration.ofSeconds(20)))
                .items()
                .stream()
                .map(RankedItem::item)
                .toList();
    }

    @Test
    void likingAndDislikingAPersonOutlastsTheConversation() throws Exception {
        TestStack stack = stack();
        try (var agent = new GraphAgent(stack.parts(new NoModel("test")), TurnLimits.DEFAULT)) {
            Conversation first = stack.conversation();
            TestStack.say(agent, first, "I love Agnes Varda, and I hate Otto Nurmi", 5);
            assertThat(stack.memories.active(new Subject.OfUser(first.user())))
                    .extracting(Memory::slot)
                    .map(String::valueOf)
                    .anyMatch(slot -> slot.contains("agnes varda"))
                    .anyMatch(slot -> slot.contains("otto nurmi"));
            Conversation second = stack.truth.conversations().start(first.user());
            List<Item> later = listed(TestStack.say(agent, second, "recommend me a drama", 6));
            assertThat(directors(later))
                    .hasSize(6)
                    .doesNotContain("Otto Nurmi")
                    .startsWith("Agnes Varda", "Agnes Varda");
            List<Item> requested = request(stack, first.user());
            assertThat(directors(requested))
                    .hasSize(6)
                    .doesNotContain("Otto Nurmi")
                    .startsWith("Agnes Varda", "Agnes Varda");
            TestStack.say(agent, second, "forget what I said about Otto Nurmi", 5);
            assertThat(stack.memories.active(new Subject.OfUser(first.user())))
                    .extracting(memory -> String.valueOf(memory.slot()))
                    .noneMatch(slot -> slot.contains("otto nurmi"));
            assertThat(directors(listed(TestStack.say(agent, second, "show me films by Otto Nurmi", 3))))
                    .containsOnly("Otto Nurmi");
        }
    }
}
