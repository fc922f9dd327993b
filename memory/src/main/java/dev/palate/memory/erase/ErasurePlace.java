package dev.palate.memory.erase;

import dev.palate.memory.conversation.ConversationId;
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

    /// True where single memories leave something; others are not asked, and not on their receipts.
    default boolean holdsMemories() {
        return false;
    }

    /// Removes what the place holds of the memories.
    ///
    /// @return how many entries went
    default long erase(ErasedMemories memories) {
        return 0;
    }

    /// How many entries of the memories are found when asked now.
    default long remaining(ErasedMemories memories) {
        return 0;
    }

    /// True where a conversation leaves something; others are not asked, and not on its receipt.
    default boolean holdsConversations() {
        return false;
    }

    /// Removes what the place holds of the conversation.
    ///
    /// @return how many entries went
    default long erase(ConversationId conversation) {
        return 0;
    }

    /// How many entries of the conversation are found when asked now.
    default long remaining(ConversationId conversation) {
        return 0;
    }

    /// What every receipt that the place is on should say beside the numbers; asked before [#erase].
    default List<String> remarks() {
        return List.of();
    }

    /// True where only interactions leave something, so that a user without any need not be erased.
    default boolean learnsFromInteractions() {
        return false;
    }
}
