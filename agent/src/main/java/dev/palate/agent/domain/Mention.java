package dev.palate.agent.domain;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Slot;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Something a message speaks of.
public sealed interface Mention {
    /// The slot of a memory about it.
    Slot slot();

    /// True for a thing by its title.
    default boolean titled() {
        return false;
    }

    /// True when a memory may speak of it: it is something that the catalog knows.
    default boolean remembered() {
        return true;
    }

    /// How it is said in a sentence, such as `westerns` or `Alien (1979)`.
    String label();

    /// A category.
    ///
    /// @param category as the catalog spells it, or the pack where the catalog has none such
    /// @param inCatalog false when no item has it
    record Category(String category, String label, boolean inCatalog) implements Mention {
        @Override
        public Slot slot() {
            return new Slot("genre", category);
        }
    }

    /// A theme of the pack.
    record Theme(DomainPack.Theme theme) implements Mention {
        @Override
        public Slot slot() {
            return new Slot("theme", theme.id());
        }

        @Override
        public String label() {
            return theme.label();
        }
    }

    /// A tag that people gave items, in lower case.
    record Tag(String tag) implements Mention {
        @Override
        public Slot slot() {
            return new Slot("tag", tag);
        }

        @Override
        public String label() {
            return tag;
        }
    }

    /// Somebody whom items name, such as a director.
    ///
    /// @param name as the catalog spells it
    record Person(String name) implements Mention {
        @Override
        public Slot slot() {
            return new Slot("person", name);
        }

        @Override
        public String label() {
            return name;
        }
    }

    /// Something that the catalog does not have, by its title.
    ///
    /// @param year as it was said or is known
    /// @param categories as the catalog spells them, empty when it is not known what it is
    record Elsewhere(String title, @Nullable Integer year, Set<String> categories) implements Mention {
        public Elsewhere {
            categories = Set.copyOf(categories);
        }

        @Override
        public boolean titled() {
            return true;
        }

        @Override
        public boolean remembered() {
            return false;
        }

        @Override
        public Slot slot() {
            return new Slot("elsewhere", label().substring(0, Math.min(label().length(), 200)));
        }

        @Override
        public String label() {
            return year == null ? title : title + " (" + year + ")";
        }
    }

    /// An item, by its title.
    record Title(ItemId item, String title, @Nullable Integer year) implements Mention {
        @Override
        public boolean titled() {
            return true;
        }

        @Override
        public Slot slot() {
            return new Slot("title", item.value());
        }

        @Override
        public String label() {
            return year == null ? title : title + " (" + year + ")";
        }
    }
}
