package dev.palate.agent.llm.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongPredicate;

/// SHA-256 of files.
final class Sha256 {
    private static final int BUFFER = 1 << 16;

    private Sha256() {}

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    static String of(Path file) throws IOException {
        MessageDigest digest = digest();
        try (InputStream in = Files.newInputStream(file)) {
            update(in, digest, java.io.OutputStream.nullOutputStream(), _ -> true);
        }
        return hex(digest);
    }

    /// Copies a stream and digests it on the way.
    ///
    /// @param goOn told the bytes so far after each buffer; answers false to end early
    /// @return whether it was copied to its end
    static boolean update(InputStream in, MessageDigest digest, java.io.OutputStream out, LongPredicate goOn)
            throws IOException {
        byte[] buffer = new byte[BUFFER];
        long total = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            digest.update(buffer, 0, count);
            out.write(buffer, 0, count);
            total += count;
            if (!goOn.test(total)) {
                return false;
            }
        }
        return true;
    }
}
