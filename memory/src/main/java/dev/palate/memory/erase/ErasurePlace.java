package dev.palate.memory.erase;

import dev.palate.memory.user.UserId;
import java.util.List;

/// A place outside the database that holds something of users: an index, a cache. Thread-safe; erasing twice is as
/// erasing once. Erased after the database, so that nothing can come back from there.
public interface ErasurePlace {
    /// As it stands in the receipt; no two places have the same.
    String name();

    /// Removes what the place holds of the user.
    ///
    /// @return how many entries went
    long erase(UserId user);

    /// How many entries of the user are found when asked now.
    long remaining(UserId user);

    /// Removes what the place holds of the memories; nothing where it holds none.
    ///
    /// @return how many entries went
    default long erase(ErasedMemories memories) {
        return 0;
    }

    /// How many entries of the memories are found when asked now.
    default long remaining(ErasedMemories memories) {
        return 0;
    }

    /// What the receipt of a user should say beside the numbers; asked before [#erase].
    default List<String> remarks() {
        return List.of();
    }

    /// True where only interactions leave something, so that a user without any need not be erased.
    default boolean learnsFromInteractions() {
        return false;
    }
}
