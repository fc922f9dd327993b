package dev.palate.retrieval.evaluation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A part of the shipped ratings as a split: each user's last event is the test, the one before it the validation.
final class SampleSplit {
    private static final Path SAMPLE =
            Path.of(System.getProperty("palate.project.root", "..")).resolve("datasets/ml-latest-small");

    private SampleSplit() {}

    /// Users with ids up to the limit, and films that so many people rated.
    static Split of(int lastUser, int fewestRatings) {
        List<String[]> rows =
                lines("ratings.csv").stream().map(line -> line.split(",", -1)).toList();
        Map<String, Integer> counts = new HashMap<>();
        rows.forEach(cells -> counts.merge(cells[1], 1, Integer::sum));
        Map<String, List<Split.Row>> byUser = new TreeMap<>();
        rows.stream()
                .filter(cells ->
                        Integer.parseInt(cells[0]) <= lastUser && counts.getOrDefault(cells[1], 0) >= fewestRatings)
                .forEach(cells -> byUser.computeIfAbsent(cells[0], user -> new ArrayList<>())
                        .add(new Split.Row(cells[0], cells[1], Long.parseLong(cells[3]))));
        List<Split.Row> train = new ArrayList<>();
        List<Split.Row> valid = new ArrayList<>();
        List<Split.Row> test = new ArrayList<>();
        byUser.values().stream().filter(ofUser -> ofUser.size() > 4).forEach(ofUser -> {
            ofUser.sort(Comparator.comparingLong(Split.Row::time).thenComparing(Split.Row::item));
            train.addAll(ofUser.subList(0, ofUser.size() - 2));
            valid.add(ofUser.get(ofUser.size() - 2));
            test.add(ofUser.getLast());
        });
        return new Split("sample", train, valid, test, List.of());
    }

    /// The films with their genres, in the order of the file.
    static List<CatalogItem> catalog() {
        List<CatalogItem> items = new ArrayList<>();
        for (String line : lines("movies.csv")) {
            int first = line.indexOf(',');
            int last = line.lastIndexOf(',');
            String title = line.substring(first + 1, last).replace("\"", "");
            items.add(new CatalogItem(
                    line.substring(0, first),
                    title,
                    null,
                    List.of(line.substring(last + 1).split("\\|", -1)),
                    title));
        }
        return items;
    }

    private static List<String> lines(String file) {
        try (Stream<String> lines = Files.lines(SAMPLE.resolve(file))) {
            return lines.skip(1).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
