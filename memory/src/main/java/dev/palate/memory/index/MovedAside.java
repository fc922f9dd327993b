package dev.palate.memory.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The place `NAME.broken` of an index that could not be read; only the last one is kept.
///
/// @param path of the index
record MovedAside(Path path) {
    /// Moves the index there; returns where that is.
    Path move() throws IOException {
        remove();
        return Files.move(path, aside(), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Deletes what stands there.
    void remove() throws IOException {
        if (Files.exists(aside())) {
            List<Path> old;
            try (Stream<Path> files = Files.walk(aside())) {
                old = files.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : old) {
                Files.delete(file);
            }
        }
    }

    private Path aside() {
        return path.resolveSibling(path.getFileName() + ".broken");
    }
}
