package dev.palate.agent.domain;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Slot;
import org.jspecify.annotations.Nullable;

/// Something a message speaks of.
public sealed interface Mention {
    /// The slot of a memory about it.
    Slot slot();

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

    /// An item, by its title.
    record Title(ItemId item, String title, @Nullable Integer year) implements Mention {
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
