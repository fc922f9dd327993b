package dev.palate.memory.erase;

import dev.palate.memory.JsonBuffers;
import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.user.UserId;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Files that were made for somebody to read: what is the user's goes, and so does what does not say whose it is. Reads
/// every such file once. Thread-safe.
public abstract sealed class ReportFiles implements ErasurePlace {
    private static final String REPORT = ".rejected.tsv";

    final Path folder;

    private ReportFiles(Path folder) {
        this.folder = folder;
    }

    /// The reports of rows that imports left out, among the logs: they lose the rows of the user. A report made by an
    /// earlier build, which does not say whose its rows are, goes as a whole.
    public static ReportFiles rejectedRows(Path logs) {
        return new RejectedRows(logs);
    }

    /// The folder of exports: those of the user go, and files that are no export.
    public static ReportFiles exports(Path exports) {
        return new Exports(exports);
    }

    /// True for the name of a report of rejected rows.
    static boolean isReport(String name) {
        return name.endsWith(REPORT);
    }

    /// How much of the user a file holds, and without it where that is asked for.
    abstract long one(Path file, UserId user, boolean remove) throws IOException;

    abstract boolean named(String file);

    @Override
    public long erase(UserId user) {
        return every(user, true);
    }

    @Override
    public long remaining(UserId user) {
        return every(user, false);
    }

    private long every(UserId user, boolean remove) {
        try {
            long found = 0;
            for (Path file : files()) {
                found += one(file, user, remove);
            }
            return found;
        } catch (IOException | UncheckedIOException e) {
            throw new MemoryException(
                    Code.STORAGE,
                    name() + " in " + folder + " cannot be read or rewritten (" + e.getMessage()
                            + "); see to the rights and erase again",
                    e);
        }
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> named(file.getFileName().toString()))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    private static final class RejectedRows extends ReportFiles {
        private static final String HEADER = "file\tline\twhose\treason";

        RejectedRows(Path folder) {
            super(folder);
        }

        @Override
        public String name() {
            return "reports of rejected rows";
        }

        @Override
        boolean named(String file) {
            return isReport(file) || file.endsWith(REPORT + ".part");
        }

        @Override
        long one(Path file, UserId user, boolean remove) throws IOException {
            if (!isReport(file.getFileName().toString())) {
                // What a crash left of an earlier erasure.
                return remove ? (Files.deleteIfExists(file) ? 1 : 0) : 1;
            }
            Path part = file.resolveSibling(file.getFileName() + ".part");
            long gone = 0;
            long kept = 0;
            try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                if (!HEADER.equals(lines.readLine())) {
                    return remove ? (Files.deleteIfExists(file) ? 1 : 0) : 1;
                }
                try (BufferedWriter rest = remove ? Files.newBufferedWriter(part) : null) {
                    if (rest != null) {
                        rest.write(HEADER + "\n");
                    }
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        if (concerns(line, user)) {
                            gone++;
                        } else {
                            kept++;
                            if (rest != null) {
                                rest.write(line + "\n");
                            }
                        }
                    }
                }
            }
            if (remove) {
                settle(file, part, gone, kept);
            }
            return gone;
        }

        private static void settle(Path file, Path part, long gone, long kept) throws IOException {
            if (gone == 0) {
                Files.delete(part);
            } else if (kept == 0) {
                Files.delete(part);
                Files.delete(file);
            } else {
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        }

        private static boolean concerns(String line, UserId user) {
            String[] fields = line.split("\t", 4);
            return fields.length < 4 || fields[2].equals("unknown") || fields[2].equals("user:" + user);
        }
    }

    private static final class Exports extends ReportFiles {
        private static final JsonFactory JSON = JsonBuffers.factory();

        Exports(Path folder) {
            super(folder);
        }

        @Override
        public String name() {
            return "exports";
        }

        @Override
        boolean named(String file) {
            return true;
        }

        @Override
        long one(Path file, UserId user, boolean remove) throws IOException {
            if (whose(file).filter(other -> !other.equals(user.value())).isPresent()) {
                return 0;
            }
            return remove ? (Files.deleteIfExists(file) ? 1 : 0) : 1;
        }

        /// The user whose export it is: an object that begins with `palate_export` and `user_id`.
        private static Optional<String> whose(Path file) {
            try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), file)) {
                boolean export = parser.nextToken() == JsonToken.START_OBJECT
                        && "palate_export".equals(parser.nextName())
                        && parser.nextToken() == JsonToken.VALUE_NUMBER_INT
                        && "user_id".equals(parser.nextName())
                        && parser.nextToken() == JsonToken.VALUE_STRING;
                return export ? Optional.of(parser.getString()) : Optional.empty();
            } catch (JacksonException e) {
                return Optional.empty();
            }
        }
    }
}
