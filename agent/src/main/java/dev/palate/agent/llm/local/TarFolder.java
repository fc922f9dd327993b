package dev.palate.agent.llm.local;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/// Unpacks the plain files of one folder of a gzipped tar archive (POSIX ustar, as npm writes it). Links, devices
/// and
/// sub-folders are left out, so nothing can be written outside the target.
final class TarFolder {
    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE = 12;
    private static final int TYPE_AT = 156;
    private static final int PREFIX_AT = 345;
    private static final int PREFIX = 155;
    private static final long MAX_FILE_BYTES = 1L << 30;

    private TarFolder() {}

    /// @param folder inside the archive, ending in `/`
    /// @return how many files were written
    /// @throws IOException for a broken archive
    static int unpack(Path archive, String folder, Path target) throws IOException {
        int files = 0;
        try (InputStream in = new GZIPInputStream(Files.newInputStream(archive), 1 << 16)) {
            byte[] header = in.readNBytes(BLOCK);
            while (header.length == BLOCK && header[0] != 0) {
                long size = octal(header, SIZE_AT, SIZE);
                if (size > MAX_FILE_BYTES) {
                    throw new IOException(
                            "broken archive: a file of " + size + " bytes; allowed are " + MAX_FILE_BYTES);
                }
                String name = name(header);
                String rest = name.startsWith(folder) ? name.substring(folder.length()) : "";
                boolean plain = header[TYPE_AT] == '0' || header[TYPE_AT] == 0;
                if (plain && !rest.isEmpty() && !rest.contains("/") && !rest.startsWith(".")) {
                    copy(in, size, target.resolve(rest));
                    files++;
                } else {
                    in.skipNBytes(size);
                }
                in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
                header = in.readNBytes(BLOCK);
            }
        }
        return files;
    }

    private static void copy(InputStream in, long size, Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            long left = size;
            while (left > 0) {
                int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (count < 0) {
                    throw new EOFException("the archive ended inside " + file.getFileName());
                }
                out.write(buffer, 0, count);
                left -= count;
            }
        }
    }

    private static String name(byte[] header) {
        String prefix = text(header, PREFIX_AT, PREFIX);
        String name = text(header, 0, NAME);
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String text(byte[] header, int at, int length) {
        int end = at;
        while (end < at + length && header[end] != 0) {
            end++;
        }
        return new String(header, at, end - at, StandardCharsets.UTF_8);
    }

    private static long octal(byte[] header, int at, int length) throws IOException {
        String digits = text(header, at, length).strip();
        try {
            return Long.parseLong(digits, 8);
        } catch (NumberFormatException e) {
            throw new IOException("broken archive: a size of '" + digits + "'", e);
        }
    }
}
