package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.Histories;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Interactions divided into train, valid and test, as read from a folder with `train.tsv`, `valid.tsv` and
/// `test.tsv` (each may be gzipped, `.tsv.gz`) whose rows are `user_id item_id rating timestamp` under a header
/// line.
///
/// @param name the folder's name
/// @param train rows in file order
/// @param valid likewise
/// @param test likewise
/// @param coldItems ids in `cold_items.txt`, items without events in train and valid; empty when there is no
///     such file
public record Split(String name, List<Row> train, List<Row> valid, List<Row> test, List<String> coldItems) {
    /// One interaction.
    ///
    /// @param user external id
    /// @param item external id
    /// @param time timestamp in the unit of the file
    public record Row(String user, String item, long time) {}

    /// One row in so many is to be found when a user's rows are cut by time.
    private static final int LAST_SHARE = 5;

    /// Copies the lists.
    public Split {
        train = List.copyOf(train);
        valid = List.copyOf(valid);
        test = List.copyOf(test);
        coldItems = List.copyOf(coldItems);
    }

    /// Reads a folder but for its test part, which is left empty and need not be there.
    ///
    /// @throws RetrievalException as [#read]
    public static Split readForTuning(Path folder) {
        return read(folder, false);
    }

    /// Reads a folder.
    ///
    /// @throws RetrievalException with code NOT_FOUND when the folder or a file is missing, BAD_INPUT when a
    ///     line is malformed
    public static Split read(Path folder) {
        return read(folder, true);
    }

    private static Split read(Path folder, boolean withTest) {
        if (!Files.isDirectory(folder)) {
            throw new RetrievalException(
                    Code.NOT_FOUND,
                    "no split folder at " + folder
                            + ": give a folder with train.tsv, valid.tsv and test.tsv (or .tsv.gz)");
        }
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return new Split(
                name == null ? "" : name.toString(),
                readPart(folder, "train"),
                readPart(folder, "valid"),
                withTest ? readPart(folder, "test") : List.of(),
                withTest ? readColdItems(folder) : List.of());
    }

    /// Learn from train and valid, rank for the test rows. Test rows are left out whose user or item has no
    /// event to learn from, or which the user already had.
    ///
    /// @throws RetrievalException with code BAD_INPUT when nothing is left
    public RankingTask testTask() {
        List<Row> known = new ArrayList<>(train);
        known.addAll(valid);
        return task("test", known, test, List.of());
    }

    /// Learn from train and valid, rank only the cold items for the test rows that name one.
    ///
    /// @throws RetrievalException with code BAD_INPUT when the split has no cold items or nothing is left
    public RankingTask coldTask() {
        if (coldItems.isEmpty()) {
            throw new RetrievalException(
                    Code.BAD_INPUT, name + " has no cold_items.txt: give a split that is about cold items");
        }
        List<Row> known = new ArrayList<>(train);
        known.addAll(valid);
        Set<String> cold = new HashSet<>(coldItems);
        known.forEach(row -> cold.remove(row.item));
        return task(
                "cold",
                known,
                test.stream().filter(row -> cold.contains(row.item)).toList(),
                List.copyOf(cold));
    }

    /// Learn from train, rank for the valid rows: for choosing between models and settings.
    ///
    /// @throws RetrievalException with code BAD_INPUT when nothing is left
    public RankingTask validTask() {
        return task("valid", train, valid, List.of());
    }

    /// Another cut of all rows, train, valid and test: each user's rows in order of time, equal times in the
    /// order of the files, of which the last fifth, ⌊n / 5⌋ rows, is to be found and the others are known. What
    /// is to be found and the user had before, or nobody had before, is left out as in the other tasks.
    ///
    /// @throws RetrievalException with code BAD_INPUT when nothing is left
    public RankingTask timeTestTask() {
        Cut cut = cutByTime(Stream.of(train, valid, test).flatMap(List::stream).toList());
        return task("time80-test", cut.known, cut.wanted, List.of());
    }

    /// For choosing settings on that cut: what is known there, cut the same way once more.
    ///
    /// @throws RetrievalException with code BAD_INPUT when nothing is left
    public RankingTask timeValidTask() {
        Cut cut = cutByTime(
                cutByTime(Stream.of(train, valid, test).flatMap(List::stream).toList()).known);
        return task("time80-valid", cut.known, cut.wanted, List.of());
    }

    private record Cut(List<Row> known, List<Row> wanted) {}

    private static Cut cutByTime(List<Row> rows) {
        Map<String, List<Row>> byUser = new LinkedHashMap<>();
        rows.forEach(row ->
                byUser.computeIfAbsent(row.user, user -> new ArrayList<>()).add(row));
        Cut cut = new Cut(new ArrayList<>(), new ArrayList<>());
        byUser.values().forEach(ofUser -> {
            ofUser.sort(Comparator.comparingLong(Row::time));
            int last = ofUser.size() - ofUser.size() / LAST_SHARE;
            cut.known.addAll(ofUser.subList(0, last));
            cut.wanted.addAll(ofUser.subList(last, ofUser.size()));
        });
        return cut;
    }

    private RankingTask task(String part, List<Row> known, List<Row> wanted, List<String> cold) {
        // By id, so that no ranking depends on the order of the users in the files.
        Vocabulary users = Vocabulary.sorted(known.stream().map(Row::user).toList());
        Vocabulary items = Vocabulary.sorted(
                Stream.concat(known.stream().map(Row::item), cold.stream()).toList());
        BitSet candidates = new BitSet(items.size());
        cold.forEach(item -> candidates.set(items.row(item).orElseThrow()));
        if (cold.isEmpty()) {
            candidates.set(0, items.size());
        }
        Histories.Builder histories = new Histories.Builder(items.size()).withUserCount(users.size());
        int[] eventCounts = new int[items.size()];
        long end = Long.MIN_VALUE;
        for (Row row : known) {
            int item = items.row(row.item).orElseThrow();
            histories.add(users.row(row.user).orElseThrow(), item, row.time);
            eventCounts[item]++;
            end = Math.max(end, row.time);
        }
        boolean temporal = !wanted.isEmpty();
        List<Set<Integer>> truth = new ArrayList<>();
        for (int user = 0; user < users.size(); user++) {
            truth.add(new LinkedHashSet<>());
        }
        for (Row row : wanted) {
            temporal &= row.time >= end;
            if (users.row(row.user).isPresent() && items.row(row.item).isPresent()) {
                truth.get(users.row(row.user).getAsInt())
                        .add(items.row(row.item).getAsInt());
            }
        }
        return RankingTask.of(
                name + "/" + part, users, items, histories.build(), eventCounts, truth, candidates, temporal, end);
    }

    private static List<String> readColdItems(Path folder) {
        Path file = folder.resolve("cold_items.txt");
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                            .map(String::strip)
                            .filter(line -> !line.isEmpty())
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw new RetrievalException(Code.BAD_INPUT, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static List<Row> readPart(Path folder, String part) {
        Path plain = folder.resolve(part + ".tsv");
        Path zipped = folder.resolve(part + ".tsv.gz");
        Path file = Files.exists(plain) ? plain : zipped;
        if (!Files.exists(file)) {
            throw new RetrievalException(
                    Code.NOT_FOUND, "no " + part + ".tsv or " + part + ".tsv.gz in the split folder " + folder);
        }
        List<Row> rows = new ArrayList<>();
        TabSeparated.forEach(
                file, 4, cells -> rows.add(new Row(cells[0], cells[1], (long) Double.parseDouble(cells[3]))));
        return rows;
    }
}
