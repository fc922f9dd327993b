package dev.palate.retrieval.evaluation;

import dev.palate.memory.Require;
import dev.palate.retrieval.embedding.network.FeatureRows;
import dev.palate.retrieval.embedding.network.Field;
import dev.palate.retrieval.embedding.network.TowerExamples;
import dev.palate.retrieval.embedding.table.PairwiseModel;
import dev.palate.retrieval.factor.History;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A ranking task in rows for two towers. A user is known by id and by what the user had just before, which
/// for a pair to learn from is what came before its item; an item is known by id, genres and year. Ids of
/// items go by how often they come, the frequent first. Immutable.
///
/// Fields of users: [#USER], [#HAD] (the ids of items); of items: [#ITEM], [#GENRE], [#YEAR] (in fives, 0
/// unknown).
///
/// @param examples to learn from: a pair for each event known
/// @param users one row for each user, with all that is known
record TowerFeatures(TowerExamples examples, FeatureRows users) {
    static final String USER = "user";
    static final String HAD = "had";
    static final String ITEM = "item";
    static final String GENRE = "genre";
    static final String YEAR = "year";

    /// @param catalog what is known of items; one that is not there has no genre and no year
    /// @param memory how many items a user is known by, in [0, 1000]
    static TowerFeatures of(RankingTask task, List<CatalogItem> catalog, int memory) {
        Require.range("memory", memory, 0, 1_000);
        int[] itemIds = PairwiseModel.byFrequency(task.known().itemCounts());
        List<Field> fields = List.of(new Field(USER, task.users().size()), new Field(HAD, itemIds.length));
        FeatureRows.Builder pairs = new FeatureRows.Builder(fields);
        FeatureRows.Builder users = new FeatureRows.Builder(fields);
        int[] chosen = new int[Math.toIntExact(task.known().eventCount())];
        int next = 0;
        for (int user = 0; user < task.users().size(); user++) {
            History history = task.known().of(user);
            int[] items = history.items();
            int[] ids = new int[items.length];
            Arrays.setAll(ids, i -> itemIds[items[i]]);
            for (int i = 0; i < items.length; i++) {
                pairs.add(new int[] {user}, before(ids, i, memory));
                chosen[next++] = items[i];
            }
            users.add(new int[] {user}, before(ids, ids.length, memory));
        }
        return new TowerFeatures(
                new TowerExamples(pairs.build(), items(task, catalog, itemIds), chosen), users.build());
    }

    private static int[] before(int[] ids, int end, int memory) {
        return Arrays.copyOfRange(ids, Math.max(0, end - memory), end);
    }

    private static FeatureRows items(RankingTask task, List<CatalogItem> catalog, int[] itemIds) {
        Map<String, CatalogItem> byId = new HashMap<>();
        Map<String, Integer> genres = new TreeMap<>();
        for (CatalogItem item : catalog) {
            byId.put(item.id(), item);
            item.genres().forEach(genre -> genres.putIfAbsent(genre, 0));
        }
        int number = 0;
        for (Map.Entry<String, Integer> genre : genres.entrySet()) {
            genre.setValue(number++);
        }
        FeatureRows.Builder rows = new FeatureRows.Builder(List.of(
                new Field(ITEM, itemIds.length),
                new Field(GENRE, Math.max(1, genres.size())),
                new Field(YEAR, RatingClicks.SPANS + 1)));
        for (int row = 0; row < itemIds.length; row++) {
            CatalogItem item = byId.get(task.items().id(row));
            rows.add(
                    new int[] {itemIds[row]},
                    item == null
                            ? new int[0]
                            : item.genres().stream()
                                    .mapToInt(genre -> genres.getOrDefault(genre, 0))
                                    .toArray(),
                    new int[] {RatingClicks.span(item == null ? null : item.year())});
        }
        return rows.build();
    }
}
