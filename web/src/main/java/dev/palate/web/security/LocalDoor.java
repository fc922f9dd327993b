package dev.palate.web.security;

import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a command on the same machine finds and convinces the server that holds a data directory: a file of mode 0600
/// in it with the port and a token, new at every start. Thread-safe.
public final class LocalDoor {
    /// The header that carries the token.
    public static final String HEADER = "X-Palate-Local";

    private static final String FILE_NAME = "server.local";

    private final Path file;
    private final String token = Secrets.token();

    /// With the data directory.
    public LocalDoor(Path directory) {
        this.file = directory.resolve(FILE_NAME);
    }

    /// Where a running server is, as its file says.
    public record Address(int port, String token) {}

    /// The address of the server that holds the directory, absent when there is no readable file.
    public static Optional<Address> of(Path directory) {
        try {
            List<String> lines = Files.readAllLines(directory.resolve(FILE_NAME));
            return lines.size() == 2
                    ? Optional.of(new Address(Integer.parseInt(lines.get(0)), lines.get(1)))
                    : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// Writes the file for the port the server listens on.
    public void open(int port) {
        Path fresh = file.resolveSibling(FILE_NAME + ".new");
        try {
            Files.deleteIfExists(fresh);
            if (Files.getFileStore(file.getParent()).supportsFileAttributeView("posix")) {
                Files.createFile(
                        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            Files.writeString(fresh, port + "\n" + token + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("the file " + file + " could not be written", e);
        }
    }

    /// Refuses callers from elsewhere and those without the token in the file.
    ///
    /// @throws ProblemException `unauthorized`
    public void require(@Nullable String shown, String remoteAddress) {
        if (shown == null || !Secrets.same(token, shown) || !loopback(remoteAddress)) {
            throw new ProblemException(
                    ProblemType.UNAUTHORIZED, "the local token is missing or wrong; the commands of ./palate read it");
        }
    }

    private static boolean loopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /// Takes the file away.
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // A stale file does no harm: its token opens nothing once this process is gone.
        }
    }
}
