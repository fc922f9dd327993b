package dev.palate.memory.user;

import dev.palate.memory.Require;
import java.time.Instant;

/// A person who is recommended to.
///
/// @param id the app's id
/// @param name as shown in pages, at most 200 characters, may be empty
/// @param createdAt when first seen
/// @param imported true when the user came with a data set
public record User(UserId id, String name, Instant createdAt, boolean imported) {
    public User {
        Require.text("user name", name, 0, 200);
    }
}
