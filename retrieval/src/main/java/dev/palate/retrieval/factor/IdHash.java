package dev.palate.retrieval.factor;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The number by which tables know an external id without a map: 63 bits of its SHA-256, the same on every machine.
/// About a microsecond. Stateless.
public final class IdHash {
    private IdHash() {}

    /// In [0, 2⁶³).
    public static long of(String id) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong() >>> 1;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
