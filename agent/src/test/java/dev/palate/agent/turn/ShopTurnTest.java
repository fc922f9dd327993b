package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.llm.NoModel;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Subject;
import dev.palate.retrieval.candidate.NumberRange;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Whole turns over the shipped shop: another domain, no years, no history of anybody.
class ShopTurnTest {
    private final TestStack stack = TestStack.shop();
    private final GraphAgent agent = new GraphAgent(stack.parts(new NoModel("test")), TurnLimits.DEFAULT);
    private final Conversation conversation = stack.conversation();
    private String words = "";

    @AfterEach
    void close() {
        agent.close();
    }

    private List<Item> say(String text) {
        List<TurnEvent> events = TestStack.say(agent, conversation, text, 5);
        var said = new StringBuilder();
        events.stream()
                .filter(TurnEvent.Spoken.class::isInstance)
                .map(TurnEvent.Spoken.class::cast)
                .forEach(each -> said.append(each.text()));
        words = said.toString();
        return events.stream()
                .filter(TurnEvent.Recommended.class::isInstance)
                .map(TurnEvent.Recommended.class::cast)
                .flatMap(shown -> shown.items().stream())
                .map(ranked -> ranked.item())
                .toList();
    }

    private List<String> memories() {
        return stack.memories.active(new Subject.OfUser(conversation.user())).stream()
                .map(Memory::text)
                .toList();
    }

    @Test
    void aCategoryIsObeyed() {
        assertThat(say("I need a new kettle"))
                .hasSize(5)
                .allMatch(item -> item.categories().contains("Kettles"));
        assertThat(words).contains("kettles").doesNotContainIgnoringCase("film");
    }

    @Test
    void aThemeIsObeyedAndAnotherLeftOut() {
        assertThat(say("a present for somebody who drinks tea, nothing with caffeine"))
                .isNotEmpty()
                .allMatch(item -> item.categories().contains("Tea")
                        || item.tags().contains("tea")
                        || item.tags().contains("gift"));
        assertThat(say("something for a camping trip, no plastic please"))
                .isNotEmpty()
                .allMatch(item -> item.tags().contains("camping"))
                .noneMatch(item -> item.tags().contains("plastic"));
    }

    @Test
    void whatWasBoughtIsRememberedUnderItsShortNameAndNotShownAgain() {
        List<Item> items = say("I love the Moka Pot, more like that please");
        assertThat(items).isNotEmpty().noneMatch(item -> item.title().startsWith("Moka Pot, 3"));
        assertThat(memories()).anyMatch(memory -> memory.contains("Moka Pot"));
        assertThat(say("anything for espresso, I bought the Pocket Press already"))
                .isNotEmpty()
                .noneMatch(item -> item.title().equals("Pocket Press"));
    }

    @Test
    void aDislikeLasts() {
        say("I hate plastic");
        assertThat(memories()).anyMatch(memory -> memory.contains("plastic"));
        assertThat(say("show me coffee makers"))
                .hasSize(5)
                .noneMatch(item -> item.tags().contains("plastic"));
    }

    @Test
    void whatTheCatalogDoesNotKnowIsSaid() {
        say("a bigger mug");
        assertThat(words).contains("I know nothing about sizes");
        say("mugs from the 80s");
        assertThat(words).contains("This catalog knows no years");
    }

    private static double price(Item item) {
        return NumberRange.of(item, "price");
    }

    @Test
    void aPriceBoundsTheListUntilAnotherWishBegins() {
        assertThat(say("a kettle under 35 euros"))
                .isNotEmpty()
                .allMatch(item -> item.categories().contains("Kettles") && price(item) <= 35);
        assertThat(words).contains("up to €35");
        List<Item> cheaper = say("something cheaper");
        assertThat(cheaper).isNotEmpty().allMatch(item -> item.categories().contains("Kettles") && price(item) < 35);
        assertThat(say("between €90 and €120"))
                .isNotEmpty()
                .allMatch(item -> item.categories().contains("Kettles") && price(item) >= 90 && price(item) <= 120);
        assertThat(say("show me knives")).anyMatch(item -> price(item) < 90);
        assertThat(say("cheap cookware"))
                .isNotEmpty()
                .allMatch(item -> item.categories().contains("Cookware") && price(item) < 45);
    }

    @Test
    void smallTalkSpeaksOfProducts() {
        say("hello");
        assertThat(words).contains("name a product that you love");
        say("what can you do");
        assertThat(words).contains("I find products in this catalog").doesNotContain("era");
    }
}
