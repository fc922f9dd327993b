package dev.palate.retrieval.evaluation;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.candidate.CatalogSnapshot;
import dev.palate.retrieval.ranking.CandidatePool;
import dev.palate.retrieval.ranking.ListSelection;
import dev.palate.retrieval.ranking.Ranker;
import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.recommend.ItemTraits;
import dev.palate.retrieval.semantic.VectorTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/// The lists of a model, arranged as a request with this [Variety] would have them: from the model's best
/// [CandidatePool#LIMIT] items, by the same [ListSelection] and the same likeness of items as in serving. Thread-safe.
public final class VariedLists {
    /// Nothing but the order of the scores.
    public static final VariedLists NONE =
            new VariedLists(Variety.NONE, CatalogSnapshot.of(List.of()), new int[0], new int[0], Optional.empty());

    private static final int CUTOFF = 10;

    private final Variety variety;
    private final CatalogSnapshot catalog;
    private final boolean described;
    private final int[] snapshotRow;
    private final int[] events;
    private final Optional<ItemTraits.Cosine> cosine;

    private VariedLists(
            Variety variety,
            CatalogSnapshot catalog,
            int[] snapshotRow,
            int[] events,
            Optional<ItemTraits.Cosine> cosine) {
        this.variety = variety;
        this.catalog = catalog;
        described = catalog.items().stream()
                .anyMatch(item -> item.year() != null || !item.categories().isEmpty());
        this.snapshotRow = snapshotRow;
        this.events = events;
        this.cosine = cosine;
    }

    /// @param items what the catalog says; an item that it lacks has no category, no year and no text. May be empty
    ///     where neither diversity nor a quota is asked for
    /// @param texts centred unit vectors by item row of the task, absent where there are none
    /// @throws RetrievalException with code BAD_INPUT when the catalog is missing where it is needed
    public static VariedLists of(
            Variety variety, RankingTask task, List<CatalogItem> items, Optional<VectorTable> texts) {
        if (items.isEmpty() && (variety.diversity() > 0 || !variety.quotas().isEmpty())) {
            throw new RetrievalException(
                    Code.BAD_INPUT, "diversity and quotas go by what items are: give --catalog, or leave them out");
        }
        Map<String, CatalogItem> known = new HashMap<>();
        items.forEach(item -> known.put(item.id(), item));
        List<Item> all = new ArrayList<>();
        for (String id : task.items().ids()) {
            CatalogItem item = known.get(id);
            all.add(Item.of(
                    new ItemId(id), id, item == null ? null : item.year(), item == null ? List.of() : item.genres()));
        }
        CatalogSnapshot catalog = CatalogSnapshot.of(all);
        int[] rows = task.items().ids().stream()
                .mapToInt(id -> catalog.row(new ItemId(id)))
                .toArray();
        int[] taskRow = new int[rows.length];
        IntStream.range(0, rows.length).forEach(row -> taskRow[rows[row]] = row);
        int[] events =
                Arrays.stream(taskRow).map(row -> task.eventCounts()[row]).toArray();
        return new VariedLists(
                variety,
                catalog,
                rows,
                events,
                texts.map(table -> (one, other) -> dot(table, taskRow[one], taskRow[other])));
    }

    private static double dot(VectorTable table, int row, int other) {
        int dimension = table.dimension();
        return Kernels.dot(table.values(), row * dimension, table.values(), other * dimension, dimension);
    }

    /// How alike the first ten items of a list are, mean over their pairs and then over the lists, in [0, 1]: what
    /// diversity makes smaller. Empty where no item has a category or a year.
    OptionalDouble likeness(RankedLists lists) {
        if (!described) {
            return OptionalDouble.empty();
        }
        double sum = 0;
        int counted = 0;
        for (Ranker.Ranked list : lists.lists()) {
            int[] rows = Arrays.stream(list.items())
                    .limit(CUTOFF)
                    .map(item -> snapshotRow[item])
                    .toArray();
            ItemTraits traits = new ItemTraits(catalog, cosine, row -> events[row], rows);
            double pairs = 0;
            for (int one = 0; one < rows.length; one++) {
                for (int other = 0; other < one; other++) {
                    pairs += traits.likeness(one, other);
                }
            }
            if (rows.length > 1) {
                sum += pairs / (rows.length * (rows.length - 1) / 2.0);
                counted++;
            }
        }
        return counted == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / counted);
    }

    /// The ranker with its lists arranged.
    ///
    /// @param seed of what exploration draws, for each history other things
    public Ranker over(Ranker plain, long seed) {
        if (variety.equals(Variety.NONE)) {
            return plain;
        }
        return (history, count, allowed) -> {
            Ranker.Ranked ranked = plain.rank(history, Math.max(count, CandidatePool.LIMIT), allowed);
            int size = ranked.items().length;
            double[] scores = new double[size];
            Arrays.setAll(scores, at -> ranked.scores()[at]);
            int[] rows =
                    Arrays.stream(ranked.items()).map(item -> snapshotRow[item]).toArray();
            Variety seeded = new Variety(
                    variety.diversity(),
                    variety.novelty(),
                    variety.quotas(),
                    variety.exploration(),
                    31 * seed + Arrays.hashCode(history.items()));
            List<ListSelection.Place> places = ListSelection.select(
                            IntStream.range(0, size).toArray(),
                            scores,
                            count,
                            0,
                            seeded,
                            new ItemTraits(catalog, cosine, row -> events[row], rows))
                    .places();
            int[] items = new int[places.size()];
            float[] best = new float[places.size()];
            for (int at = 0; at < items.length; at++) {
                items[at] = ranked.items()[places.get(at).candidate()];
                best[at] = (float) places.get(at).score();
            }
            return new Ranker.Ranked(items, best);
        };
    }
}
