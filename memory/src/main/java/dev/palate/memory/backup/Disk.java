package dev.palate.memory.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Files only their owner may read, on disk before anybody relies on them. Stateless.
final class Disk {
    private Disk() {}

    /// Makes an empty file of mode 0600.
    ///
    /// @throws FileAlreadyExistsException when there is one
    static void create(Path file) throws IOException {
        if (Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
            Files.createFile(file);
        }
    }

    /// Waits until the file is on disk, and its name.
    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        syncFolder(file);
    }

    /// Waits until the names of the file's folder are on disk.
    static void syncFolder(Path file) throws IOException {
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    static String sha256(Path file) throws IOException {
        return copied(file, OutputStream.nullOutputStream());
    }

    /// Copies into an empty file.
    ///
    /// @return the SHA-256 of what was copied
    static String copy(Path from, Path to) throws IOException {
        try (FileChannel channel = FileChannel.open(to, StandardOpenOption.WRITE)) {
            String hash = copied(from, Channels.newOutputStream(channel));
            channel.force(true);
            return hash;
        }
    }

    private static String copied(Path from, OutputStream to) throws IOException {
        try (InputStream in = Files.newInputStream(from)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, digest).transferTo(to);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
