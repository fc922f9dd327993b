package dev.palate.memory.dataset;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The lines of a UTF-8 file, numbered from 1, none longer than 1 MiB of characters. Not thread-safe.
///
/// Anything else in the file makes it malformed as such: `BAD_FILE`, naming the file and the line.
final class Lines implements AutoCloseable {
    static final int MAX_LINE = 1 << 20;

    private final Path file;
    private final BufferedReader reader;
    private final StringBuilder line = new StringBuilder();
    private long number;

    private Lines(Path file, BufferedReader reader) {
        this.file = file;
        this.reader = reader;
    }

    static Lines of(Path file) {
        try {
            return new Lines(
                    file,
                    new BufferedReader(
                            new InputStreamReader(
                                    Files.newInputStream(file),
                                    StandardCharsets.UTF_8
                                            .newDecoder()
                                            .onMalformedInput(CodingErrorAction.REPORT)
                                            .onUnmappableCharacter(CodingErrorAction.REPORT)),
                            1 << 16));
        } catch (NoSuchFileException e) {
            throw new MemoryException(Code.BAD_FILE, file + " is missing; give the path of a whole data set", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static MemoryException unreadable(Path file, IOException e) {
        return new MemoryException(
                Code.BAD_FILE,
                file + " cannot be read (" + e.getClass().getSimpleName() + "); check it and its rights",
                e);
    }

    /// The next line without its end, or null after the last; a byte order mark before the first is left out.
    @Nullable
    String next() {
        line.setLength(0);
        number++;
        try {
            int c = reader.read();
            if (c < 0) {
                return null;
            }
            if (number == 1 && c == '\ufeff') {
                c = reader.read();
            }
            for (; c >= 0 && c != '\n'; c = reader.read()) {
                if (line.length() == MAX_LINE) {
                    throw bad("is longer than " + MAX_LINE + " characters, which is the most allowed");
                }
                line.append((char) c);
            }
        } catch (CharacterCodingException e) {
            throw bad("or one soon after is not UTF-8; convert the file");
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        int length = line.length();
        if (length > 0 && line.charAt(length - 1) == '\r') {
            line.setLength(length - 1);
        }
        return line.toString();
    }

    private MemoryException bad(String what) {
        return new MemoryException(Code.BAD_FILE, file + ": line " + number + " " + what);
    }

    /// Where the line returned last stands.
    DatasetRow.Place place() {
        return new DatasetRow.Place(String.valueOf(file.getFileName()), number);
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }
}
