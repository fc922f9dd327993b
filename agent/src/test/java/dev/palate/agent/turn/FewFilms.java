package dev.palate.agent.turn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A part of a MovieLens folder: the films that most people rated, those with a name, and what is said of them.
/// Stateless.
final class FewFilms {
    private FewFilms() {}

    /// Writes the part.
    ///
    /// @param most films by how many rated them
    /// @param named beginnings of titles that are kept all the same
    static void write(Path from, Path to, int most, Collection<String> named) throws IOException {
        Map<String, Integer> ratings = new HashMap<>();
        for (String line : Files.readAllLines(from.resolve("ratings.csv"))) {
            ratings.merge(line.split(",", 3)[1], 1, Integer::sum);
        }
        Set<String> kept = new HashSet<>(ratings.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(most)
                .map(Map.Entry::getKey)
                .toList());
        for (String line : Files.readAllLines(from.resolve("movies.csv"))) {
            List<String> fields = List.of(line.split(",", 2));
            if (fields.size() == 2 && named.stream().anyMatch(fields.get(1).replace("\"", "")::startsWith)) {
                kept.add(fields.getFirst());
            }
        }
        part(from, to, "movies.csv", line -> kept.contains(line.split(",", 2)[0]));
        part(from, to, "ratings.csv", line -> kept.contains(line.split(",", 3)[1]));
        part(from, to, "links.csv", line -> kept.contains(line.split(",", 2)[0]));
        part(from, to, "tags.csv", line -> kept.contains(line.split(",", 3)[1]));
    }

    private static void part(Path from, Path to, String name, Predicate<String> kept) throws IOException {
        if (Files.exists(from.resolve(name))) {
            List<String> lines = Files.readAllLines(from.resolve(name));
            Files.write(
                    to.resolve(name),
                    Stream.concat(
                                    lines.stream().limit(1),
                                    lines.stream().skip(1).filter(kept))
                            .toList());
        }
    }
}
