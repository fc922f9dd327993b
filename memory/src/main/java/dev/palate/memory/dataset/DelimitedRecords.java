package dev.palate.memory.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/// The records of a delimited file after RFC 4180: a field may stand in quotes, hold the delimiter and line breaks
/// there, and a quote written twice. Not thread-safe.
///
/// A quote left open costs its line and no more: when it is not closed within [#MAX_LINES] lines or as many characters
/// as a line may have, the lines after it are read again as records of their own. Where tabs delimit, quotes that do
/// not
/// enclose a whole field are letters like others.
final class DelimitedRecords implements AutoCloseable {
    static final int MAX_LINES = 1_000;

    /// One record.
    ///
    /// @param place of its first line
    /// @param fallacy why it is none, absent when it is one
    record Fields(
            DatasetRow.Place place,
            List<String> values,
            @Nullable String fallacy) {}

    private record Line(DatasetRow.Place place, String text) {}

    private enum Quotes {
        CLOSED,
        OPEN,
        BROKEN
    }

    private final Lines lines;
    private final char delimiter;
    private final CSVFormat format;
    private final Deque<Line> again = new ArrayDeque<>();

    private DelimitedRecords(Lines lines, char delimiter) {
        this.lines = lines;
        this.delimiter = delimiter;
        this.format = CSVFormat.RFC4180.builder().setDelimiter(delimiter).get();
    }

    static DelimitedRecords of(Path file, char delimiter) {
        return new DelimitedRecords(Lines.of(file), delimiter);
    }

    /// The next record that is not empty, or null after the last.
    @Nullable
    Fields next() {
        @Nullable Line line = line();
        while (line != null && line.text.isEmpty()) {
            line = line();
        }
        return line == null ? null : line.text.indexOf('"') < 0 ? plain(line) : quoted(line);
    }

    private @Nullable Line line() {
        @Nullable Line kept = again.pollFirst();
        if (kept != null) {
            return kept;
        }
        @Nullable String text = lines.next();
        return text == null ? null : new Line(lines.place(), text);
    }

    private Fields plain(Line line) {
        List<String> fields = new ArrayList<>();
        int from = 0;
        for (int to = line.text.indexOf(delimiter); to >= 0; to = line.text.indexOf(delimiter, from)) {
            fields.add(line.text.substring(from, to));
            from = to + 1;
        }
        fields.add(line.text.substring(from));
        return new Fields(line.place, fields, null);
    }

    private Fields quoted(Line first) {
        StringBuilder text = new StringBuilder(first.text);
        List<Line> more = new ArrayList<>();
        Quotes quotes = quotes(first.text, false);
        while (quotes == Quotes.OPEN) {
            @Nullable Line next = more.size() < MAX_LINES && text.length() < Lines.MAX_LINE ? line() : null;
            if (next == null) {
                return broken(first, more, "a quote is opened and not closed within " + MAX_LINES + " lines");
            }
            more.add(next);
            text.append('\n').append(next.text);
            quotes = quotes(next.text, true);
        }
        if (quotes == Quotes.BROKEN) {
            return broken(first, more, "a closing quote must be followed by the delimiter or the end of the line");
        }
        try (CSVParser parser = CSVParser.parse(text.toString(), format)) {
            List<CSVRecord> records = parser.getRecords();
            return new Fields(first.place, records.getFirst().toList(), null);
        } catch (IOException | UncheckedIOException e) {
            return broken(first, more, "a quote is not closed or stands inside a field");
        }
    }

    private Fields broken(Line first, List<Line> more, String fallacy) {
        more.reversed().forEach(again::addFirst);
        return delimiter == '\t' ? plain(first) : new Fields(first.place, List.of(), fallacy);
    }

    private Quotes quotes(String text, boolean inside) {
        boolean quoted = inside;
        boolean start = !inside;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!quoted) {
                quoted = start && c == '"';
                start = c == delimiter;
            } else if (c == '"') {
                boolean last = i + 1 == text.length();
                if (!last && text.charAt(i + 1) == '"') {
                    i++;
                } else if (last || text.charAt(i + 1) == delimiter) {
                    quoted = false;
                } else {
                    return Quotes.BROKEN;
                }
            }
        }
        return quoted ? Quotes.OPEN : Quotes.CLOSED;
    }

    /// The fields of a line as they are, without quoting; to look at a header.
    static List<String> split(String line, char delimiter) {
        return Arrays.asList(line.split(java.util.regex.Pattern.quote(String.valueOf(delimiter)), -1));
    }

    @Override
    public void close() {
        lines.close();
    }
}
