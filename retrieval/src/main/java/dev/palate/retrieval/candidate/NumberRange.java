package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.Item;

/// A span that a numeric attribute of an item, such as `price`, must lie in, both ends included.
///
/// @param attribute as the catalog spells it, 1 to 100 characters
/// @param from −∞ for none
/// @param to +∞ for none; not below `from`
public record NumberRange(String attribute, double from, double to) {
    public NumberRange {
        Require.text("attribute of a number range", attribute, 1, 100);
        if (Double.isNaN(from) || Double.isNaN(to) || from > to) {
            throw new IllegalArgumentException("a range of " + attribute
                    + " must go from a number to one not below it, was " + from + " to " + to);
        }
    }

    /// True when the value is inside; false for no number.
    public boolean holds(double value) {
        return from <= value && value <= to;
    }

    /// The attribute of an item as a number, NaN when it has none.
    public static double of(Item item, String attribute) {
        String text = item.attributes().get(attribute);
        if (text == null || text.isBlank()) {
            return Double.NaN;
        }
        try {
            double value = Double.parseDouble(text.strip());
            return Double.isInfinite(value) ? Double.NaN : value;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
