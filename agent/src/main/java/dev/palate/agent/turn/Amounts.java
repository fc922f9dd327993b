package dev.palate.agent.turn;

import dev.palate.agent.domain.Amount;
import dev.palate.agent.domain.AmountWish;
import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.candidate.NumberRange;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a message asks of amounts, as spans: little of it is the lowest third of what else is asked for, less than what
/// was shown is less than its median. Stateless.
final class Amounts {
    private static final double THIRD = 1 / 3.0;

    private Amounts() {}

    /// Takes the wishes into the wish, whose categories are those of now.
    ///
    /// @param last the items shown last
    static void apply(List<AmountWish> wishes, Collection<ItemId> last, CatalogSnapshot catalog, Wish.Draft wish) {
        for (AmountWish each : wishes) {
            switch (each) {
                case AmountWish.Between(Amount amount, double from, double to) ->
                    wish.bound(new NumberRange(amount.attribute(), from, to));
                case AmountWish.Some(Amount amount, boolean much) -> some(amount, much, catalog, wish);
                case AmountWish.Than(Amount amount, boolean more) -> {
                    List<Double> shown = catalog.values(amount, last);
                    if (shown.isEmpty()) {
                        some(amount, more, catalog, wish);
                    } else {
                        double median = shown.get((shown.size() - 1) / 2);
                        wish.bound(side(amount, more, more ? Math.nextUp(median) : Math.nextDown(median)));
                    }
                }
            }
        }
    }

    private static void some(Amount amount, boolean much, CatalogSnapshot catalog, Wish.Draft wish) {
        Set<String> categories = new HashSet<>(wish.required);
        categories.addAll(wish.anyOf);
        List<Double> values = catalog.values(amount, catalog.itemsIn(categories));
        if (!values.isEmpty()) {
            int last = values.size() - 1;
            int at = (int) Math.round(last * (much ? 1 - THIRD : THIRD));
            wish.bound(side(amount, much, values.get(at)));
        }
    }

    private static NumberRange side(Amount amount, boolean above, double bound) {
        return above
                ? new NumberRange(amount.attribute(), bound, Double.POSITIVE_INFINITY)
                : new NumberRange(amount.attribute(), Double.NEGATIVE_INFINITY, bound);
    }

    /// The span in plain words, such as `up to €30`.
    static String phrase(NumberRange range, CatalogSnapshot catalog) {
        String unit = catalog.lexicon().pack().amounts().stream()
                .filter(amount -> amount.attribute().equals(range.attribute()))
                .map(Amount::unit)
                .findFirst()
                .orElse(range.attribute());
        if (Double.isInfinite(range.from())) {
            return "up to " + Amount.text(range.to(), unit);
        }
        if (Double.isInfinite(range.to())) {
            return "from " + Amount.text(range.from(), unit);
        }
        return Amount.text(range.from(), unit) + " to " + Amount.text(range.to(), unit);
    }
}
