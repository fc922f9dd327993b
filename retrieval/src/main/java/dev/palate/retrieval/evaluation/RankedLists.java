package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.ranking.Ranker;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/// One ranked list per evaluated user of a task.
///
/// @param task what was asked
/// @param lists one per evaluated user, in the task's order
public record RankedLists(RankingTask task, Ranker.Ranked[] lists) {
    /// The length of a list.
    public static final int LENGTH = 20;

    private static final int REPORT_EVERY = 500;

    /// @throws IllegalArgumentException when there is not one list per evaluated user
    public RankedLists {
        if (lists.length != task.evaluated().length) {
            throw new IllegalArgumentException(
                    "needs one list for each of " + task.evaluated().length + " evaluated users, had " + lists.length);
        }
    }

    /// Ranks every item for every evaluated user.
    public static RankedLists of(RankingTask task, Ranker ranker, Progress progress) {
        Ranker.Ranked[] lists = new Ranker.Ranked[task.evaluated().length];
        for (int i = 0; i < lists.length; i++) {
            lists[i] = ranker.rank(task.known().of(task.evaluated()[i]), LENGTH, task.allowed(task.evaluated()[i]));
            if ((i + 1) % REPORT_EVERY == 0 || i + 1 == lists.length) {
                progress.advanced("rank", i + 1, lists.length);
            }
        }
        return new RankedLists(task, lists);
    }

    /// Reads lists in the format that [#write] produces, of this or another recommender; `.gz` is read too. Users
    /// that
    /// the
    /// task does not evaluate are skipped, users without rows get an empty list.
    ///
    /// @throws RetrievalException with code BAD_INPUT when a row is malformed or names an item outside the task
    public static RankedLists read(RankingTask task, Path file) {
        Map<String, TreeMap<Integer, Integer>> byUser = new HashMap<>();
        Map<String, TreeMap<Integer, Float>> scores = new HashMap<>();
        TabSeparated.forEach(file, 4, cells -> {
            int rank = Integer.parseInt(cells[2]);
            OptionalInt item = task.items().row(cells[1]);
            if (item.isEmpty()) {
                throw new IllegalArgumentException("item {" + cells[1] + "} has no event in " + task.name());
            }
            byUser.computeIfAbsent(cells[0], user -> new TreeMap<>()).put(rank, item.getAsInt());
            scores.computeIfAbsent(cells[0], user -> new TreeMap<>()).put(rank, Float.parseFloat(cells[3]));
        });
        Ranker.Ranked[] lists = new Ranker.Ranked[task.evaluated().length];
        for (int i = 0; i < lists.length; i++) {
            String user = task.users().id(task.evaluated()[i]);
            int[] items = byUser.getOrDefault(user, new TreeMap<>()).values().stream()
                    .mapToInt(item -> item)
                    .toArray();
            float[] ranked = new float[items.length];
            int next = 0;
            for (float score : scores.getOrDefault(user, new TreeMap<>()).values()) {
                ranked[next++] = score;
            }
            lists[i] = new Ranker.Ranked(items, ranked);
        }
        return new RankedLists(task, lists);
    }

    /// Writes `user_id item_id rank score` rows under a header, separated by tabs.
    ///
    /// @throws RetrievalException with code STORAGE when the file cannot be written
    public void write(Path file) {
        try (BufferedWriter writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            writer.write("user_id\titem_id\trank\tscore\n");
            for (int i = 0; i < lists.length; i++) {
                String user = task.users().id(task.evaluated()[i]);
                for (int rank = 0; rank < lists[i].items().length; rank++) {
                    writer.write(user
                            + '\t'
                            + task.items().id(lists[i].items()[rank])
                            + '\t'
                            + (rank + 1)
                            + '\t'
                            + lists[i].scores()[rank]
                            + '\n');
                }
            }
        } catch (IOException e) {
            throw new RetrievalException(Code.STORAGE, "cannot write the lists to " + file + ": " + e.getMessage(), e);
        }
    }
}
