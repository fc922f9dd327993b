package dev.palate.memory.erase;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Files that were made for somebody to read and may hold anybody's words without saying whose: the erasure of a user
/// takes them all. They can be made again. Thread-safe.
public final class ReportFiles implements ErasurePlace {
    private final String name;
    private final Path folder;
    private final Predicate<String> named;

    private ReportFiles(String name, Path folder, Predicate<String> named) {
        this.name = name;
        this.folder = folder;
        this.named = named;
    }

    /// The reports of rows that imports left out, among the logs.
    public static ReportFiles rejectedRows(Path logs) {
        return new ReportFiles("reports of rejected rows", logs, file -> file.endsWith(".rejected.tsv"));
    }

    /// Everything in the folder of exports.
    public static ReportFiles exports(Path exports) {
        return new ReportFiles("exports", exports, file -> true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long erase(UserId user) {
        try {
            List<Path> files = files();
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            return files.size();
        } catch (IOException | UncheckedIOException e) {
            throw failed("deleted", e);
        }
    }

    @Override
    public long remaining(UserId user) {
        try {
            return files().size();
        } catch (IOException | UncheckedIOException e) {
            throw failed("listed", e);
        }
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> named.test(file.getFileName().toString()))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    private MemoryException failed(String what, Exception e) {
        return new MemoryException(
                Code.STORAGE,
                name + " in " + folder + " cannot be " + what + " (" + e.getMessage() + "); see to the rights and erase"
                        + " again",
                e);
    }
}
