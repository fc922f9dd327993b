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
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// Items taken out of what is known, to be found for the users who had them, ranked among themselves. Immutable; shares
/// arrays: do not modify.
///
/// @param name for reports
/// @param users ids of the user rows
/// @param items ids of all item rows, cold ones too, sorted by id
/// @param known the events to learn from, none of a cold item
/// @param counts known events per item row
/// @param cold rows of the cold items, ascending
/// @param evaluated user rows with a cold item to find, ascending
/// @param truth per evaluated user places in `cold`, ascending; not empty
/// @param arrivals what happened with cold items, oldest first
/// @param rows the rows it was made of
public record ColdTask(
        String name,
        Vocabulary users,
        Vocabulary items,
        Histories known,
        int[] counts,
        int[] cold,
        int[] evaluated,
        int[][] truth,
        List<Arrival> arrivals,
        List<Split.Row> rows) {
    /// A known user had a cold item.
    ///
    /// @param user row of the user
    /// @param place of the item in `cold`
    public record Arrival(int user, int place, long time) {}

    /// An item of the inner split has at least so many events, as those of the given splits.
    private static final int LEAST_EVENTS = 3;

    private static final double SHARE = 0.1;

    /// Reads a folder with train, valid and test rows and `cold_items.txt`, one id a line.
    ///
    /// @throws RetrievalException with code NOT_FOUND when a file is missing, BAD_INPUT when a line is malformed, a
    ///     cold item is among the known ones or nothing is to be found
    public static ColdTask read(Path folder) {
        Split split = Split.read(folder);
        Path file = folder.resolve("cold_items.txt");
        if (!Files.isRegularFile(file)) {
            throw new RetrievalException(
                    Code.NOT_FOUND,
                    "no " + file + ": --part cold needs a split with a list of its cold items, one id a line");
        }
        Set<String> cold = new HashSet<>();
        try {
            Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .forEach(cold::add);
        } catch (IOException e) {
            throw new RetrievalException(Code.BAD_INPUT, "cannot read " + file + ": " + e.getMessage(), e);
        }
        List<Split.Row> known = new ArrayList<>(split.train());
        known.addAll(split.valid());
        return of(split.name(), known, split.test(), cold);
    }

    /// A cold split cut from the known events of this one: a tenth of the items with three or more events, drawn by the
    /// seed. Nothing of this task's cold items is in it, so what is chosen on it is chosen without them.
    ///
    /// @throws RetrievalException with code BAD_INPUT when too little is known for that
    public ColdTask inner(long seed) {
        Map<String, Integer> events = new HashMap<>();
        rows.forEach(row -> events.merge(row.item(), 1, Integer::sum));
        List<String> eligible = new ArrayList<>(events.entrySet().stream()
                .filter(entry -> entry.getValue() >= LEAST_EVENTS)
                .map(Map.Entry::getKey)
                .sorted(Vocabulary.ID_ORDER)
                .toList());
        Collections.shuffle(eligible, new Random(seed));
        int count = (int) Math.max(1, Math.round(SHARE * eligible.size()));
        Set<String> out = new HashSet<>(eligible.subList(0, Math.min(count, eligible.size())));
        List<Split.Row> kept = new ArrayList<>();
        List<Split.Row> taken = new ArrayList<>();
        rows.forEach(row -> (out.contains(row.item()) ? taken : kept).add(row));
        return of(name + "/inner" + seed, kept, taken, out);
    }

    static ColdTask of(String name, List<Split.Row> known, List<Split.Row> wanted, Set<String> coldIds) {
        Set<String> userIds = new LinkedHashSet<>();
        Set<String> itemIds = new HashSet<>(coldIds);
        for (Split.Row row : known) {
            if (coldIds.contains(row.item())) {
                throw new RetrievalException(
                        Code.BAD_INPUT,
                        name + " has an event of the cold item {" + row.item() + "} among those to learn from");
            }
            userIds.add(row.user());
            itemIds.add(row.item());
        }
        Vocabulary users = Vocabulary.inOrder(List.copyOf(userIds));
        Vocabulary items = Vocabulary.sorted(itemIds);
        Histories.Builder histories = new Histories.Builder(items.size()).withUserCount(users.size());
        int[] counts = new int[items.size()];
        for (Split.Row row : known) {
            int item = items.row(row.item()).orElseThrow();
            histories.add(users.row(row.user()).orElseThrow(), item, row.time());
            counts[item]++;
        }
        int[] cold = coldIds.stream()
                .mapToInt(id -> items.row(id).orElseThrow())
                .sorted()
                .toArray();
        List<Arrival> arrivals = arrivals(wanted, users, items, cold);
        int[][] truth = new int[users.size()][];
        arrivals.stream()
                .collect(java.util.stream.Collectors.groupingBy(Arrival::user))
                .forEach((user, of) -> truth[user] =
                        of.stream().mapToInt(Arrival::place).distinct().sorted().toArray());
        int[] evaluated = java.util.stream.IntStream.range(0, users.size())
                .filter(user -> truth[user] != null)
                .toArray();
        if (evaluated.length == 0) {
            throw new RetrievalException(
                    Code.BAD_INPUT, name + " has no event of a cold item and a known user, so nothing can be found");
        }
        int[][] wantedOf =
                Arrays.stream(evaluated).mapToObj(user -> truth[user]).toArray(int[][]::new);
        return new ColdTask(
                name, users, items, histories.build(), counts, cold, evaluated, wantedOf, arrivals, List.copyOf(known));
    }

    private static List<Arrival> arrivals(List<Split.Row> wanted, Vocabulary users, Vocabulary items, int[] cold) {
        List<Arrival> arrivals = new ArrayList<>();
        for (Split.Row row : wanted) {
            if (users.row(row.user()).isPresent() && items.row(row.item()).isPresent()) {
                int place = Arrays.binarySearch(cold, items.row(row.item()).getAsInt());
                if (place >= 0) {
                    arrivals.add(new Arrival(users.row(row.user()).getAsInt(), place, row.time()));
                }
            }
        }
        arrivals.sort(Comparator.comparingLong(Arrival::time));
        return List.copyOf(arrivals);
    }
}
