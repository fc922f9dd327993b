package dev.palate.retrieval.semantic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.RetrievalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportedVectorsTest {
    @TempDir
    Path folder;

    private static byte[] npy(int major, String header, byte[] values) {
        byte[] text = header.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(12 + text.length + values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) major)
                .put((byte) 0);
        if (major == 1) {
            bytes.putShort((short) text.length);
        } else {
            bytes.putInt(text.length);
        }
        bytes.put(text).put(values);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static byte[] values(String descr, float... numbers) {
        int width = descr.charAt(2) - '0';
        ByteBuffer bytes = ByteBuffer.allocate(width * numbers.length)
                .order(descr.charAt(0) == '<' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        for (float number : numbers) {
            if (width == 2) {
                bytes.putShort(Float.floatToFloat16(number));
            } else {
                bytes.putFloat(number);
            }
        }
        return bytes.array();
    }

    private static String header(String descr, String order, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': (" + shape + "), }   \n";
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("vectors.npy"), bytes);
    }

    private Path ids(String... lines) throws IOException {
        return Files.write(folder.resolve("vectors.ids"), List.of(lines));
    }

    @ParameterizedTest
    @CsvSource({"<f4,1", ">f4,1", "<f2,1", ">f2,2", "<f4,3"})
    void readsWhatNumpySaves(String descr, int major) throws IOException {
        byte[] file = npy(major, header(descr, "False", "2, 3"), values(descr, 1, -2, 0.5f, 0, 4, -0.25f));
        ImportedVectors vectors = ImportedVectors.read(write(file), ids("b", "a"));
        assertThat(vectors.size()).isEqualTo(2);
        assertThat(vectors.dimension()).isEqualTo(3);
        assertThat(vectors.of("a")).containsExactly(0, 4, -0.25f);
        assertThat(vectors.of("b")).containsExactly(1, -2, 0.5f);
        assertThat(vectors.of("unknown")).containsExactly(0, 0, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<f8 | False | 1, 1 | type {<f8}",
                "<i4 | False | 1, 1 | type {<i4}",
                "=f4 | False | 1, 1 | byte order of {=f4}",
                "<f4 | True  | 1, 1 | column by column",
                "<f4 | False | 1,   | two axes",
                "<f4 | False | 1, 1, 1 | two axes",
                "<f4 | False | 0, 3 | 0 rows",
                "<f4 | False | 5000001, 3 | 5000001 rows",
                "<f4 | False | 1, 4097 | 4097 columns",
                "<f4 | False | 99999999999999999999, 1 | rows",
                "<f4 | False | 4000000, 4000 | values",
                "<f4 | False | 2, 1 | cut off",
            })
    void refusesWhatItCannotRead(String descr, String order, String shape, String says) throws IOException {
        Path file = write(npy(1, header(descr.strip(), order.strip(), shape.strip()), new byte[4]));
        assertThatThrownBy(() -> ImportedVectors.read(file, ids("a")))
                .isInstanceOf(RetrievalException.class)
                .hasMessageContaining(says.strip())
                .hasMessageContaining("vectors.npy");
    }

    @Test
    void refusesValuesThatAreNoNumbersAndNamesTheFirst() throws IOException {
        Path file = write(npy(1, header("<f4", "False", "2, 2"), values("<f4", 1, 2, 3, Float.NaN)));
        assertThatThrownBy(() -> ImportedVectors.read(file, ids("a", "b")))
                .hasMessageContaining("row 1, column 1 is NaN");
        Path half = write(npy(1, header("<f2", "False", "1, 2"), values("<f2", 1, Float.POSITIVE_INFINITY)));
        assertThatThrownBy(() -> ImportedVectors.read(half, ids("a"))).hasMessageContaining("column 1 is Infinity");
    }

    @Test
    void refusesFilesThatAreNoMatrix() throws IOException {
        byte[] good = npy(1, header("<f4", "False", "1, 1"), values("<f4", 1));
        Path ids = ids("a");
        for (int length = 0; length < good.length; length++) {
            Path cut = write(Arrays.copyOf(good, length));
            assertThatThrownBy(() -> ImportedVectors.read(cut, ids)).isInstanceOf(RetrievalException.class);
        }
        Path longer = write(Arrays.copyOf(good, good.length + 1));
        assertThatThrownBy(() -> ImportedVectors.read(longer, ids)).hasMessageContaining("followed by something else");
        Path text = write("item,vector\na,1\nbbbbbbbbbbbbbb".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> ImportedVectors.read(text, ids)).hasMessageContaining("numpy.save");
        Path newer = write(npy(4, header("<f4", "False", "1, 1"), values("<f4", 1)));
        assertThatThrownBy(() -> ImportedVectors.read(newer, ids)).hasMessageContaining("version is 4");
        assertThatThrownBy(() -> ImportedVectors.read(folder.resolve("none.npy"), ids))
                .hasMessageContaining("no matrix at");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a\nb\nc", "a\na", "a\n\nb", "a\n "})
    void refusesIdsThatDoNotFitTheRows(String lines) throws IOException {
        Path file = write(npy(1, header("<f4", "False", "2, 1"), values("<f4", 1, 2)));
        assertThatThrownBy(() -> ImportedVectors.read(file, ids(lines.split("\n", -1))))
                .isInstanceOf(RetrievalException.class)
                .hasMessageContaining("vectors.ids");
    }
}
