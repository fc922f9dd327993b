package dev.palate.retrieval.semantic;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/// Raw vectors of items that another encoder made elsewhere, such as a fine-tuned one that needs a graphics card.
/// Immutable and thread-safe.
///
/// Two files: a matrix in NumPy's `.npy` format, one row an item (see [NpyMatrix] for what is read), and a text file
/// with the item id of each row, one a line, in the order of the rows.
public final class ImportedVectors {
    private static final int MAXIMUM_ID = 128;

    private final NpyMatrix matrix;
    private final Map<String, Integer> rows;

    private ImportedVectors(NpyMatrix matrix, Map<String, Integer> rows) {
        this.matrix = matrix;
        this.rows = rows;
    }

    /// Reads both files whole. 4 bytes of heap a value, and the ids.
    ///
    /// @throws RetrievalException with code NOT_FOUND when a file is missing, BAD_INPUT when one is not what it
    ///     should be or the two do not fit
    public static ImportedVectors read(Path npy, Path ids) {
        NpyMatrix matrix = NpyMatrix.read(npy);
        return new ImportedVectors(matrix, readIds(ids, matrix.rows()));
    }

    private static Map<String, Integer> readIds(Path file, int expected) {
        if (!Files.isRegularFile(file)) {
            throw new RetrievalException(
                    Code.NOT_FOUND, "no file of ids at " + file + ": give a text file with one item id a line");
        }
        Map<String, Integer> rows = HashMap.newHashMap(expected);
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                String id = line.strip();
                if (id.isEmpty() || id.length() > MAXIMUM_ID) {
                    throw bad(
                            file,
                            "line " + number + " must hold an item id of 1 to " + MAXIMUM_ID + " characters, had "
                                    + id.length());
                }
                Integer earlier = rows.putIfAbsent(id, number - 1);
                if (earlier != null) {
                    throw bad(
                            file,
                            "item {" + id + "} stands on line " + (earlier + 1) + " and again on line " + number
                                    + ": give each item one row");
                }
                if (number > expected) {
                    throw bad(file, "it has more than the matrix's " + expected + " rows: give one id for each row");
                }
            }
        } catch (IOException e) {
            throw new RetrievalException(Code.BAD_INPUT, "cannot read " + file + ": " + e.getMessage(), e);
        }
        if (rows.size() != expected) {
            throw bad(
                    file,
                    "it has " + rows.size() + " ids and the matrix " + expected
                            + " rows: give one id for each row, in the same order");
        }
        return rows;
    }

    private static RetrievalException bad(Path file, String why) {
        return new RetrievalException(Code.BAD_INPUT, "the file of ids " + file + " cannot be used: " + why);
    }

    /// The number of items.
    public int size() {
        return matrix.rows();
    }

    /// The length of a vector.
    public int dimension() {
        return matrix.columns();
    }

    /// A copy of the raw vector of an item; the zero vector when there is none.
    public float[] of(String item) {
        OptionalInt row = row(item);
        return row.isPresent() ? matrix.row(row.getAsInt()) : new float[matrix.columns()];
    }

    /// The row of an item, if it has one.
    public OptionalInt row(String item) {
        Integer row = rows.get(item);
        return row == null ? OptionalInt.empty() : OptionalInt.of(row);
    }
}
