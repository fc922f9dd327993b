package dev.palate.memory.erase;

import dev.palate.memory.user.UserId;

/// Forgets a user everywhere. Thread-safe.
public interface Erasure {
    /// Removes the user with all interactions, memories, conversations, slates and user keys, asks every place again,
    /// and returns the receipt.
    ErasureReceipt user(UserId user);
}
