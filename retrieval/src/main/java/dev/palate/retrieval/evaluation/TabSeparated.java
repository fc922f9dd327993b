package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/// Reads tab-separated rows line by line, skipping the header line that starts with `user_id`.
final class TabSeparated {
    private static final int MAXIMUM_ROWS = 100_000_000;

    private TabSeparated() {}

    /// Hands every row to `reader`; what it throws as IllegalArgumentException is reported with file and line.
    ///
    /// @throws RetrievalException with code BAD_INPUT when the file or a row cannot be read
    static void forEach(Path file, int columns, Consumer<String[]> reader) {
        try (InputStream bytes = Files.newInputStream(file);
                InputStream text = file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
                BufferedReader lines = new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8))) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (number > MAXIMUM_ROWS) {
                    throw new RetrievalException(
                            Code.BAD_INPUT, file + " has more than " + MAXIMUM_ROWS + " lines: give a smaller file");
                }
                if (!line.startsWith("user_id\t") && !line.isBlank()) {
                    read(file, number, line, columns, reader);
                }
            }
        } catch (IOException e) {
            throw new RetrievalException(Code.BAD_INPUT, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static void read(Path file, int number, String line, int columns, Consumer<String[]> reader) {
        String[] cells = line.split("\t", -1);
        if (cells.length < columns || cells[0].isEmpty() || cells[1].isEmpty()) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    file + " line " + number + ": needs " + columns + " cells separated by tabs, the first two not"
                            + " empty, had " + cells.length);
        }
        try {
            reader.accept(cells);
        } catch (IllegalArgumentException e) {
            throw new RetrievalException(Code.BAD_INPUT, file + " line " + number + ": " + e.getMessage(), e);
        }
    }
}
