package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.domain.Gazetteer;
import dev.palate.agent.llm.NoModel;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Subject;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
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

    /// How many of the list have one of the categories.
    private static long having(List<Item> items, Set<String> categories) {
        return items.stream()
                .filter(item -> item.categories().stream().anyMatch(categories::contains))
                .count();
    }

    @Test
    void likeATitleButLighterOrDarkerMovesTheListAndTheNewestMoodHolds() {
        Set<String> light = Set.of("Comedy", "Romance", "Adventure", "Animation", "Children", "Musical");
        Set<String> dark = Set.of("War", "Horror", "Crime", "Thriller", "Film-Noir");
        List<Item> plain = say("something like Heat");
        List<Item> lighter = say("something like Heat, but lighter");
        assertThat(lighter).hasSize(5);
        assertThat(having(lighter, light)).isGreaterThan(having(plain, light));
        assertThat(having(lighter, dark)).isLessThan(having(plain, dark));
        List<Item> darker = say("darker please");
        assertThat(having(darker, dark)).isGreaterThan(having(lighter, dark));
        assertThat(having(darker, light)).isLessThan(having(lighter, light));
    }

    @Test
    void aMoodShowsBesideATitleThatIsLikedAndRemembered() {
        say("I loved Heat");
        List<Item> lighter = say("something like it but lighter");
        assertThat(lighter).hasSize(5);
        for (Item item : lighter) {
            assertThat(having(List.of(item), Set.of("Crime", "War", "Horror", "Film-Noir")))
                    .as(item.title() + " " + item.categories())
                    .isLessThanOrEqualTo(
                            having(List.of(item), Set.of("Comedy", "Romance", "Adventure", "Animation", "Children")));
        }
        assertThat(say("a western, darker"))
                .hasSize(5)
                .allMatch(item -> item.categories().contains("Western"));
    }

    @Test
    void aMoodIsSaidAndNothingIsAdmittedOfIt() {
        assertThat(words("something like Heat, but not as dark"))
                .contains("Going by Heat", "(lighter)")
                .doesNotContain("know nothing");
        assertThat(words("less serious, with romance")).contains("lighter").doesNotContain("no romance");
        assertThat(words("make it darker")).contains("(darker)").doesNotContain("lighter");
    }

    @Test
    void whatWasShownIsSpokenOfByItsPlace() {
        List<Item> first = say("westerns please");
        assertThat(say("I've seen the first two, I hated the third one"))
                .hasSize(5)
                .doesNotContainAnyElementsOf(first.subList(0, 3))
                .allMatch(item -> item.categories().contains("Western"));
        List<String> remembered = stack.memories.active(new Subject.OfUser(conversation.user())).stream()
                .map(Memory::text)
                .toList();
        assertThat(remembered).hasSize(3);
        for (Item item : first.subList(0, 3)) {
            assertThat(remembered).anyMatch(text -> text.contains(Gazetteer.plainTitle(item.title())));
        }
        List<Item> second = say("something else");
        String why = words("why the second one?");
        assertThat(why)
                .contains(Gazetteer.plainTitle(second.get(1).title()) + ": ")
                .doesNotContain(Gazetteer.plainTitle(second.get(0).title()) + ": ");
        assertThat(say("none of these please")).hasSize(5).doesNotContainAnyElementsOf(second);
    }

    @Test
    void aQuestionAboutAFilmIsAnsweredByWhatTheCatalogSaysAndKeepsTheWish() {
        List<Item> shown = say("westerns please");
        String first = Gazetteer.plainTitle(shown.getFirst().title());
        assertThat(words("has it won anything?"))
                .startsWith(first + " (" + shown.getFirst().year() + "): ")
                .contains("Western")
                .endsWith(" That is what this catalog says.");
        assertThat(words("what is number 3 about?"))
                .startsWith(Gazetteer.plainTitle(shown.get(2).title()));
        assertThat(words("who directed it?"))
                .as("it is what was told of last")
                .startsWith(Gazetteer.plainTitle(shown.get(2).title()));
        assertThat(words("tell me about Pulp Fiction"))
                .startsWith("Pulp Fiction (1994): ")
                .contains("Crime");
        assertThat(say("surprise me"))
                .hasSize(5)
                .doesNotContainAnyElementsOf(shown)
                .allMatch(item -> item.categories().contains("Western"));
    }

    @Test
    void theLastYearsAreThoseBeforeTheNewestFilm() {
        int newest = Objects.requireNonNull(stack.snapshots.current().newestYear());
        assertThat(say("a comedy from the last ten years"))
                .hasSize(5)
                .allMatch(item -> item.year() != null && item.year() > newest - 10);
    }

    private String words(String text) {
        return TestStack.say(agent, conversation, text, 5).stream()
                .filter(TurnEvent.Spoken.class::isInstance)
                .map(TurnEvent.Spoken.class::cast)
                .map(TurnEvent.Spoken::text)
                .collect(Collectors.joining(" "));
    }
}
