package dev.palate.retrieval.embedding.network;

import dev.palate.memory.Require;

/// One thing that is said of an example in ids: the user, the item, its genres.
///
/// @param name for specs, files and messages, 1 to 40 characters
/// @param size its ids are in [0, size), in [1, 2³¹ − 9]; the frequent ones are to come first
public record Field(String name, int size) {
    /// @throws IllegalArgumentException when a value is out of range
    public Field {
        Require.text("name of a field", name, 1, 40);
        Require.range("ids of field " + name, size, 1, Integer.MAX_VALUE - 8);
    }
}
