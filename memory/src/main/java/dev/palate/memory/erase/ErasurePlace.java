package dev.palate.memory.erase;

import dev.palate.memory.user.UserId;

/// A place outside the database that holds something of users: an index, a cache. Thread-safe; erasing twice is as
/// erasing once. Erased after the database, so that nothing can come back from there.
public interface ErasurePlace {
    /// As it stands in the receipt.
    String name();

    /// Removes what the place holds of the user.
    ///
    /// @return how many entries went
    long erase(UserId user);

    /// How many entries of the user are found when asked now.
    long remaining(UserId user);
}
