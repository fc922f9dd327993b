package dev.palate.memory.catalog;

import dev.palate.memory.Require;

/// The id of an item, chosen by the owner of the catalog.
public record ItemId(String value) implements Comparable<ItemId> {
    public ItemId {
        Require.id("item id", value);
    }

    @Override
    public int compareTo(ItemId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
