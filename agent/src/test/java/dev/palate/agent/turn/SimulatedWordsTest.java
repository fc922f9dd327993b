package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.evaluation.SimulatedUser;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What simulated users say is understood as they mean it, and what they said before still holds.
class SimulatedWordsTest {
    private static final Pattern DECADE = Pattern.compile("from the (\\d{4})s");
    private static final Pattern NEWER = Pattern.compile("newer than (\\d{4})");
    private static final Pattern OLDER = Pattern.compile("older than (\\d{4})");

    private final TestStack stack = TestStack.get();

    @Test
    void whatIsSaidAddsUp() {
        CatalogSnapshot catalog = stack.snapshots.current();
        List<Item> items = new ArrayList<>();
        for (int row = 0; row < 2_000; row++) {
            stack.truth.catalog().item(new ItemId(Integer.toString(row))).ifPresent(items::add);
        }
        assertThat(items).hasSizeGreaterThan(500);
        Set<String> categories = new HashSet<>();
        items.forEach(item -> categories.addAll(item.categories()));
        categories.removeIf(category -> !catalog.lexicon().label(category).matches("(?i)[a-z' -]+"));
        SplittableRandom random = new SplittableRandom(5);
        int sentences = 0;
        for (int at = 0; at < 120; at++) {
            Item sought = items.get(random.nextInt(items.size()));
            var user = new SimulatedUser(sought, items, catalog.lexicon()::label, 5, new SplittableRandom(at));
            List<String> said = new ArrayList<>(List.of(user.opens()));
            for (int turn = 0; turn < 4; turn++) {
                List<Item> shown = new ArrayList<>();
                while (shown.size() < 6) {
                    Item item = items.get(random.nextInt(items.size()));
                    if (!item.id().equals(sought.id())) {
                        shown.add(item);
                    }
                }
                said.add(user.answers(shown).orElseThrow());
            }
            State state = State.NEW;
            for (String words : said) {
                state = new State(
                        Understander.understand(stack.reader.read(words, catalog), state, List.of(), catalog)
                                .wish(),
                        List.of(),
                        null,
                        List.of(),
                        List.of(),
                        null);
                sentences++;
            }
            holds(said, state.wish(), categories, catalog);
        }
        assertThat(sentences).isEqualTo(600);
    }

    private static void holds(List<String> said, Wish wish, Set<String> categories, CatalogSnapshot catalog) {
        for (String words : said) {
            String category = named(words, categories, catalog);
            if (!category.isEmpty()) {
                boolean not = words.toLowerCase(Locale.ROOT)
                        .contains("no " + catalog.lexicon().label(category).toLowerCase(Locale.ROOT));
                assertThat(not ? wish.excluded() : wish.required())
                        .as("%s in %s", words, said)
                        .anyMatch(category::equalsIgnoreCase);
            }
            year(DECADE, words)
                    .ifPresent(year -> assertThat(wish.years())
                            .as("%s in %s", words, said)
                            .matches(years -> years.from() >= year && years.to() <= year + 9));
            year(NEWER, words)
                    .ifPresent(year ->
                            assertThat(wish.years()).as("%s in %s", words, said).matches(years -> years.from() > year));
            year(OLDER, words)
                    .ifPresent(year ->
                            assertThat(wish.years()).as("%s in %s", words, said).matches(years -> years.to() < year));
        }
    }

    /// The category whose words are the longest in the sentence, as `film noir` is one and `crime films` another.
    private static String named(String words, Set<String> categories, CatalogSnapshot catalog) {
        return categories.stream()
                .filter(category -> words.toLowerCase(Locale.ROOT)
                        .contains(catalog.lexicon().label(category).toLowerCase(Locale.ROOT)))
                .max((one, other) -> Integer.compare(
                        catalog.lexicon().label(one).length(),
                        catalog.lexicon().label(other).length()))
                .orElse("");
    }

    private static OptionalInt year(Pattern pattern, String words) {
        Matcher found = pattern.matcher(words);
        return found.find() ? OptionalInt.of(Integer.parseInt(found.group(1))) : OptionalInt.empty();
    }
}
