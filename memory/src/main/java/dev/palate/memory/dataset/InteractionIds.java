package dev.palate.memory.dataset;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.user.UserId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;

/// Ids of interactions that come without one: the same source, user, item, type and time always give the same id, so
/// that a second import finds the first. Not thread-safe.
final class InteractionIds {
    private static final int HASH_BYTES = 16;

    private final String source;
    private final MessageDigest digest;

    InteractionIds(String source) {
        this.source = source;
        digest = Fingerprint.sha256();
    }

    InteractionId of(UserId user, ItemId item, String type, Instant at) {
        String key = String.join("\u001f", user.value(), item.value(), type, at.toString());
        byte[] hash = digest.digest(key.getBytes(StandardCharsets.UTF_8));
        return new InteractionId(source + "-" + HexFormat.of().formatHex(hash, 0, HASH_BYTES));
    }
}
