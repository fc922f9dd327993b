package dev.palate.agent;

import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.domain.Lexicon;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;

/// The shipped films, read once.
@NullMarked
public final class Films {
    private static final Path FOLDER =
            Path.of(System.getProperty("palate.project.root", "..")).resolve("datasets/ml-latest-small");
    private static final Pattern DATED = Pattern.compile("^(.*?)\\s*\\((\\d{4})\\)\\s*$");

    /// Items in file order.
    public static final List<Item> ITEMS = items();
    /// Ratings of each item.
    public static final Map<ItemId, Integer> COUNTS = counts();
    /// What understanding needs of them.
    public static final CatalogSnapshot SNAPSHOT =
            new CatalogSnapshot(ITEMS, COUNTS, new Lexicon(DomainPackFile.films()));

    private Films() {}

    /// A line of the ratings file.
    public record Rating(String user, String item, double stars, long at) {}

    /// The ratings in file order.
    public static List<Rating> ratings() {
        List<Rating> ratings = new ArrayList<>();
        for (List<String> row : rows("ratings.csv")) {
            ratings.add(new Rating(row.get(0), row.get(1), Double.parseDouble(row.get(2)), Long.parseLong(row.get(3))));
        }
        return ratings;
    }

    private static List<Item> items() {
        Map<String, List<String>> tags = new HashMap<>();
        for (List<String> row : rows("tags.csv")) {
            tags.computeIfAbsent(row.get(1), key -> new ArrayList<>()).add(row.get(2));
        }
        List<Item> items = new ArrayList<>();
        for (List<String> row : rows("movies.csv")) {
            Matcher dated = DATED.matcher(row.get(1));
            boolean found = dated.matches();
            items.add(new Item(
                    new ItemId(row.get(0)),
                    found ? dated.group(1) : row.get(1),
                    found ? Integer.valueOf(dated.group(2)) : null,
                    row.get(2).startsWith("(") ? List.of() : List.of(row.get(2).split("\\|")),
                    tags.getOrDefault(row.get(0), List.of()).stream()
                            .distinct()
                            .limit(256)
                            .toList(),
                    "",
                    Map.of(),
                    false,
                    null,
                    null,
                    0));
        }
        return List.copyOf(items);
    }

    private static Map<ItemId, Integer> counts() {
        Map<ItemId, Integer> counts = new LinkedHashMap<>();
        ratings().forEach(rating -> counts.merge(new ItemId(rating.item()), 1, Integer::sum));
        return counts;
    }

    private static List<List<String>> rows(String file) {
        try (BufferedReader reader = Files.newBufferedReader(FOLDER.resolve(file))) {
            return reader.lines().skip(1).map(Films::fields).toList();
        } catch (IOException e) {
            throw new IllegalStateException("the shipped data set must be at " + FOLDER, e);
        }
    }

    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        var field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                if (quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                    field.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
