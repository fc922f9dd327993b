package dev.palate.memory.dataset;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/// A folder of MovieLens in its CSV form: `movies.csv` and `ratings.csv`, with `tags.csv` and `links.csv` where there.
///
/// `movieId,title,genres` gives an item: the year is taken out of the title, a trailing article goes to its front,
/// other titles in parentheses become the attribute `also_known_as`, and the title as it stood is kept as
/// `original_title` where it was rewritten. `movieId,imdbId,tmdbId` gives the attributes `imdb_id` and `tmdb_id`,
/// `userId,movieId,tag,timestamp` gives tags in lower case, `userId,movieId,rating,timestamp` gives ratings of 0.5 to 5
/// at seconds since 1970. Holds the links in memory, nothing else. Not thread-safe.
public final class MovieLensReader implements DatasetReader {
    private static final String NO_GENRES = "(no genres listed)";
    private static final List<String> MOVIES = List.of("movieId", "title", "genres");
    private static final List<String> RATINGS = List.of("userId", "movieId", "rating", "timestamp");
    private static final List<String> TAGS = List.of("userId", "movieId", "tag", "timestamp");
    private static final List<String> LINKS = List.of("movieId", "imdbId", "tmdbId");

    private final Path folder;

    /// Of the folder that holds the files.
    public MovieLensReader(Path folder) {
        this.folder = folder;
        if (!Files.isDirectory(folder)) {
            throw new MemoryException(
                    Code.BAD_FILE,
                    folder + " is not a folder; a MovieLens data set is a folder with movies.csv and ratings.csv");
        }
    }

    @Override
    public String source() {
        return "movielens";
    }

    @Override
    public String userName(UserId user) {
        return "MovieLens user " + user.value();
    }

    @Override
    public List<Path> files() {
        return Stream.of("movies.csv", "links.csv", "tags.csv", "ratings.csv")
                .map(folder::resolve)
                .filter(Files::exists)
                .toList();
    }

    private interface RowOf {
        @Nullable
        DatasetRow row(DatasetRow.Place place, List<String> fields);
    }

    @Override
    public void items(Sink sink) {
        Map<String, Map<String, String>> links = new HashMap<>();
        if (Files.exists(folder.resolve("links.csv"))) {
            read("links.csv", LINKS, sink, (place, fields) -> {
                links.put(fields.getFirst(), link(fields));
                return null;
            });
        }
        read("movies.csv", MOVIES, sink, (place, fields) -> movie(place, fields, links));
        if (Files.exists(folder.resolve("tags.csv"))) {
            read("tags.csv", TAGS, sink, MovieLensReader::tag);
        }
    }

    @Override
    public void interactions(Sink sink) {
        InteractionIds ids = new InteractionIds(source());
        read("ratings.csv", RATINGS, sink, (place, fields) -> rating(place, fields, ids));
    }

    private static Map<String, String> link(List<String> fields) {
        Map<String, String> link = new TreeMap<>();
        if (!fields.get(1).isBlank()) {
            link.put("imdb_id", "tt" + digits("imdbId", fields.get(1)));
        }
        if (!fields.get(2).isBlank()) {
            link.put("tmdb_id", digits("tmdbId", fields.get(2)));
        }
        return link;
    }

    private static String digits(String what, String text) {
        if (text.length() > 20 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException(what + " must be digits, was " + text);
        }
        return text;
    }

    private static DatasetRow movie(
            DatasetRow.Place place, List<String> fields, Map<String, Map<String, String>> links) {
        FilmTitle title = FilmTitle.parse(fields.get(1));
        Map<String, String> attributes = new TreeMap<>(links.getOrDefault(fields.getFirst(), Map.of()));
        if (title.rewritten()) {
            attributes.put("original_title", title.original());
        }
        if (!title.alsoKnownAs().isEmpty()) {
            attributes.put("also_known_as", String.join(" | ", title.alsoKnownAs()));
        }
        List<String> genres = fields.get(2).equals(NO_GENRES)
                ? List.of()
                : Arrays.stream(fields.get(2).split("\\|", -1))
                        .map(String::strip)
                        .filter(genre -> !genre.isEmpty())
                        .distinct()
                        .toList();
        return new DatasetRow.ItemRow(
                place,
                new Item(
                        new ItemId(fields.getFirst()),
                        title.title(),
                        title.year(),
                        genres,
                        List.of(),
                        "",
                        attributes,
                        false,
                        null,
                        null,
                        0));
    }

    private static DatasetRow tag(DatasetRow.Place place, List<String> fields) {
        time(fields.get(3));
        return new DatasetRow.TagRow(
                place,
                new UserId(fields.get(0)),
                new ItemId(fields.get(1)),
                fields.get(2).strip().toLowerCase(Locale.ROOT));
    }

    private static DatasetRow rating(DatasetRow.Place place, List<String> fields, InteractionIds ids) {
        UserId user = new UserId(fields.get(0));
        ItemId item = new ItemId(fields.get(1));
        Feedback feedback = new Feedback.Rated(number("rating", fields.get(2)));
        Instant at = time(fields.get(3));
        return new DatasetRow.InteractionRow(
                place, new Interaction(ids.of(user, item, feedback.type(), at), user, item, feedback, at, null));
    }

    private static double number(String what, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(what + " must be a number, was " + text, e);
        }
    }

    private static Instant time(String text) {
        try {
            return Instant.ofEpochSecond(Long.parseLong(text));
        } catch (NumberFormatException | java.time.DateTimeException e) {
            throw new IllegalArgumentException("timestamp must be whole seconds since 1970, was " + text, e);
        }
    }

    private void read(String name, List<String> header, Sink sink, RowOf rowOf) {
        try (Lines lines = Lines.of(folder.resolve(name))) {
            @Nullable String first = lines.next();
            if (first == null || !fields(first).equals(header)) {
                throw new MemoryException(
                        Code.BAD_FILE,
                        folder.resolve(name) + ": the first line must be " + String.join(",", header) + ", was "
                                + (first == null ? "missing" : first.substring(0, Math.min(80, first.length()))));
            }
            for (@Nullable String line = lines.next(); line != null; line = lines.next()) {
                if (!line.isEmpty()) {
                    readRow(lines.place(), line, header, sink, rowOf);
                }
            }
        }
    }

    private static void readRow(DatasetRow.Place place, String line, List<String> header, Sink sink, RowOf rowOf) {
        @Nullable DatasetRow row;
        try {
            List<String> fields = fields(line);
            if (fields.size() != header.size()) {
                throw new IllegalArgumentException("a row must have " + header.size() + " fields ("
                        + String.join(",", header) + "), had " + fields.size());
            }
            row = rowOf.row(place, fields);
        } catch (IllegalArgumentException e) {
            sink.rejected(new RejectedRow(place, whose(line, header), String.valueOf(e.getMessage())));
            return;
        }
        if (row != null) {
            sink.row(row);
        }
    }

    private static String whose(String line, List<String> header) {
        if (!header.getFirst().equals("userId")) {
            return RejectedRow.NOBODYS;
        }
        try {
            List<String> fields = fields(line);
            return RejectedRow.of(fields.size() == header.size() ? fields.getFirst() : null);
        } catch (IllegalArgumentException e) {
            return RejectedRow.UNKNOWN;
        }
    }

    /// The fields of one line. A row never spans lines in MovieLens, so each is parsed by itself: a quote left open
    /// costs its row and cannot swallow the rest of the file.
    private static List<String> fields(String line) {
        if (line.indexOf('"') < 0) {
            return Arrays.asList(line.split(",", -1));
        }
        try (CSVParser parser = CSVParser.parse(line, CSVFormat.RFC4180)) {
            List<CSVRecord> records = parser.getRecords();
            return records.getFirst().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException("a quote is not closed or stands inside a field", e);
        }
    }
}
