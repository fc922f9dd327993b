package dev.palate.memory.dataset;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What the first line of a delimited file says: what the file holds, and where.
///
/// @param names of the columns as they stand
/// @param at where each known column is, from 0
/// @param attributes the other columns with a name, from 0
record Header(
        char delimiter, Content content, List<String> names, Map<Column, Integer> at, Map<Integer, String> attributes) {
    private static final String CANDIDATES = ",\t;|";
    private static final int MAX_ATTRIBUTES = 64;
    private static final int MAX_SEEN = 120;

    /// What the rows of a file are.
    enum Content {
        ITEMS(
                Column.ITEM_ID,
                Column.TITLE,
                Column.YEAR,
                Column.CATEGORIES,
                Column.TAGS,
                Column.DESCRIPTION,
                Column.HIDDEN,
                Column.AVAILABLE_FROM,
                Column.AVAILABLE_TO),
        TAGS(Column.ITEM_ID, Column.USER_ID, Column.TAG),
        USERS(Column.USER_ID, Column.NAME),
        INTERACTIONS(
                Column.ITEM_ID, Column.USER_ID, Column.TYPE, Column.RATING, Column.TIMESTAMP, Column.INTERACTION_ID);

        private final Set<Column> columns;

        Content(Column first, Column... others) {
            columns = EnumSet.of(first, others);
        }
    }

    Header {
        names = List.copyOf(names);
        at = Map.copyOf(at);
        attributes = new TreeMap<>(attributes);
    }

    /// Reads the first line of a file.
    ///
    /// @throws MemoryException `BAD_FILE` saying what was seen and what is missing
    static Header of(Path file, DelimitedOptions options) {
        @Nullable String first;
        try (Lines lines = Lines.of(file)) {
            first = lines.next();
        }
        if (first == null || first.isBlank()) {
            throw bad(file, "the first line must name the columns, was empty");
        }
        char delimiter = options.delimiter() != null ? options.delimiter() : delimiter(first, options);
        List<String> names;
        try (DelimitedRecords records = DelimitedRecords.of(file, delimiter)) {
            DelimitedRecords.@Nullable Fields fields = records.next();
            if (fields == null || fields.fallacy() != null) {
                throw bad(file, "the first line must name the columns, was " + seen(first));
            }
            names = fields.values().stream().map(String::strip).toList();
        }
        return of(file, names, delimiter, options);
    }

    private static Header of(Path file, List<String> names, char delimiter, DelimitedOptions options) {
        Set<String> once = new HashSet<>();
        for (String name : names) {
            if (!name.isEmpty() && !once.add(name)) {
                throw bad(file, "each column must have a name of its own, " + seen(name) + " stands twice");
            }
        }
        Map<Column, Integer> found = found(names, options);
        Content content = content(file, names, found, options);
        Map<Column, Integer> at = new EnumMap<>(Column.class);
        found.forEach((column, index) -> {
            if (content.columns.contains(column)) {
                at.put(column, index);
            }
        });
        Map<Integer, String> attributes = new TreeMap<>();
        if (content == Content.ITEMS) {
            IntStream.range(0, names.size())
                    .filter(i -> !names.get(i).isEmpty() && !at.containsValue(i))
                    .forEach(i -> attributes.put(i, names.get(i)));
            if (attributes.size() > MAX_ATTRIBUTES) {
                throw bad(
                        file,
                        "at most " + MAX_ATTRIBUTES + " columns may stand beside those that are known, were "
                                + attributes.size() + "; leave some out");
            }
        }
        return new Header(delimiter, content, names, at, attributes);
    }

    // The delimiter that shows the most known columns, the most columns among equals.
    private static char delimiter(String first, DelimitedOptions options) {
        char best = ',';
        int most = -1;
        for (char candidate : CANDIDATES.toCharArray()) {
            List<String> names = DelimitedRecords.split(first, candidate).stream()
                    .map(name -> name.strip().replaceAll("^\"|\"$", ""))
                    .toList();
            int score = 1_000 * found(names, options).size() + Math.min(999, names.size());
            if (score > most) {
                best = candidate;
                most = score;
            }
        }
        return best;
    }

    private static Map<Column, Integer> found(List<String> names, DelimitedOptions options) {
        List<String> normal = names.stream().map(Column::normal).toList();
        Map<Column, Integer> found = new EnumMap<>(Column.class);
        for (Column column : Column.values()) {
            @Nullable String given = options.columns().get(column);
            int index = given != null
                    ? names.indexOf(given)
                    : column.aliases().stream()
                            .mapToInt(normal::indexOf)
                            .filter(i -> i >= 0)
                            .findFirst()
                            .orElse(-1);
            if (index >= 0) {
                found.put(column, index);
            }
        }
        int id = normal.indexOf("id");
        if (id >= 0 && !found.containsKey(Column.USER_ID) && !options.columns().containsKey(Column.ITEM_ID)) {
            found.putIfAbsent(Column.ITEM_ID, id);
        }
        return found;
    }

    private static Content content(
            Path file, List<String> names, Map<Column, Integer> found, DelimitedOptions options) {
        boolean item = found.containsKey(Column.ITEM_ID);
        boolean user = found.containsKey(Column.USER_ID);
        if (item && user) {
            boolean done = options.type() != null || found.containsKey(Column.TYPE) || found.containsKey(Column.RATING);
            if (!done && found.containsKey(Column.TAG)) {
                return Content.TAGS;
            }
            if (!done) {
                throw bad(
                        file,
                        "interactions must have a column for type or rating, had " + seen(names)
                                + "; say what all of them are, such as --type purchased");
            }
            require(file, names, found, Column.TIMESTAMP);
            return Content.INTERACTIONS;
        }
        if (user) {
            return Content.USERS;
        }
        require(file, names, found, Column.ITEM_ID);
        require(file, names, found, Column.TITLE);
        return Content.ITEMS;
    }

    private static void require(Path file, List<String> names, Map<Column, Integer> found, Column column) {
        if (!found.containsKey(column)) {
            throw bad(
                    file,
                    "no column is known for " + column.key() + ", the columns are " + seen(names)
                            + "; name it with --column " + column.key() + "=HEADER, or leave the file out");
        }
    }

    /// That each column named explicitly stands in one of the files.
    static void checkNamed(List<Header> headers, DelimitedOptions options) {
        options.columns().forEach((column, name) -> {
            if (headers.stream().noneMatch(header -> header.names.contains(name))) {
                throw new MemoryException(
                        Code.BAD_INPUT,
                        "--column " + column.key() + "=" + name + " names no header; the headers are "
                                + headers.stream()
                                        .map(header -> seen(header.names))
                                        .collect(Collectors.joining(" / ")));
            }
        });
    }

    private static String seen(List<String> names) {
        return seen(String.join(", ", names));
    }

    private static String seen(String text) {
        return text.length() > MAX_SEEN ? text.substring(0, MAX_SEEN) + "..." : text;
    }

    private static MemoryException bad(Path file, String what) {
        return new MemoryException(Code.BAD_FILE, file + ": " + what);
    }

    /// The known columns, for messages and the fingerprint.
    String described() {
        return Arrays.stream(Column.values())
                .filter(at::containsKey)
                .map(column -> column.key() + "=" + names.get(at.getOrDefault(column, 0)))
                .collect(Collectors.joining(", "));
    }
}
