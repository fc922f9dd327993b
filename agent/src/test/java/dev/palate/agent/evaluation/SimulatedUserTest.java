package dev.palate.agent.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SimulatedUserTest {
    private static final List<String> CATEGORIES = List.of("Comedy", "Drama", "Horror", "War", "Western");
    private static final int CROWD = 10;

    /// Three hundred items, each with a title, a description and a person of its own.
    private static List<Item> catalog() {
        SplittableRandom random = new SplittableRandom(7);
        List<Item> items = new ArrayList<>();
        for (int at = 0; at < 300; at++) {
            List<String> categories = new ArrayList<>(List.of(CATEGORIES.get(random.nextInt(CATEGORIES.size()))));
            String second = CATEGORIES.get(random.nextInt(CATEGORIES.size()));
            if (!categories.contains(second)) {
                categories.add(second);
            }
            items.add(item("i" + at, "Quux" + at, at % 17 == 0 ? null : 1940 + random.nextInt(70), categories));
        }
        return items;
    }

    private static Item item(String id, String title, @Nullable Integer year, List<String> categories) {
        return new Item(
                new ItemId(id),
                title,
                year,
                categories,
                List.of("tag-" + title),
                "All about " + title,
                Map.of("director", "Director of " + title),
                false,
                null,
                null,
                0);
    }

    /// Seven turns in which it is never shown what it looks for.
    private static List<String> talk(SimulatedUser user, List<Item> catalog, Item sought, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> said = new ArrayList<>(List.of(user.opens()));
        for (int turn = 0; turn < 6; turn++) {
            List<Item> shown = new ArrayList<>();
            while (shown.size() < 10) {
                Item item = catalog.get(random.nextInt(catalog.size()));
                if (!item.id().equals(sought.id())) {
                    shown.add(item);
                }
            }
            said.add(user.answers(shown).orElseThrow());
            assertThat(user.fitting()).isGreaterThanOrEqualTo(CROWD);
        }
        return said;
    }

    @Test
    void whatItSaysFitsACrowdAndNamesNothing() {
        List<Item> catalog = catalog();
        int different = 0;
        for (int at = 0; at < catalog.size(); at++) {
            Item sought = catalog.get(at);
            var user = new SimulatedUser(sought, catalog, String::valueOf, CROWD, new SplittableRandom(at));
            List<String> said = talk(user, catalog, sought, at);
            assertThat(String.join(" ", said).toLowerCase(Locale.ROOT)).doesNotContain("quux");
            different += (int) said.stream().distinct().count();
        }
        assertThat(different).as("users say several things").isGreaterThan(3 * catalog.size());
    }

    @Test
    void itsWordsFollowFromCategoriesAndYearAlone() {
        List<Item> catalog = catalog();
        for (int at = 0; at < 50; at++) {
            Item sought = catalog.get(at);
            List<Item> other = new ArrayList<>(catalog);
            Item renamed = item(sought.id().value(), "Altogether else", sought.year(), sought.categories());
            other.set(at, renamed);
            var user = new SimulatedUser(sought, catalog, String::valueOf, CROWD, new SplittableRandom(at));
            var twin = new SimulatedUser(renamed, other, String::valueOf, CROWD, new SplittableRandom(at));
            assertThat(talk(twin, other, renamed, at)).isEqualTo(talk(user, catalog, sought, at));
        }
    }

    @Test
    void allThatItSaysIsTrue() {
        List<Item> catalog = catalog();
        Item sought = item("sought", "Quuxest", 1987, List.of("Horror", "War"));
        List<Item> all = new ArrayList<>(catalog);
        all.add(sought);
        for (int seed = 0; seed < 200; seed++) {
            var user = new SimulatedUser(sought, all, String::valueOf, CROWD, new SplittableRandom(seed));
            for (String words : talk(user, all, sought, seed)) {
                assertThat(words).doesNotContain("no Horror", "no War", "newer than 1989", "older than 1980");
                if (words.contains("Comedy") || words.contains("Drama") || words.contains("Western")) {
                    assertThat(words).contains("no ");
                }
                if (words.contains("0s")) {
                    assertThat(words).contains("1980s");
                }
            }
        }
    }

    @Test
    void itCriticisesWhatHalfOfAListHasAndEndsWhenItIsShown() {
        List<Item> catalog = catalog();
        Item sought = item("sought", "Quuxest", null, List.of("Horror"));
        List<Item> all = new ArrayList<>(catalog);
        all.add(sought);
        List<Item> westerns = catalog.stream()
                .filter(item -> item.categories().equals(List.of("Western")))
                .limit(5)
                .toList();
        var user = new SimulatedUser(sought, all, String::valueOf, CROWD, new SplittableRandom(1));
        assertThat(user.opens()).contains("Horror");
        assertThat(user.answers(westerns).orElseThrow()).contains("no Western");
        assertThat(user.answers(westerns)).contains("Something else, please.");
        assertThat(user.answers(List.of())).as("of nothing shown").contains("Something else, please.");
        assertThat(user.answers(List.of(westerns.getFirst(), sought))).isEmpty();
    }

    @Test
    void aCrowdThatHidesNothingOrEverythingIsRefused() {
        List<Item> catalog = catalog();
        assertThatThrownBy(() ->
                        new SimulatedUser(catalog.getFirst(), catalog, String::valueOf, 1, new SplittableRandom(1)))
                .hasMessage("a crowd of at least 2 hides what is sought, asked for 1");
        assertThatThrownBy(() ->
                        new SimulatedUser(catalog.getFirst(), catalog, String::valueOf, 301, new SplittableRandom(1)))
                .hasMessage("a crowd of 301 is more than the 300 items of the catalog; ask for a smaller one");
    }
}
