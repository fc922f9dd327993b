package dev.palate.memory.dataset;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Collectors;

/// What tells one data set from another: SHA-256 over how it is read and the name, the length and every byte of its
/// files. Stateless; O(bytes), without holding them.
final class Fingerprint {
    private static final int BUFFER = 1 << 16;

    private Fingerprint() {}

    /// The format and the places of the files.
    static String source(DatasetReader reader) {
        return reader.source() + ":"
                + reader.files().stream()
                        .map(file -> file.toAbsolutePath().normalize().toString())
                        .collect(Collectors.joining("|"));
    }

    static String of(DatasetReader reader) {
        MessageDigest digest = sha256();
        digest.update(bytes(reader.source() + "\n" + reader.options() + "\n"));
        for (Path file : reader.files()) {
            try (InputStream in = Files.newInputStream(file)) {
                digest.update(bytes(file.getFileName() + "\n" + Files.size(file) + "\n"));
                byte[] buffer = new byte[BUFFER];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    digest.update(buffer, 0, read);
                }
            } catch (IOException e) {
                throw new MemoryException(Code.BAD_FILE, file + " cannot be read; check it and its rights", e);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
