package dev.palate.retrieval.semantic;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A matrix from a file in NumPy's `.npy` format, versions 1 to 3: two axes, rows one after the other (C order), type
/// `f4` or `f2` of either byte order, every value finite. Immutable and thread-safe.
///
/// Layout: magic `\x93NUMPY`, major and minor version [byte each], length of the header [uint16, from version 2 on
/// uint32, little-endian], the header, a Python dictionary with `descr`, `fortran_order` and `shape`, then the values
/// and nothing else.
final class NpyMatrix {
    static final int MAXIMUM_ROWS = 5_000_000;
    static final int MAXIMUM_COLUMNS = 4_096;
    private static final int MAXIMUM_HEADER = 1 << 16;
    private static final int MAXIMUM_VALUES = 1 << 30;
    private static final int CHUNK = 1 << 20;
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']{1,20})'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9, ]{0,100})\\)");

    private final int columns;
    private final float[] values;

    private NpyMatrix(int columns, float[] values) {
        this.columns = columns;
        this.values = values;
    }

    int rows() {
        return values.length / columns;
    }

    int columns() {
        return columns;
    }

    /// A copy of a row.
    float[] row(int row) {
        return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
    }

    private enum Type {
        HALF(2),
        SINGLE(4);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }
    }

    private record Header(Type type, ByteOrder order, int rows, int columns) {}

    /// Reads a file whole.
    ///
    /// @throws RetrievalException with code NOT_FOUND when there is none, BAD_INPUT when it is not such a matrix
    static NpyMatrix read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new RetrievalException(Code.NOT_FOUND, "no matrix at " + file + ": give a .npy file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Header header = header(file, channel);
            long size = (long) header.rows * header.columns * header.type.bytes;
            long left = channel.size() - channel.position();
            if (left != size) {
                throw bad(
                        file,
                        "its header promises " + size + " bytes of values and " + left + " follow: it is "
                                + (left < size ? "cut off, write it again" : "followed by something else"));
            }
            return new NpyMatrix(header.columns, values(file, channel, header));
        } catch (IOException e) {
            throw new RetrievalException(Code.BAD_INPUT, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static Header header(Path file, FileChannel channel) throws IOException {
        ByteBuffer start = readFully(file, channel, MAGIC.length + 2);
        byte[] magic = new byte[MAGIC.length];
        start.get(magic);
        int major = start.get();
        if (!Arrays.equals(magic, MAGIC)) {
            throw bad(file, "it does not begin like a .npy file: write it with numpy.save");
        }
        if (major < 1 || major > 3) {
            throw bad(file, "its format version is " + major + ", read are 1 to 3");
        }
        long length = major == 1
                ? readFully(file, channel, 2).getShort() & 0xffff
                : readFully(file, channel, 4).getInt() & 0xffffffffL;
        if (length > MAXIMUM_HEADER) {
            throw bad(file, "its header has " + length + " bytes, at most " + MAXIMUM_HEADER + " are allowed");
        }
        String text = StandardCharsets.UTF_8
                .decode(readFully(file, channel, (int) length))
                .toString();
        String descr = find(file, DESCR, text, "descr");
        if (find(file, ORDER, text, "fortran_order").equals("True")) {
            throw bad(file, "its values stand column by column (fortran_order): save numpy.ascontiguousarray(matrix)");
        }
        int[] shape = shape(file, find(file, SHAPE, text, "shape"));
        return new Header(type(file, descr), order(file, descr), shape[0], shape[1]);
    }

    private static String find(Path file, Pattern pattern, String header, String key) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw bad(file, "its header has no {" + key + "} that can be read");
        }
        return matcher.group(1);
    }

    private static Type type(Path file, String descr) {
        return switch (descr.substring(1)) {
            case "f2" -> Type.HALF;
            case "f4" -> Type.SINGLE;
            default ->
                throw bad(
                        file,
                        "its values are of type {" + descr + "}, read are <f4, >f4, <f2 and >f2: save "
                                + "matrix.astype('f4')");
        };
    }

    private static ByteOrder order(Path file, String descr) {
        return switch (descr.charAt(0)) {
            case '<' -> ByteOrder.LITTLE_ENDIAN;
            case '>' -> ByteOrder.BIG_ENDIAN;
            default ->
                throw bad(
                        file,
                        "its values have the byte order of {" + descr + "}, read are < and >: save "
                                + "matrix.astype('<f4')");
        };
    }

    private static int[] shape(Path file, String text) {
        String[] axes = Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(axis -> !axis.isEmpty())
                .toArray(String[]::new);
        if (axes.length != 2) {
            throw bad(file, "its shape is (" + text + "), needed are two axes: items and values");
        }
        long rows = axis(file, axes[0], MAXIMUM_ROWS, "rows");
        long columns = axis(file, axes[1], MAXIMUM_COLUMNS, "columns");
        if (rows * columns > MAXIMUM_VALUES) {
            throw bad(file, "it has " + rows * columns + " values, at most " + MAXIMUM_VALUES + " are read");
        }
        return new int[] {(int) rows, (int) columns};
    }

    private static long axis(Path file, String digits, int most, String what) {
        long count = digits.length() > 10 || digits.contains(" ") ? Long.MAX_VALUE : Long.parseLong(digits);
        if (count < 1 || count > most) {
            throw bad(file, "it has " + digits + " " + what + ", allowed are 1 to " + most);
        }
        return count;
    }

    private static float[] values(Path file, FileChannel channel, Header header) throws IOException {
        float[] values = new float[header.rows * header.columns];
        int perChunk = CHUNK / header.type.bytes;
        for (int from = 0; from < values.length; from += perChunk) {
            int count = Math.min(perChunk, values.length - from);
            ByteBuffer bytes =
                    readFully(file, channel, count * header.type.bytes).order(header.order);
            for (int at = from; at < from + count; at++) {
                values[at] = switch (header.type) {
                    case HALF -> Float.float16ToFloat(bytes.getShort());
                    case SINGLE -> bytes.getFloat();
                };
                if (!Float.isFinite(values[at])) {
                    throw bad(
                            file,
                            "row " + at / header.columns + ", column " + at % header.columns + " is " + values[at]
                                    + ": every value must be finite");
                }
            }
        }
        return values;
    }

    private static ByteBuffer readFully(Path file, FileChannel channel, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw bad(file, "it ends too early: write it again with numpy.save");
            }
        }
        return bytes.flip();
    }

    private static RetrievalException bad(Path file, String why) {
        return new RetrievalException(Code.BAD_INPUT, "the matrix " + file + " cannot be used: " + why);
    }
}
