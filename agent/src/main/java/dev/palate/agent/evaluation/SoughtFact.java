package dev.palate.agent.evaluation;

import dev.palate.memory.catalog.Item;
import java.util.function.UnaryOperator;

/// Something that a [SimulatedUser] may say of what it looks for: never a title, a name or a word of a description.
sealed interface SoughtFact {
    /// True when it is true of the item.
    boolean holds(Item item);

    /// How it is said behind "I am looking for something".
    ///
    /// @param labels how a category is said in a sentence
    String said(UnaryOperator<String> labels);

    /// It is of a category.
    record Of(String category) implements SoughtFact {
        @Override
        public boolean holds(Item item) {
            return item.categories().contains(category);
        }

        @Override
        public String said(UnaryOperator<String> labels) {
            return labels.apply(category);
        }
    }

    /// It is not of a category.
    record NotOf(String category) implements SoughtFact {
        @Override
        public boolean holds(Item item) {
            return !item.categories().contains(category);
        }

        @Override
        public String said(UnaryOperator<String> labels) {
            return "no " + labels.apply(category);
        }
    }

    /// It is of a decade.
    ///
    /// @param from its first year
    record Decade(int from) implements SoughtFact {
        @Override
        public boolean holds(Item item) {
            return item.year() != null && item.year() >= from && item.year() < from + 10;
        }

        @Override
        public String said(UnaryOperator<String> labels) {
            return "from the " + from + "s";
        }
    }

    /// It is newer than the end of a decade.
    ///
    /// @param year the last that is too old
    record NewerThan(int year) implements SoughtFact {
        @Override
        public boolean holds(Item item) {
            return item.year() != null && item.year() > year;
        }

        @Override
        public String said(UnaryOperator<String> labels) {
            return "newer than " + year;
        }
    }

    /// It is older than the beginning of a decade.
    ///
    /// @param year the first that is too new
    record OlderThan(int year) implements SoughtFact {
        @Override
        public boolean holds(Item item) {
            return item.year() != null && item.year() < year;
        }

        @Override
        public String said(UnaryOperator<String> labels) {
            return "older than " + year;
        }
    }
}
