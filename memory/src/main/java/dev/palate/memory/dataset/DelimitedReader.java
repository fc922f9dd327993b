package dev.palate.memory.dataset;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.dataset.Header.Content;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Comma-separated files and their kin (tab, semicolon, pipe), each with a header row by which it is known what it
/// holds: items, users, interactions or tags. [Column] lists the headers known; other columns of items become
/// attributes, cut at 1,000 characters, other columns of the rest are left out. UTF-8, quoting after RFC 4180.
///
/// Holds nothing of the rows. Not thread-safe.
public final class DelimitedReader implements DatasetReader {
    private static final List<String> ENDINGS = List.of(".csv", ".tsv", ".tab", ".psv");
    private static final int MAX_FILES = 100;
    private static final int MAX_ATTRIBUTE = 1_000;

    private final DelimitedOptions options;
    private final Map<Path, Header> headers = new LinkedHashMap<>();

    /// Of files, or of folders, of which each file is taken that ends in `.csv`, `.tsv`, `.tab` or `.psv`.
    ///
    /// @throws MemoryException `BAD_FILE` when there is no file, or one has no header that will do,
    ///     `BAD_INPUT` when a column named is in none
    public DelimitedReader(List<Path> paths, DelimitedOptions options) {
        this.options = options;
        for (Path path : paths) {
            files(path).forEach(file -> headers.put(file, Header.of(file, options)));
        }
        Header.checkNamed(List.copyOf(headers.values()), options);
    }

    private static List<Path> files(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> all = Files.list(path)) {
            List<Path> files = all.filter(file -> ENDINGS.stream()
                            .anyMatch(ending -> String.valueOf(file.getFileName())
                                    .toLowerCase(Locale.ROOT)
                                    .endsWith(ending)))
                    .sorted()
                    .toList();
            if (files.isEmpty() || files.size() > MAX_FILES) {
                throw new MemoryException(
                        Code.BAD_FILE,
                        path + " must hold 1 to " + MAX_FILES + " files that end in " + String.join(", ", ENDINGS)
                                + ", held " + files.size() + "; name the files");
            }
            return files;
        } catch (IOException e) {
            throw new MemoryException(Code.BAD_FILE, path + " cannot be read; check it and its rights", e);
        }
    }

    @Override
    public String source() {
        return "delimited";
    }

    @Override
    public String userName(UserId user) {
        return "";
    }

    @Override
    public List<Path> files() {
        return List.copyOf(headers.keySet());
    }

    @Override
    public String options() {
        return options.toString();
    }

    /// What each file was taken for, one line a file.
    public List<String> described() {
        List<String> lines = new ArrayList<>();
        headers.forEach((file, header) -> lines.add(file.getFileName() + ": "
                + header.content().name().toLowerCase(Locale.ROOT) + " (" + header.described() + ")"));
        return lines;
    }

    @Override
    public void items(Sink sink) {
        read(Content.ITEMS, sink, this::item);
        read(Content.TAGS, sink, DelimitedReader::tag);
    }

    @Override
    public void interactions(Sink sink) {
        InteractionIds ids = new InteractionIds(source());
        read(Content.USERS, sink, DelimitedReader::user);
        read(Content.INTERACTIONS, sink, row -> interaction(row, ids));
    }

    /// A row with its columns.
    private record Row(DatasetRow.Place place, List<String> values, Header header) {
        String text(Column column) {
            @Nullable Integer index = header.at().get(column);
            return index == null ? "" : values.get(index);
        }

        boolean has(Column column) {
            return !text(column).isBlank();
        }

        String id(Column column) {
            String id = text(column).strip();
            if (id.isEmpty() || id.length() > 128) {
                throw new IllegalArgumentException(column.key() + " must have 1 to 128 characters, "
                        + (id.isEmpty() ? "was empty" : "had " + id.length()));
            }
            return id;
        }

        @Nullable
        Instant time(Column column) {
            return has(column) ? FieldValues.time(column.key(), text(column)) : null;
        }
    }

    private interface RowOf {
        DatasetRow row(Row row);
    }

    private void read(Content content, Sink sink, RowOf rowOf) {
        headers.forEach((file, header) -> {
            if (header.content() == content) {
                read(file, header, sink, rowOf);
            }
        });
    }

    private static void read(Path file, Header header, Sink sink, RowOf rowOf) {
        try (DelimitedRecords records = DelimitedRecords.of(file, header.delimiter())) {
            records.next();
            for (DelimitedRecords.@Nullable Fields fields = records.next(); fields != null; fields = records.next()) {
                DatasetRow row;
                try {
                    row = rowOf.row(row(fields, header));
                } catch (IllegalArgumentException e) {
                    sink.rejected(new RejectedRow(fields.place(), String.valueOf(e.getMessage())));
                    continue;
                }
                sink.row(row);
            }
        }
    }

    private static Row row(DelimitedRecords.Fields fields, Header header) {
        if (fields.fallacy() != null) {
            throw new IllegalArgumentException(fields.fallacy());
        }
        if (fields.values().size() != header.names().size()) {
            throw new IllegalArgumentException("a row must have "
                    + header.names().size() + " fields (" + FieldValues.seen(String.join(", ", header.names()))
                    + "), had "
                    + fields.values().size());
        }
        return new Row(fields.place(), fields.values(), header);
    }

    private DatasetRow item(Row row) {
        Map<String, String> attributes = new TreeMap<>();
        row.header().attributes().forEach((index, name) -> {
            String value = row.values().get(index).strip();
            if (!value.isEmpty()) {
                attributes.put(name, value.substring(0, Math.min(MAX_ATTRIBUTE, value.length())));
            }
        });
        return new DatasetRow.ItemRow(
                row.place(),
                new Item(
                        new ItemId(row.id(Column.ITEM_ID)),
                        FieldValues.line(row.text(Column.TITLE)),
                        row.has(Column.YEAR) ? FieldValues.year(row.text(Column.YEAR)) : null,
                        FieldValues.list(row.text(Column.CATEGORIES)),
                        FieldValues.list(row.text(Column.TAGS)),
                        row.text(Column.DESCRIPTION).strip(),
                        attributes,
                        FieldValues.flag(Column.HIDDEN.key(), row.text(Column.HIDDEN)),
                        row.time(Column.AVAILABLE_FROM),
                        row.time(Column.AVAILABLE_TO),
                        0));
    }

    private static DatasetRow tag(Row row) {
        return new DatasetRow.TagRow(
                row.place(),
                new UserId(row.id(Column.USER_ID)),
                new ItemId(row.id(Column.ITEM_ID)),
                FieldValues.line(row.text(Column.TAG)).toLowerCase(Locale.ROOT));
    }

    private static DatasetRow user(Row row) {
        return new DatasetRow.UserRow(
                row.place(),
                new User(
                        new UserId(row.id(Column.USER_ID)),
                        FieldValues.line(row.text(Column.NAME)),
                        Instant.EPOCH,
                        true));
    }

    private DatasetRow interaction(Row row, InteractionIds ids) {
        UserId user = new UserId(row.id(Column.USER_ID));
        ItemId item = new ItemId(row.id(Column.ITEM_ID));
        Feedback feedback = feedback(row);
        Instant at = FieldValues.time(Column.TIMESTAMP.key(), row.text(Column.TIMESTAMP));
        InteractionId id = row.has(Column.INTERACTION_ID)
                ? new InteractionId(row.id(Column.INTERACTION_ID))
                : ids.of(user, item, feedback.type(), at);
        return new DatasetRow.InteractionRow(row.place(), new Interaction(id, user, item, feedback, at, null));
    }

    private Feedback feedback(Row row) {
        @Nullable String all = options.type();
        String type = all != null
                ? all
                : row.has(Column.TYPE) || !row.has(Column.RATING) ? FieldValues.type(row.text(Column.TYPE)) : "rated";
        return Feedback.of(
                type,
                type.equals("rated") ? FieldValues.stars(row.text(Column.RATING), options.mostStars()) : Double.NaN);
    }
}
