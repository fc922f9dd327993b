package dev.palate.memory.dataset;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rows an import leaves out: all counted, the first few kept, up to a million written to a TSV file
/// (`file line whose reason`) that is made with the first of them. Not thread-safe.
final class RejectionReport implements AutoCloseable {
    static final int MAX_EXAMPLES = 100;
    static final long MAX_WRITTEN = 1_000_000;
    /// The first line, without its end.
    static final String HEADER = "file\tline\twhose\treason";

    private final Path path;
    private final List<RejectedRow> examples = new ArrayList<>();
    private @Nullable BufferedWriter writer;
    private long count;

    RejectionReport(Path path) {
        this.path = path;
    }

    void add(RejectedRow row) {
        count++;
        if (examples.size() < MAX_EXAMPLES) {
            examples.add(row);
        }
        try {
            if (writer == null) {
                writer = Files.newBufferedWriter(path);
                writer.write(HEADER + "\n");
            }
            if (count <= MAX_WRITTEN) {
                writer.write(row.place().file() + "\t" + row.place().line() + "\t" + row.whose() + "\t" + row.reason()
                        + "\n");
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private MemoryException failed(IOException e) {
        return new MemoryException(
                Code.STORAGE,
                "the report of rejected rows " + path + " cannot be written; free space and try again",
                e);
    }

    long count() {
        return count;
    }

    List<RejectedRow> examples() {
        return List.copyOf(examples);
    }

    /// The file, null when no row was rejected.
    @Nullable
    Path file() {
        return count == 0 ? null : path;
    }

    @Override
    public void close() {
        try {
            if (writer != null) {
                writer.close();
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
