package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.domain.Gazetteer;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.retrieval.recommend.RankedItem;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A model that invents, injects, breaks and never ends: nothing of it reaches the user.
class HostileModelTest {
    private static final TurnLimits QUICK = new TurnLimits(
            4,
            Duration.ofSeconds(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofMillis(250),
            Duration.ofMillis(600),
            60);
    private static final List<String> FOREIGN = List.of(
            "Zanzibar of the Damned",
            "Friday the 13th",
            "Halloween",
            "A Nightmare on Elm Street",
            "Scream",
            "The Texas Chainsaw Massacre",
            "Psycho",
            "The Film That Is Not There",
            "Quantum Llamas 7",
            "Heat",
            "Up",
            "300",
            "Saw");
    private static final List<String> MESSAGES = List.of(
            "I loved Alien and The Thing, but no horror, before 2000",
            "no horror, something funny before 1990",
            "a western without horror",
            "something else",
            "no horror and no comedies, after 1950",
            "a drama from the nineties, no horror");
    private static final Pattern UNWANTED = Pattern.compile(
            "https?:|www\\.|evil\\.example|[$€]|<\\||<script|<img|\\[\\[|]]|item:\\d|previous instructions|"
                    + "\\p{Cntrl}|\u202e|\u200b",
            Pattern.CASE_INSENSITIVE);

    private final TestStack stack = TestStack.get();

    @Test
    void nothingForeignIsShownInTwoHundredTurns() {
        talk(200, Long.getLong("test.seed", 20_260_301));
    }

    @Test
    @Tag("long")
    void nothingForeignIsShownInAThousandTurns() {
        talk(1_000, Long.getLong("test.seed", 7));
    }

    private void talk(int turns, long seed) {
        System.out.println("hostile model, seed " + seed);
        var hidden = new ItemId("hidden-zanzibar");
        stack.truth
                .catalog()
                .put(new Item(
                        hidden,
                        "Zanzibar of the Damned",
                        1980,
                        List.of("Western", "Comedy", "Drama"),
                        List.of(),
                        "",
                        Map.of(),
                        true,
                        null,
                        null,
                        0));
        stack.snapshots.refreshed();
        var random = new SplittableRandom(seed);
        var model = ScriptedModel.hostile(ModelLevel.T2, seed, FOREIGN);
        int byModel = 0;
        try (var agent = new GraphAgent(stack.parts(model), QUICK)) {
            Conversation conversation = stack.conversation();
            for (int turn = 0; turn < turns; turn++) {
                if (turn % 10 == 0) {
                    conversation = stack.conversation();
                    TestStack.say(
                            agent,
                            new TurnRequest(conversation.id(), MESSAGES.getFirst(), 5, TurnRequest.UseModels.NEVER));
                }
                String text = MESSAGES.get(random.nextInt(MESSAGES.size()));
                byModel += check(TestStack.say(agent, conversation, text, 5), text) ? 1 : 0;
            }
        }
        System.out.println("turns " + turns + ", worded by the model " + byModel);
        assertThat(byModel)
                .as("some harmless answers get through, else nothing was tested")
                .isPositive();
    }

    private boolean check(List<TurnEvent> events, String message) {
        assertThat(events.getLast()).as(message).isInstanceOf(TurnEvent.Completed.class);
        assertThat(events.stream().filter(TurnEvent::last)).hasSize(1);
        Set<String> allowed = new HashSet<>(Set.of("alien", "the thing"));
        var streamed = new StringBuilder();
        boolean listed = false;
        boolean byModel = false;
        for (TurnEvent event : events) {
            if (event instanceof TurnEvent.Recommended shown) {
                listed = true;
                shown.items().forEach(ranked -> {
                    obeys(ranked);
                    allowed.add(Gazetteer.plainTitle(ranked.item().title()).toLowerCase(Locale.ROOT));
                });
                shown.reasons().forEach(reason -> clean(reason, allowed));
            } else if (event instanceof TurnEvent.Delta delta) {
                assertThat(listed).as("items come before words").isTrue();
                streamed.append(delta.text());
            } else if (event instanceof TurnEvent.Spoken spoken) {
                clean(spoken.text(), allowed);
                byModel = spoken.level().equals("T2");
            }
        }
        clean(streamed.toString(), allowed);
        return byModel;
    }

    private void obeys(RankedItem ranked) {
        Item row = stack.truth.catalog().item(ranked.item().id()).orElseThrow();
        assertThat(row).isEqualTo(ranked.item());
        assertThat(row.visibleAt(stack.clock.instant())).isTrue();
        assertThat(row.categories()).doesNotContain("Horror");
    }

    private static void clean(String text, Set<String> allowed) {
        assertThat(UNWANTED.matcher(text).find()).as(text).isFalse();
        for (String title : FOREIGN) {
            if (!allowed.contains(title.toLowerCase(Locale.ROOT))) {
                String words = Pattern.quote(title).replace(" ", "\\E\\s+\\Q");
                assertThat(Pattern.compile("(?<![\\p{L}\\p{N}])" + words + "(?![\\p{L}\\p{N}])")
                                .matcher(text)
                                .find())
                        .as(title + " in: " + text)
                        .isFalse();
            }
        }
    }
}
