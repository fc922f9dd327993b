package dev.palate.memory.change;

/// One committed change: what changed, not how; a consumer reads the present state from the truth.
///
/// @param type of thing changed
/// @param id of the thing: an item id, a memory id, a user id
/// @param revision its revision after the change, 0 when it was deleted
public record Change(ChangeNumber number, Type type, String id, long revision) {
    /// The types of thing that consumers follow.
    public enum Type {
        /// An item of the catalog.
        ITEM,
        /// A memory.
        MEMORY,
        /// A user, when erased.
        USER,
        /// An interaction; the id is the user's.
        INTERACTION
    }
}
