package dev.palate.web.cli;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The files that commands write what they found to. Stateless.
final class OutFiles {
    private OutFiles() {}

    /// Before long work: the folder of a file to be written is there.
    ///
    /// @param option that names the file, for the message
    /// @param file absent when it is not wanted
    /// @throws RetrievalException with code NOT_FOUND when there is no such folder
    static void requireFolder(String option, @Nullable Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new RetrievalException(
                    Code.NOT_FOUND, option + " " + file + " cannot be written: no folder " + folder);
        }
    }

    /// Writes a text in place of what the file held.
    ///
    /// @throws RetrievalException with code STORAGE when the disk refuses
    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new RetrievalException(Code.STORAGE, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
