package dev.palate.agent.turn;

import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.Claim;
import dev.palate.agent.domain.DomainPack;
import dev.palate.agent.domain.Era;
import dev.palate.agent.domain.Mention;
import dev.palate.agent.domain.Reading;
import dev.palate.agent.domain.Reading.Act;
import dev.palate.agent.domain.Stance;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.recommend.YearRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Puts a reading into its conversation: what a refinement keeps, what a new wish replaces. Stateless.
final class Understander {
    private static final Pattern ADDS = Pattern.compile(
            "^\\W*(with|also|and|but|preferably|plus|only|maybe|from|in)\\b|\\b(also|as well)\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern ANYTHING =
            Pattern.compile("\\b(anything|surprise|whatever|random|do ?n.?t care)\\b", Pattern.CASE_INSENSITIVE);
    private static final Set<Act> TALK = Set.of(Act.GREETING, Act.THANKS, Act.HELP);

    private Understander() {}

    /// @param lastYears the years of the items shown last, for "newer" and "older"
    static Understanding understand(Reading reading, State state, List<Integer> lastYears, CatalogSnapshot catalog) {
        Intent intent = intent(reading, state);
        boolean wanting = reading.claims().stream()
                .anyMatch(claim -> claim.stance() == Stance.WANTED || claim.stance() == Stance.REFERENCE);
        boolean open = !reading.tells()
                && !reading.does(Act.NEWER)
                && !reading.does(Act.OLDER)
                && ANYTHING.matcher(reading.text()).find();
        boolean begun = intent.shows()
                && !reading.does(Act.ELSE)
                && (wanting && !ADDS.matcher(reading.text()).find() || open);
        Wish.Draft wish = state.wish().draft();
        if (begun && (open || names(reading))) {
            wish.startOver();
        } else if (begun) {
            wish.soften();
        }
        reading.claims().forEach(claim -> apply(claim, wish));
        eras(reading, lastYears, wish);
        Amounts.apply(reading.amounts(), state.last(), catalog, wish);
        reading.moods().forEach(mood -> mood(mood, wish, catalog));
        if (intent.shows()
                && (begun || reading.does(Act.WISH) || !reading.claims().isEmpty())) {
            words(reading, wish);
        }
        Wish next = intent.shows() ? wish.build() : views(reading, state);
        return new Understanding(
                intent,
                reading,
                next,
                begun,
                intent == Intent.REFINE
                        && (reading.does(Act.ELSE) || reading.does(Act.NEWER) || reading.does(Act.OLDER)),
                liked(reading),
                fond(reading),
                sought(next, catalog),
                phrases(next, catalog),
                List.of(),
                confidence(reading, intent));
    }

    private static Intent intent(Reading reading, State state) {
        boolean content = reading.tells() || !reading.unknown().isEmpty();
        boolean before = state.slate() != null;
        // The whole message is that order, which only sounds like one to a machine.
        if (reading.does(Act.FORGET_ALL)) {
            return Intent.FORGET;
        }
        if (reading.does(Act.INJECTION)) {
            return Intent.CHAT;
        }
        if (reading.does(Act.FORGET)) {
            return Intent.FORGET;
        }
        if (reading.does(Act.MEMORY)) {
            return Intent.MEMORY;
        }
        if (reading.does(Act.WHY)) {
            return Intent.EXPLAIN;
        }
        if (reading.does(Act.ABOUT)
                && !wants(reading)
                && (before || !reading.about().isEmpty())) {
            return Intent.ABOUT;
        }
        boolean changes = reading.does(Act.ELSE) || reading.does(Act.NEWER) || reading.does(Act.OLDER);
        if (content || changes) {
            return before && (changes || !wants(reading)) ? Intent.REFINE : Intent.RECOMMEND;
        }
        if (reading.acts().stream().anyMatch(TALK::contains) && !reading.does(Act.WISH)) {
            return Intent.CHAT;
        }
        if (reading.does(Act.THANKS) && before
                || reading.does(Act.QUESTION)
                || reading.text().isBlank()) {
            return Intent.CHAT;
        }
        return Intent.RECOMMEND;
    }

    private static boolean wants(Reading reading) {
        return reading.claims().stream().anyMatch(claim -> claim.stance() == Stance.WANTED);
    }

    // "Something like Alien" says more of the wish there is; "a western" begins another.
    private static boolean names(Reading reading) {
        return reading.claims().stream()
                .anyMatch(claim -> claim.stance() == Stance.WANTED
                        && (claim.mention() instanceof Mention.Category
                                || claim.mention() instanceof Mention.Theme
                                || claim.mention() instanceof Mention.Tag));
    }

    private static Wish views(Reading reading, State state) {
        Wish.Draft wish = state.wish().draft();
        if (!reading.does(Act.INJECTION) && !reading.does(Act.FORGET)) {
            reading.claims().stream().filter(Claim::lasting).forEach(claim -> apply(claim, wish));
        }
        return wish.build();
    }

    private static void apply(Claim claim, Wish.Draft wish) {
        switch (claim.mention()) {
            case Mention.Category category -> category(claim, category.category(), wish);
            case Mention.Theme theme -> named(claim, theme.theme().id(), wish.themes, wish.excludedThemes);
            case Mention.Tag tag -> named(claim, tag.tag(), wish.tags, wish.excludedTags);
            case Mention.Person person -> named(claim, person, wish.people, wish.excludedPeople);
            case Mention.Elsewhere title -> elsewhere(claim, title, wish);
            case Mention.Title title -> title(claim, title.item(), wish);
        }
    }

    private static void category(Claim claim, String category, Wish.Draft wish) {
        switch (claim.stance()) {
            case LIKED -> {
                wish.excluded.remove(category);
                wish.fond.add(category);
            }
            case TOLERATED -> wish.excluded.remove(category);
            case DISLIKED, HATED, EXCLUDED -> {
                wish.excluded.add(category);
                wish.required.remove(category);
                wish.anyOf.remove(category);
                wish.fond.remove(category);
                wish.leaning.remove(category);
            }
            case WANTED -> {
                wish.excluded.remove(category);
                if (!claim.firm()) {
                    wish.leaning.add(category);
                } else if (claim.either()) {
                    wish.anyOf.add(category);
                } else {
                    wish.required.add(category);
                }
            }
            case SEEN, REFERENCE -> {}
        }
    }

    private static <T> void named(Claim claim, T name, Set<T> wanted, Set<T> unwanted) {
        switch (claim.stance()) {
            case LIKED, WANTED -> {
                unwanted.remove(name);
                wanted.add(name);
            }
            case TOLERATED -> unwanted.remove(name);
            case DISLIKED, HATED, EXCLUDED -> {
                wanted.remove(name);
                unwanted.add(name);
            }
            case SEEN, REFERENCE -> {}
        }
    }

    private static void title(Claim claim, ItemId item, Wish.Draft wish) {
        switch (claim.stance()) {
            case LIKED -> {
                wish.disliked.remove(item);
                wish.liked.remove(item);
                wish.liked.add(item);
            }
            case DISLIKED, HATED -> {
                wish.liked.remove(item);
                wish.disliked.add(item);
            }
            case SEEN, EXCLUDED -> wish.seen.add(item);
            case REFERENCE -> wish.references.add(item);
            case WANTED -> wish.seen.remove(item);
            case TOLERATED -> {}
        }
    }

    private static void elsewhere(Claim claim, Mention.Elsewhere title, Wish.Draft wish) {
        switch (claim.stance()) {
            case LIKED, REFERENCE, WANTED -> {
                wish.elsewhere.remove(title);
                wish.elsewhere.add(title);
            }
            case DISLIKED, HATED, EXCLUDED -> wish.elsewhere.remove(title);
            case SEEN, TOLERATED -> {}
        }
    }

    // "Darker" takes back "lighter".
    private static void mood(DomainPack.Facet mood, Wish.Draft wish, CatalogSnapshot catalog) {
        wish.moods.removeIf(id ->
                catalog.lexicon().mood(id).filter(other -> !other.against(mood)).isEmpty());
        wish.moods.add(mood.id());
    }

    private static void eras(Reading reading, List<Integer> lastYears, Wish.Draft wish) {
        List<YearRange> spans = new ArrayList<>();
        for (Era era : reading.eras()) {
            if (era.excluded()) {
                wish.excludedYears.add(era.years());
            } else {
                spans.add(era.years());
            }
        }
        if (!spans.isEmpty()) {
            wish.years =
                    spans.stream().reduce((a, b) -> a.intersect(b).orElse(b)).orElse(YearRange.ANY);
            if (reading.eras().stream().noneMatch(Era::excluded)) {
                wish.excludedYears.clear();
            }
        } else if (!lastYears.isEmpty() && reading.does(Act.NEWER)) {
            wish.years = new YearRange(median(lastYears) + 1, Integer.MAX_VALUE);
        } else if (!lastYears.isEmpty() && reading.does(Act.OLDER)) {
            wish.years = new YearRange(Integer.MIN_VALUE, median(lastYears) - 1);
        }
    }

    private static int median(List<Integer> years) {
        return years.stream().sorted().toList().get(years.size() / 2);
    }

    // What is searched for: titles and themes asked for and the words that nothing else takes up. Categories and years
    // are rules of their own; as words they would only find titles that hold them.
    private static void words(Reading reading, Wish.Draft wish) {
        Stream<String> wanted = reading.claims().stream()
                .filter(claim -> claim.stance() == Stance.WANTED || claim.stance() == Stance.LIKED)
                .filter(claim -> !(claim.mention() instanceof Mention.Category
                        || claim.mention() instanceof Mention.Person
                        || claim.mention() instanceof Mention.Elsewhere))
                .filter(claim -> claim.stance() == Stance.WANTED || !(claim.mention() instanceof Mention.Title))
                .map(claim -> claim.mention() instanceof Mention.Title title
                        ? title.title()
                        : claim.mention().label());
        String said = Stream.concat(wanted, Stream.of(reading.rest()))
                .filter(part -> !part.isEmpty())
                .distinct()
                .collect(Collectors.joining(" "));
        if (!said.isEmpty()) {
            wish.words = said;
        }
    }

    private static List<ItemId> liked(Reading reading) {
        List<ItemId> items = new ArrayList<>();
        for (Claim claim : reading.claims()) {
            if (claim.mention() instanceof Mention.Title title
                    && (claim.stance() == Stance.LIKED || claim.stance() == Stance.REFERENCE)) {
                items.add(title.item());
            }
        }
        return items;
    }

    private static List<String> fond(Reading reading) {
        List<String> categories = new ArrayList<>();
        for (Claim claim : reading.claims()) {
            if (claim.mention() instanceof Mention.Category category && claim.stance() == Stance.LIKED) {
                categories.add(category.category());
            }
        }
        return categories;
    }

    private static List<String> sought(Wish wish, CatalogSnapshot catalog) {
        Stream<String> categories = Stream.concat(wish.required().stream(), wish.anyOf().stream())
                .map(category -> catalog.lexicon().label(category));
        Stream<String> themes = wish.themes().stream().map(id -> theme(id, catalog));
        Stream<String> people = wish.people().stream().map(Mention.Person::name);
        return Stream.of(categories, themes, wish.tags().stream(), people)
                .flatMap(part -> part)
                .toList();
    }

    private static List<String> phrases(Wish wish, CatalogSnapshot catalog) {
        List<String> phrases = new ArrayList<>();
        wish.excluded()
                .forEach(category -> phrases.add("no " + catalog.lexicon().label(category)));
        wish.excludedThemes().forEach(id -> phrases.add("no " + theme(id, catalog)));
        wish.excludedTags().forEach(tag -> phrases.add("no " + tag));
        wish.excludedPeople().forEach(person -> phrases.add("no " + person.name()));
        if (!wish.years().any()) {
            phrases.add(phrase(wish.years()));
        }
        wish.excludedYears().forEach(span -> phrases.add("not " + phrase(span)));
        wish.numbers().forEach(range -> phrases.add(Amounts.phrase(range, catalog)));
        wish.moods()
                .forEach(id ->
                        catalog.lexicon().mood(id).map(DomainPack.Facet::label).ifPresent(phrases::add));
        return phrases;
    }

    private static String phrase(YearRange years) {
        return Era.said(years);
    }

    private static String theme(String id, CatalogSnapshot catalog) {
        return catalog.lexicon()
                .theme(id)
                .map(DomainPack.Theme::label)
                .orElse(id)
                .toLowerCase(Locale.ROOT);
    }

    private static double confidence(Reading reading, Intent intent) {
        if (reading.tells()) {
            return reading.unknown().isEmpty() ? 0.9 : 0.7;
        }
        return intent == Intent.RECOMMEND ? 0.4 : 0.8;
    }
}
