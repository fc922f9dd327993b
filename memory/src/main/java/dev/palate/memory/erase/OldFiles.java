package dev.palate.memory.erase;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Files of a folder by the time of their last change. Thread-safe.
public final class OldFiles implements Expiring {
    private final Kept kept;
    private final Path folder;
    private final Predicate<String> named;

    private OldFiles(Kept kept, Path folder, Predicate<String> named) {
        this.kept = kept;
        this.folder = folder;
        this.named = named;
    }

    /// The reports of rejected rows among the logs.
    public static OldFiles reports(Path logs) {
        return new OldFiles(Kept.REPORTS, logs, ReportFiles::isReport);
    }

    /// The folder of exports.
    public static OldFiles exports(Path exports) {
        return new OldFiles(Kept.EXPORTS, exports, name -> true);
    }

    @Override
    public Kept kept() {
        return kept;
    }

    @Override
    public int expire(Instant before, int most) {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try {
            int gone = 0;
            for (Path file : older(before, most)) {
                gone += Files.deleteIfExists(file) ? 1 : 0;
            }
            return gone;
        } catch (IOException | UncheckedIOException e) {
            throw new MemoryException(
                    Code.STORAGE,
                    "old files in " + folder + " cannot be removed (" + e.getMessage() + "); see to the rights",
                    e);
        }
    }

    private List<Path> older(Instant before, int most) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> named.test(file.getFileName().toString()))
                    .filter(file -> changed(file).isBefore(before))
                    .sorted(Comparator.comparing(OldFiles::changed))
                    .limit(most)
                    .toList();
        }
    }

    private static Instant changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
