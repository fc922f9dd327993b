package dev.palate.memory.memory;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;

/// Whom or what a memory is about.
public sealed interface Subject {
    /// `user` or `item`, as in files, tables and the API.
    String type();

    /// The id inside its type.
    String id();

    /// A user.
    record OfUser(UserId user) implements Subject {
        @Override
        public String type() {
            return "user";
        }

        @Override
        public String id() {
            return user.value();
        }
    }

    /// An item.
    record OfItem(ItemId item) implements Subject {
        @Override
        public String type() {
            return "item";
        }

        @Override
        public String id() {
            return item.value();
        }
    }

    /// The subject of a type name and an id.
    static Subject of(String type, String id) {
        return switch (type) {
            case "user" -> new OfUser(new UserId(id));
            case "item" -> new OfItem(new ItemId(id));
            default -> throw new IllegalArgumentException("subject type must be user or item, was " + type);
        };
    }
}
