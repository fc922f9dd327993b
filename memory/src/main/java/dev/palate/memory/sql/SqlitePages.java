package dev.palate.memory.sql;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The bytes of a SQLite file that belong to nothing: the gap between the pointers and the cells of a tree
/// page, freed
/// blocks among its cells, free pages. SQLite leaves cells that moved to another page in such a gap, whatever
/// `secure_delete` says, and never reads it again; here it is overwritten with zeros in place.
///
/// Source: "Database File Format" on sqlite.org, sections 1.3 (header), 1.5 (free list) and 1.6 (tree pages). A page
/// belongs to a tree when its first byte is 2, 5, 10 or 13; an overflow page begins with a page number, which
/// does not
/// begin so below [#MOST_PAGES].
///
/// Nobody else may write to the file meanwhile. To be closed after every connection to it: closing a file ends the
/// locks that this process holds on it. Not thread-safe.
final class SqlitePages implements AutoCloseable {
    /// Files must have fewer pages (128 GiB at 4 KiB a page).
    static final int MOST_PAGES = 0x02000000;

    private static final int FILE_HEADER = 100;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final long LOCK_BYTE = 1L << 30;

    // Not a channel: an interrupted thread would close that, and with it the locks.
    private final RandomAccessFile file;
    private final byte[] zeros = new byte[1 << 16];

    /// What a look at pages came to.
    ///
    /// @param cleaned how many pages had bytes that belonged to nothing and were not 0
    /// @param left how many of these still have some when read again
    record Cleaned(long cleaned, long left) {
        static final Cleaned NONE = new Cleaned(0, 0);

        Cleaned and(Cleaned other) {
            return new Cleaned(cleaned + other.cleaned, left + other.left);
        }
    }

    private record Header(int pageBytes, int usable, int firstTrunk, long freePages, boolean pointerMap) {}

    private record Range(int from, int to) {}

    SqlitePages(Path path) throws IOException {
        file = new RandomAccessFile(path.toFile(), "rw");
    }

    /// True when this kind of file is understood.
    boolean understood() throws IOException {
        Header header = header();
        return !header.pointerMap && pages(header) < MOST_PAGES;
    }

    private long pages(Header header) throws IOException {
        return file.length() / header.pageBytes;
    }

    private Header header() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(read(0, FILE_HEADER));
        int size = Short.toUnsignedInt(bytes.getShort(16));
        int pageBytes = size == 1 ? 1 << 16 : size;
        if (pageBytes < 512 || Integer.bitCount(pageBytes) != 1) {
            throw new IOException("a page must have 512 to 65536 bytes, a power of two, has " + pageBytes);
        }
        return new Header(
                pageBytes,
                pageBytes - Byte.toUnsignedInt(bytes.get(20)),
                bytes.getInt(32),
                Integer.toUnsignedLong(bytes.getInt(36)),
                bytes.getInt(52) != 0);
    }

    private byte[] read(long at, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.seek(at);
        file.readFully(bytes);
        return bytes;
    }

    /// Cleans every page, free ones too. Reads the whole file once.
    Cleaned all() throws IOException {
        Header header = header();
        int count = Math.toIntExact(pages(header));
        int chunk = Math.max(1, CHUNK_BYTES / header.pageBytes);
        Cleaned cleaned = free(header, count);
        for (int first = 1; first <= count; first += chunk) {
            int pages = Math.min(chunk, count - first + 1);
            byte[] bytes = read(offset(header, first), pages * header.pageBytes);
            for (int i = 0; i < pages; i++) {
                cleaned = cleaned.and(clean(
                        header,
                        first + i,
                        ByteBuffer.wrap(bytes, i * header.pageBytes, header.pageBytes)
                                .slice()));
            }
        }
        return cleaned;
    }

    /// Cleans these pages where they belong to a tree.
    ///
    /// @param numbers from 1; those past the end of the file are left out
    Cleaned these(BitSet numbers) throws IOException {
        Header header = header();
        long count = pages(header);
        Cleaned cleaned = Cleaned.NONE;
        for (int number = numbers.nextSetBit(1);
                number > 0 && number <= count;
                number = numbers.nextSetBit(number + 1)) {
            cleaned =
                    cleaned.and(clean(header, number, ByteBuffer.wrap(read(offset(header, number), header.pageBytes))));
        }
        return cleaned;
    }

    private static long offset(Header header, int number) {
        return (number - 1L) * header.pageBytes;
    }

    private Cleaned clean(Header header, int number, ByteBuffer page) throws IOException {
        return clean(header, number, page, unused(header, number, page));
    }

    private Cleaned clean(Header header, int number, ByteBuffer page, List<Range> unused) throws IOException {
        boolean found = false;
        for (Range range : unused) {
            if (!zero(page, range)) {
                file.seek(offset(header, number) + range.from);
                file.write(zeros, 0, range.to - range.from);
                found = true;
            }
        }
        if (!found) {
            return Cleaned.NONE;
        }
        ByteBuffer again = ByteBuffer.wrap(read(offset(header, number), header.pageBytes));
        return new Cleaned(1, unused.stream().allMatch(range -> zero(again, range)) ? 0 : 1);
    }

    private static boolean zero(ByteBuffer page, Range range) {
        for (int at = range.from; at < range.to; at++) {
            if (page.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    /// What of a page of a tree belongs to nothing; empty for other pages, and for what is no sound page.
    private static List<Range> unused(Header header, int number, ByteBuffer page) {
        int start = number == 1 ? FILE_HEADER : 0;
        int type = page.get(start);
        if (type != 2 && type != 5 && type != 10 && type != 13 || offset(header, number) == LOCK_BYTE) {
            return List.of();
        }
        int pointers = start + (type == 2 || type == 5 ? 12 : 8);
        int gap = pointers + 2 * Short.toUnsignedInt(page.getShort(start + 3));
        int content = Short.toUnsignedInt(page.getShort(start + 5));
        int cells = content == 0 ? 1 << 16 : content;
        if (gap > cells || cells > header.usable) {
            return List.of();
        }
        List<Range> unused = new ArrayList<>();
        unused.add(new Range(gap, cells));
        int last = cells;
        int block = Short.toUnsignedInt(page.getShort(start + 1));
        while (block != 0) {
            if (block < last || block + 4 > header.usable) {
                return List.of();
            }
            int end = block + Short.toUnsignedInt(page.getShort(block + 2));
            if (end < block + 4 || end > header.usable) {
                return List.of();
            }
            unused.add(new Range(block + 4, end));
            last = end;
            block = Short.toUnsignedInt(page.getShort(block));
        }
        return unused;
    }

    /// The free pages: their content, and in those that list others what comes after the list.
    private Cleaned free(Header header, int count) throws IOException {
        Cleaned cleaned = Cleaned.NONE;
        int trunk = header.firstTrunk;
        for (long seen = 0; trunk > 0 && trunk <= count && seen < header.freePages; seen++) {
            ByteBuffer page = ByteBuffer.wrap(read(offset(header, trunk), header.pageBytes));
            int leaves = page.getInt(4);
            if (leaves < 0 || leaves > header.usable / 4 - 2) {
                break;
            }
            for (int i = 0; i < leaves; i++) {
                int leaf = page.getInt(8 + 4 * i);
                if (leaf > 1 && leaf <= count) {
                    ByteBuffer bytes = ByteBuffer.wrap(read(offset(header, leaf), header.pageBytes));
                    cleaned = cleaned.and(clean(header, leaf, bytes, List.of(new Range(0, header.pageBytes))));
                }
            }
            cleaned = cleaned.and(clean(header, trunk, page, List.of(new Range(8 + 4 * leaves, header.pageBytes))));
            trunk = page.getInt(0);
        }
        return cleaned;
    }

    /// Has the disk take what was written.
    void force() throws IOException {
        file.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
