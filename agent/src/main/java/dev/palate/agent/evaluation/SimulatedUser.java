package dev.palate.agent.evaluation;

import dev.palate.memory.catalog.Item;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// A person who looks for one item, says some of what is true of it, and criticises what is shown. What it says
/// follows from the categories and the year of the item, of the shown ones and from the seed alone, and all that it
/// has said is true of at least `crowd` items of the catalog: it cannot leak which one it means, nor its title, people
/// or description. Made for one conversation; not thread-safe.
///
/// It is a yardstick for comparing ways to recommend, not a model of a person: it never changes its mind, knows what
/// it wants, and speaks in the words of the domain pack.
public final class SimulatedUser {
    private static final int CRITIC = 2;
    private static final List<String> OPENINGS =
            List.of("I am looking for something: %s.", "Show me %s, please.", "I feel like %s.");
    // Each adds to what was said before and takes nothing of it back.
    private static final List<String> ALSO = List.of("It should also be this: %s.", "Also %s.", "And %s, please.");
    private static final List<String> NOT = List.of("Please %s.", "And %s.", "But %s, please.");
    private static final String ANYTHING = "Something good, please.";
    private static final String ELSE = "Something else, please.";

    private final Item sought;
    private final List<Item> catalog;
    private final UnaryOperator<String> labels;
    private final int crowd;
    private final SplittableRandom random;
    private final Set<SoughtFact> said = new LinkedHashSet<>();
    private final BitSet fitting = new BitSet();

    /// @param sought one of the catalog
    /// @param catalog all that it could mean
    /// @param labels how a category is said in a sentence, such as `comedies` for `Comedy`
    /// @param crowd how many items all that is said is true of, at least 2 and at most as many as there are
    public SimulatedUser(
            Item sought, List<Item> catalog, UnaryOperator<String> labels, int crowd, SplittableRandom random) {
        if (crowd < 2) {
            throw new IllegalArgumentException("a crowd of at least 2 hides what is sought, asked for " + crowd);
        }
        if (crowd > catalog.size()) {
            throw new IllegalArgumentException("a crowd of " + crowd + " is more than the " + catalog.size()
                    + " items of the catalog; ask for a smaller one");
        }
        this.sought = sought;
        this.catalog = List.copyOf(catalog);
        this.labels = labels;
        this.crowd = crowd;
        this.random = random;
        fitting.set(0, this.catalog.size());
    }

    /// What it says first.
    public String opens() {
        List<SoughtFact> mine = open(ofSought());
        if (mine.isEmpty()) {
            return ANYTHING;
        }
        return words(OPENINGS, tell(mine.get(random.nextInt(mine.size()))));
    }

    /// What it says to a list, empty when the list has what it looks for: then the conversation ends.
    ///
    /// @param shown items of the catalog
    public Optional<String> answers(List<Item> shown) {
        if (shown.stream().anyMatch(item -> item.id().equals(sought.id()))) {
            return Optional.empty();
        }
        List<SoughtFact> wrong = open(against(shown));
        List<SoughtFact> mine = open(ofSought());
        if (!wrong.isEmpty() && (mine.isEmpty() || random.nextInt(CRITIC) == 0)) {
            return Optional.of(words(NOT, tell(wrong.get(random.nextInt(wrong.size())))));
        }
        if (!mine.isEmpty()) {
            return Optional.of(words(ALSO, tell(mine.get(random.nextInt(mine.size())))));
        }
        return Optional.of(ELSE);
    }

    /// How many items of the catalog all that it has said is true of.
    public int fitting() {
        return fitting.cardinality();
    }

    private SoughtFact tell(SoughtFact fact) {
        said.add(fact);
        fitting.and(holding(fact));
        return fact;
    }

    private String words(List<String> templates, SoughtFact fact) {
        return String.format(templates.get(random.nextInt(templates.size())), fact.said(labels));
    }

    private List<SoughtFact> ofSought() {
        List<SoughtFact> facts = new ArrayList<>();
        sought.categories().forEach(category -> facts.add(new SoughtFact.Of(category)));
        if (sought.year() != null) {
            facts.add(new SoughtFact.Decade(decade(sought.year())));
        }
        return facts;
    }

    // What half of the list has and the sought one has not.
    private List<SoughtFact> against(List<Item> shown) {
        List<SoughtFact> facts = new ArrayList<>();
        shown.stream()
                .flatMap(item -> item.categories().stream())
                .distinct()
                .filter(category -> !sought.categories().contains(category))
                .filter(category -> most(shown, item -> item.categories().contains(category)))
                .forEach(category -> facts.add(new SoughtFact.NotOf(category)));
        Integer year = sought.year();
        if (year != null && said.stream().noneMatch(SoughtFact.Decade.class::isInstance)) {
            var newer = new SoughtFact.NewerThan(decade(year) - 1);
            var older = new SoughtFact.OlderThan(decade(year) + 10);
            if (most(shown, item -> !newer.holds(item))) {
                facts.add(newer);
            }
            if (most(shown, item -> !older.holds(item))) {
                facts.add(older);
            }
        }
        return facts;
    }

    private static boolean most(List<Item> shown, Predicate<Item> fact) {
        return !shown.isEmpty() && 2 * shown.stream().filter(fact).count() >= shown.size();
    }

    private static int decade(int year) {
        return year - Math.floorMod(year, 10);
    }

    /// Those not said yet that leave a crowd.
    private List<SoughtFact> open(List<SoughtFact> facts) {
        return facts.stream()
                .filter(fact -> !said.contains(fact))
                .filter(fact -> {
                    BitSet left = (BitSet) fitting.clone();
                    left.and(holding(fact));
                    return left.cardinality() >= crowd;
                })
                .toList();
    }

    private BitSet holding(SoughtFact fact) {
        BitSet holding = new BitSet(catalog.size());
        for (int at = 0; at < catalog.size(); at++) {
            if (fact.holds(catalog.get(at))) {
                holding.set(at);
            }
        }
        return holding;
    }
}
