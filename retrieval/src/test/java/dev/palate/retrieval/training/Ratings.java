package dev.palate.retrieval.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The shipped ratings as a training input.
final class Ratings {
    private Ratings() {}

    /// Writes the ratings of users and films with ids up to the limits; three stars and more count as liked.
    static void write(Path target, int lastUser, int lastFilm) {
        Path csv = Path.of(System.getProperty("palate.project.root", ".."))
                .resolve("datasets/ml-latest-small/ratings.csv");
        try (Stream<String> lines = Files.lines(csv);
                TrainingInputWriter writer = TrainingInputWriter.create(target, 77)) {
            lines.skip(1).map(line -> line.split(",", -1)).forEach(cells -> {
                if (Integer.parseInt(cells[0]) <= lastUser && Integer.parseInt(cells[1]) <= lastFilm) {
                    writer.add(cells[0], cells[1], Float.parseFloat(cells[2]) - 2.75f, Long.parseLong(cells[3]));
                }
            });
            writer.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
