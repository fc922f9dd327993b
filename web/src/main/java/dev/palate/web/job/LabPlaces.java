package dev.palate.web.job;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.lab.LabProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of a server's labs: figures of the last one, and what one under way works with, which holds
/// histories of users.
///
/// @param results the folder itself
record LabPlaces(Path results) {
    private static final Logger LOG = LoggerFactory.getLogger(LabPlaces.class);

    /// Made when there is none.
    ///
    /// @throws RetrievalException with code STORAGE when it cannot be made
    static LabPlaces of(Path folder) {
        try {
            return new LabPlaces(Files.createDirectories(folder));
        } catch (IOException e) {
            throw storage("make the folder " + folder, e);
        }
    }

    Path input() {
        return results.resolve("lab.input");
    }

    Path work() {
        return results.resolve("work");
    }

    boolean hasResults() {
        return Files.exists(results.resolve(LabProcess.REPORT));
    }

    /// How many places hold histories.
    long holding() {
        return Stream.of(input(), work()).filter(Files::exists).count();
    }

    /// Removes what holds histories.
    ///
    /// @throws RetrievalException with code STORAGE when that cannot be
    void clear() {
        try {
            Files.deleteIfExists(input());
            if (Files.exists(work())) {
                try (Stream<Path> files = Files.walk(work())) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw storage("remove the work of the lab in " + results, e);
        }
    }

    /// As [#clear], where the end of a job must not hang on it: the next lab, start or erasure tries again.
    void tidy() {
        try {
            clear();
        } catch (RuntimeException e) {
            LOG.warn("what a lab worked with is still there: {}", e.getMessage());
        }
    }

    /// A file of results.
    ///
    /// @throws RetrievalException with code STORAGE when it cannot be read
    Optional<String> read(String name) {
        Path file = results.resolve(name);
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw storage("read " + file, e);
        }
    }

    private static RetrievalException storage(String what, Exception e) {
        return new RetrievalException(RetrievalException.Code.STORAGE, "cannot " + what + ": " + e.getMessage(), e);
    }
}
