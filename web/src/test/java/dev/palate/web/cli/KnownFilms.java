package dev.palate.web.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/// The better known films of the shipped sample as the files of a small split: `train.tsv`, `valid.tsv`,
/// `catalog.jsonl`.
final class KnownFilms {
    private static final Path SAMPLE =
            Path.of(System.getProperty("palate.project.root", "..")).resolve("datasets/ml-latest-small");
    private static final Pattern FILM = Pattern.compile("^(\\d+),\"?(.*?) \\((\\d{4})\\)\\s*\"?,([^,]*)$");
    private static final int KNOWN_FROM = 60;
    private static final String HEAD = "user_id\titem_id\trating\ttimestamp\n";

    private KnownFilms() {}

    /// @param held true when each user's last event is in the validation part, which is empty otherwise
    static void write(Path folder, boolean held) throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        List<String> ratings = Files.readAllLines(SAMPLE.resolve("ratings.csv"));
        for (String line : ratings.subList(1, ratings.size())) {
            counts.merge(line.split(",", -1)[1], 1, Integer::sum);
        }
        Map<String, List<String[]>> byUser = new LinkedHashMap<>();
        for (String line : ratings.subList(1, ratings.size())) {
            String[] cells = line.split(",", -1);
            if (counts.getOrDefault(cells[1], 0) >= KNOWN_FROM) {
                byUser.computeIfAbsent(cells[0], user -> new ArrayList<>()).add(cells);
            }
        }
        StringBuilder train = new StringBuilder(HEAD);
        StringBuilder valid = new StringBuilder(HEAD);
        byUser.values().forEach(rows -> {
            if (held) {
                rows.sort(Comparator.comparing((String[] cells) -> Long.parseLong(cells[3])));
            }
            for (int at = 0; at < rows.size(); at++) {
                String[] cells = rows.get(at);
                boolean last = held && rows.size() > 1 && at == rows.size() - 1;
                (last ? valid : train).append("%s\t%s\t1\t%s\n".formatted(cells[0], cells[1], cells[3]));
            }
        });
        Files.writeString(folder.resolve("train.tsv"), train);
        Files.writeString(folder.resolve("valid.tsv"), valid);
        List<String> catalog = new ArrayList<>();
        for (String line : Files.readAllLines(SAMPLE.resolve("movies.csv"))) {
            Matcher film = FILM.matcher(line);
            if (film.matches() && counts.getOrDefault(film.group(1), 0) >= KNOWN_FROM) {
                catalog.add(JsonMapper.shared()
                        .writeValueAsString(Map.of(
                                "item_id", film.group(1),
                                "title", film.group(2),
                                "year", Integer.valueOf(film.group(3)),
                                "genres", List.of(film.group(4).split("\\|", -1)),
                                "stars", film.group(1).equals("165") ? List.of("Zelda Quimby") : List.of())));
            }
        }
        Files.write(folder.resolve("catalog.jsonl"), catalog);
    }
}
