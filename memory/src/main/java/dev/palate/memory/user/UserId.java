package dev.palate.memory.user;

import dev.palate.memory.Require;

/// The id of a user, chosen by the calling app.
public record UserId(String value) implements Comparable<UserId> {
    public UserId {
        Require.id("user id", value);
    }

    @Override
    public int compareTo(UserId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
