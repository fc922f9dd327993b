package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.llm.NoModel;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.conversation.Conversation;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Whole turns over the shipped films, with wishes as people word them to each other.
class WishTurnTest {
    private final TestStack stack = TestStack.get();
    private final GraphAgent agent = new GraphAgent(stack.parts(new NoModel("test")), TurnLimits.DEFAULT);
    private final Conversation conversation = stack.conversation();

    @AfterEach
    void close() {
        agent.close();
    }

    private List<Item> say(String text) {
        return TestStack.say(agent, conversation, text, 5).stream()
                .filter(TurnEvent.Recommended.class::isInstance)
                .map(TurnEvent.Recommended.class::cast)
                .flatMap(shown -> shown.items().stream())
                .map(ranked -> ranked.item())
                .toList();
    }

    @Test
    void theYearOfATitleIsNoSpanOfYears() {
        List<Item> items = say("a comedy please, something like The Boss Baby (2017)");
        assertThat(items).hasSize(5).allMatch(item -> item.categories().contains("Comedy"));
        assertThat(items).anyMatch(item -> item.year() != null && item.year() != 2017);
    }

    @Test
    void listedKindsAreAlternativesAndWhatWasLikedIsNotShown() {
        List<Item> items = say("I loved Superbad (2007), recommend me action and comedy");
        assertThat(items)
                .hasSize(5)
                .allMatch(item -> item.categories().contains("Action")
                        || item.categories().contains("Comedy"))
                .noneMatch(item -> item.id().value().equals("54503"));
    }

    @Test
    void aMisspeltKindIsUnderstoodAndSmallTalkKeepsTheWish() {
        assertThat(say("I am looking for a westren"))
                .hasSize(5)
                .allMatch(item -> item.categories().contains("Western"));
        assertThat(say("yeah, show me"))
                .isNotEmpty()
                .allMatch(item -> item.categories().contains("Western"));
    }
}
