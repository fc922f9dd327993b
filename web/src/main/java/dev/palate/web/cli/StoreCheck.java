package dev.palate.web.cli;

import dev.palate.memory.MemoryException;
import dev.palate.memory.index.IndexCheck;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.SqliteFile;
import dev.palate.memory.sql.TruthPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Looks at what Palate keeps, also while a server runs over it, and changes nothing.
final class StoreCheck {
    private static final String ONLY_OWNER = "rw-------";

    /// What was found.
    ///
    /// @param what was looked at
    /// @param fine false when something must be done
    /// @param text what was seen, and the next step where it is not fine
    record Finding(String what, boolean fine, String text) {}

    private final Path directory;
    private final TruthPlace place;
    private final Path settings;
    private final List<Finding> findings = new ArrayList<>();

    /// @param directory the data directory
    /// @param settings the file of settings, there or not
    StoreCheck(Path directory, TruthPlace place, Path settings) {
        this.directory = directory;
        this.place = place;
        this.settings = settings;
    }

    /// Looks at everything.
    List<Finding> run() throws IOException {
        switch (place) {
            case TruthPlace.File file -> file(file.path());
            case TruthPlace.Server server -> server(server);
        }
        modes();
        return List.copyOf(findings);
    }

    private void file(Path truth) throws IOException {
        if (!Files.exists(truth)) {
            findings.add(new Finding("truth", true, truth + " is not there yet: the first start makes it"));
            return;
        }
        String next = "; stop Palate and put a back-up in its place: ./palate restore FILE";
        try {
            List<String> wrong = SqliteFile.findings(truth);
            if (!wrong.isEmpty()) {
                findings.add(new Finding("truth", false, truth + " is damaged: " + wrong.getFirst() + next));
                return;
            }
            SqliteFile.Facts facts = SqliteFile.facts(truth);
            findings.add(new Finding(
                    "truth",
                    true,
                    truth + " is sound, at change " + facts.latest().value() + " of epoch " + facts.epoch()));
            index("items", facts);
            index("memories", facts);
        } catch (MemoryException e) {
            findings.add(new Finding("truth", false, e.getMessage() + next));
        }
        long size = Files.size(truth);
        long free = Files.getFileStore(truth).getUsableSpace();
        findings.add(new Finding(
                "room for copies",
                free >= 2 * size,
                mebibytes(free) + " free, the truth has " + mebibytes(size)
                        + (free >= 2 * size ? "" : "; make room, a back-up and a restore need as much each")));
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    /// An index that is behind or of another past heals by itself, so nothing about it is bad.
    private void index(String name, SqliteFile.Facts facts) {
        Optional<IndexCheck.Followed> last =
                IndexCheck.lastCommit(directory.resolve("index").resolve(name));
        String text = last.map(followed -> followed.databaseId().equals(facts.databaseId())
                                && followed.epoch() == facts.epoch()
                                && followed.number().compareTo(facts.latest()) <= 0
                        ? "at change " + followed.number().value() + " of "
                                + facts.latest().value() + ", the rest is replayed at the next start"
                        : "follows another database or epoch: built anew at the next start")
                .orElse("is not there or cannot be read: built anew at the next start");
        findings.add(new Finding("index " + name, true, text));
    }

    private void server(TruthPlace.Server server) {
        try {
            findings.add(new Finding("truth", true, SqlTruth.look(server)));
        } catch (MemoryException e) {
            findings.add(new Finding("truth", false, String.valueOf(e.getMessage())));
        }
    }

    /// Files that hold or open secrets.
    private void modes() throws IOException {
        mode(directory.resolve("server.local"));
        if (Files.exists(settings) && Files.readString(settings).contains("password")) {
            mode(settings);
        }
        Path backups = directory.resolve("backups");
        if (Files.isDirectory(backups)) {
            try (Stream<Path> files = Files.list(backups)) {
                for (Path file : files.sorted().toList()) {
                    mode(file);
                }
            }
        }
    }

    private void mode(Path file) throws IOException {
        if (Files.isRegularFile(file) && Files.getFileStore(file).supportsFileAttributeView("posix")) {
            String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
            if (!mode.equals(ONLY_OWNER)) {
                findings.add(new Finding("file mode", false, file + " is " + mode + "; chmod 600 " + file));
            }
        }
    }
}
