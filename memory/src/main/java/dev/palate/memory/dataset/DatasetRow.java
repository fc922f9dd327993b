package dev.palate.memory.dataset;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;

/// One well-formed row of a data set, with where it stands.
public sealed interface DatasetRow {
    /// Where the row stands.
    Place place();

    /// A line of a file.
    ///
    /// @param file the file's name without its folder
    /// @param line from 1
    record Place(String file, long line) {}

    /// An item.
    record ItemRow(Place place, Item item) implements DatasetRow {}

    /// A word someone gave an item.
    ///
    /// @param tag 1 to 200 characters
    record TagRow(Place place, UserId user, ItemId item, String tag) implements DatasetRow {
        public TagRow {
            Require.text("tag", tag, 1, 200);
        }
    }

    /// A user the data set says more about than the id.
    record UserRow(Place place, User user) implements DatasetRow {}

    /// Something a user did.
    record InteractionRow(Place place, Interaction interaction) implements DatasetRow {}

    /// A memory that was kept elsewhere.
    record MemoryRow(Place place, ImportedMemory memory) implements DatasetRow {}
}
