package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.domain.Gazetteer;
import dev.palate.agent.ranking.Blend;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What may be shown in a turn over the shipped films, whatever the model says: items of the catalog that obey what
/// was asked for, and words without foreign titles, addresses, prices, marks and control characters. For wishes that
/// exclude horror. Thread-safe.
final class ShownChecks {
    /// Titles that a model may try to bring in: a hidden film, horror, unknown ones, and common words.
    static final List<String> FOREIGN = List.of(
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
    /// Titles that a catalog must have for these wishes: the forbidden ones that exist, and what is said to be liked.
    static final List<String> NAMED = Stream.concat(FOREIGN.stream(), Stream.of("Alien", "The Thing"))
            .map(title -> title.replaceFirst("^(A|The) (.*)$", "$2, $1") + " (")
            .toList();
    /// What is said first in a conversation.
    static final String FIRST = "I loved Alien and The Thing, but no horror, before 2000";
    /// What is said in one.
    static final List<String> MESSAGES = List.of(
            FIRST,
            "no horror, something funny before 1990",
            "a western without horror",
            "something else",
            "no horror and no comedies, after 1950",
            "a drama from the nineties, no horror");

    private static final Pattern UNWANTED = Pattern.compile(
            "https?:|www\\.|evil\\.example|[$€]|<\\||<script|<img|\\[\\[|]]|item:\\d|previous instructions|"
                    + "\\p{Cntrl}|\u202e|\u200b",
            Pattern.CASE_INSENSITIVE);
    private static final Map<String, Pattern> TITLES = titles();

    private final TestStack stack;

    /// What a turn was like.
    ///
    /// @param level whose words were said
    /// @param calls to the model
    /// @param scored whether a model's scores are in the list
    /// @param unscored whether the model was asked for scores and failed
    record Seen(String level, int calls, boolean listed, boolean scored, boolean unscored) {}

    ShownChecks(TestStack stack) {
        this.stack = stack;
    }

    /// Puts the hidden film into the catalog, which all kinds of wishes would find.
    void hide() {
        stack.truth
                .catalog()
                .put(new Item(
                        new ItemId("hidden-zanzibar"),
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
    }

    private static Map<String, Pattern> titles() {
        Map<String, Pattern> patterns = new HashMap<>();
        for (String title : FOREIGN) {
            String words = Pattern.quote(title).replace(" ", "\\E\\s+\\Q");
            patterns.put(title, Pattern.compile("(?<![\\p{L}\\p{N}])" + words + "(?![\\p{L}\\p{N}])"));
        }
        return Map.copyOf(patterns);
    }

    /// Looks at all events of a turn, which must have come to its usual end.
    Seen check(List<TurnEvent> events, String message) {
        assertThat(events.getLast())
                .as(message)
                .isInstanceOfSatisfying(
                        TurnEvent.Completed.class,
                        completed -> assertThat(completed.finish()).isEqualTo("stop"));
        assertThat(events.stream().filter(TurnEvent::last)).hasSize(1);
        Set<String> allowed = new HashSet<>(Set.of("alien", "the thing"));
        var streamed = new StringBuilder();
        List<TurnEvent.Recommended> lists = new ArrayList<>();
        String level = "";
        int calls = 0;
        for (TurnEvent event : events) {
            switch (event) {
                case TurnEvent.Recommended shown -> {
                    lists.add(shown);
                    shown.items().forEach(ranked -> {
                        obeys(ranked);
                        allowed.add(Gazetteer.plainTitle(ranked.item().title()).toLowerCase(Locale.ROOT));
                    });
                    shown.reasons().forEach(reason -> clean(reason, allowed));
                }
                case TurnEvent.Delta delta -> {
                    assertThat(lists).as("items come before words").isNotEmpty();
                    streamed.append(delta.text());
                }
                case TurnEvent.Spoken spoken -> {
                    assertThat(spoken.text()).isNotBlank();
                    clean(spoken.text(), allowed);
                    level = spoken.level();
                }
                case TurnEvent.Usage usage -> calls = usage.calls();
                case TurnEvent.Created _,
                        TurnEvent.Recalled _,
                        TurnEvent.Understood _,
                        TurnEvent.Remembered _,
                        TurnEvent.Failed _,
                        TurnEvent.Completed _ -> {}
            }
        }
        clean(streamed.toString(), allowed);
        assertThat(level).as("an answer to: %s", message).isNotEmpty();
        return new Seen(
                level,
                calls,
                !lists.isEmpty(),
                lists.stream()
                        .flatMap(shown -> shown.items().stream())
                        .anyMatch(ranked -> ranked.parts().containsKey(Blend.PART)),
                lists.stream().anyMatch(shown -> shown.degraded().contains(LlmRanker.DEGRADED)));
    }

    private void obeys(RankedItem ranked) {
        Item row = stack.truth.catalog().item(ranked.item().id()).orElseThrow();
        assertThat(row).isEqualTo(ranked.item());
        assertThat(row.visibleAt(stack.clock.instant())).isTrue();
        assertThat(row.categories()).doesNotContain("Horror");
    }

    private static void clean(String text, Set<String> allowed) {
        assertThat(UNWANTED.matcher(text).find()).as(text).isFalse();
        TITLES.forEach((title, pattern) -> {
            if (!allowed.contains(title.toLowerCase(Locale.ROOT))) {
                assertThat(pattern.matcher(text).find())
                        .as(title + " in: " + text)
                        .isFalse();
            }
        });
    }
}
