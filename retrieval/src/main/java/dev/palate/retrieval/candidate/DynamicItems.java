package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.candidate.CollaborativeModel.Loaded;
import dev.palate.retrieval.candidate.CollaborativeModel.Precursors;
import dev.palate.retrieval.dynamic.DynamicMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The dynamic memory of the items that the model in force was not trained on, as long as few had them: where the
/// tastes of those who had an item have drawn it from its text. Immutable and thread-safe.
///
/// With users as plain means of texts, as [DynamicMemory.Options#of] has it, what its events make of an item is
///
/// `(m · seed + Σ U_u) / (m + n) − n / (m + n) · mean user`, m = 1,
///
/// U_u being the mean text of what user u had had before. That depends on the histories alone: it is made again from
/// what [LiveModel] folds in from the log, after a restart, after an erasure without whoever is gone, always to the
/// same values, and needs neither a state of its own nor a checkpoint. `DynamicItemsTest` compares the two.
/// The mean user is the mean text weighed by how many had each item.
///
/// Of an item that nobody had only the row is held: its direction is its text. The others are as many as are folded
/// in, so at most [FoldedItems#MAX_ITEMS] directions are held, each one vector as long as a text's.
final class DynamicItems {
    private static final double SEED_EVENTS = DynamicMemory.Options.of(1).seedEvents();

    /// Directions made at most while a request waits; the others stay unknown until the next.
    private static final int MOST_AT_ONCE = 200;

    private static final int MOST_IN_MEAN = 20_000;

    private final int[] rows;
    private final float[] @Nullable [] directions;

    /// @param directions of each row, absent where it is the row's text
    private DynamicItems(int[] rows, float[] @Nullable [] directions) {
        this.rows = rows;
        this.directions = directions;
    }

    /// Follows the snapshots, text vectors and models asked for. Thread-safe; one thread makes while others wait.
    static final class Source {
        private final ReentrantLock making = new ReentrantLock();
        private final AtomicReference<@Nullable Made> made = new AtomicReference<>();

        private record Direction(Precursors precursors, float[] vector) {}

        /// @param directions of items that somebody had, comparable under the same texts only
        /// @param whole false while some directions are still to be made
        private record Made(
                CatalogSnapshot catalog,
                CentredVectors texts,
                Loaded loaded,
                Map<ItemId, Direction> directions,
                boolean whole,
                DynamicItems dynamic) {
            @SuppressWarnings("ReferenceEquality") // one object is one state
            boolean isOf(CatalogSnapshot otherCatalog, CentredVectors otherTexts, Loaded otherLoaded) {
                return catalog == otherCatalog && texts == otherTexts && loaded == otherLoaded;
            }

            /// An item's text may have changed whenever the texts are another object.
            @SuppressWarnings("ReferenceEquality")
            Map<ItemId, Direction> under(CentredVectors otherTexts) {
                return texts == otherTexts ? directions : Map.of();
            }
        }

        /// True when [#of] costs nothing.
        boolean ready(CatalogSnapshot catalog, CentredVectors texts, Loaded loaded) {
            Made last = made.get();
            return last != null && last.whole && last.isOf(catalog, texts, loaded);
        }

        /// Empty where every item with a text was trained on, and when interrupted while another thread makes it.
        /// O(items + changed items × histories × dimension) after a change of catalog, texts or folded items,
        /// else O(1).
        Optional<DynamicItems> of(
                CatalogSnapshot catalog, CentredVectors texts, Loaded loaded, ItemStatistics statistics) {
            Made before = made.get();
            if (before == null || !before.whole || !before.isOf(catalog, texts, loaded)) {
                before = makeAlone(before, catalog, texts, loaded, statistics);
            }
            return before == null || before.dynamic.rows.length == 0 ? Optional.empty() : Optional.of(before.dynamic);
        }

        @SuppressWarnings("ReferenceEquality") // another object was made while this thread waited
        private @Nullable Made makeAlone(
                @Nullable Made before,
                CatalogSnapshot catalog,
                CentredVectors texts,
                Loaded loaded,
                ItemStatistics statistics) {
            try {
                making.lockInterruptibly();
            } catch (InterruptedException late) {
                Thread.currentThread().interrupt();
                return null;
            }
            try {
                Made last = made.get();
                if (last == null || last == before || !last.isOf(catalog, texts, loaded)) {
                    last = make(catalog, texts, loaded, statistics, last == null ? Map.of() : last.under(texts));
                    made.set(last);
                }
                return last;
            } finally {
                making.unlock();
            }
        }

        private static Made make(
                CatalogSnapshot catalog,
                CentredVectors texts,
                Loaded loaded,
                ItemStatistics statistics,
                Map<ItemId, Direction> known) {
            boolean[] trained = new boolean[catalog.size()];
            int[] catalogRow = loaded.items().stream().mapToInt(catalog::row).toArray();
            for (int row = 0; row < catalogRow.length; row++) {
                if (catalogRow[row] >= 0
                        && !loaded.precursors().containsKey(loaded.items().get(row))) {
                    trained[catalogRow[row]] = true;
                }
            }
            int[] rows = new int[catalog.size()];
            float[] @Nullable [] directions = new float[catalog.size()][];
            Map<ItemId, Direction> used = new HashMap<>();
            float[] mean = {};
            int count = 0;
            int makings = 0;
            boolean whole = true;
            for (int row = 0; row < trained.length; row++) {
                if (trained[row] || !texts.knows(row)) {
                    continue;
                }
                ItemId id = catalog.item(row).id();
                Precursors precursors = loaded.precursors().getOrDefault(id, Precursors.NONE);
                if (precursors.users() >= DynamicMemory.FEW) {
                    continue;
                }
                if (precursors.users() > 0 && used.size() < FoldedItems.MAX_ITEMS) {
                    Direction kept = known.get(id);
                    if (kept == null || !kept.precursors.equals(precursors)) {
                        if (makings++ >= MOST_AT_ONCE) {
                            whole = false;
                            continue;
                        }
                        mean = mean.length == 0 ? meanUser(texts, statistics, trained.length) : mean;
                        kept = new Direction(precursors, direction(texts, row, precursors, catalogRow, mean));
                    }
                    used.put(id, kept);
                    directions[count] = kept.vector;
                }
                rows[count++] = row;
            }
            DynamicItems dynamic = new DynamicItems(Arrays.copyOf(rows, count), Arrays.copyOf(directions, count));
            return new Made(catalog, texts, loaded, Map.copyOf(used), whole, dynamic);
        }

        private static float[] meanUser(CentredVectors texts, ItemStatistics statistics, int items) {
            float[] counts = new float[items];
            for (int row = 0; row < counts.length; row++) {
                boolean had = texts.knows(row) && statistics.count(row) > 0;
                counts[row] = had ? statistics.count(row) : Float.NEGATIVE_INFINITY;
            }
            float[] mean = new float[texts.dimension()];
            double sum = 0;
            for (int row : TopK.select(counts, MOST_IN_MEAN)) {
                texts.add(counts[row], row, mean);
                sum += counts[row];
            }
            Kernels.scale(sum == 0 ? 0 : (float) (1 / sum), mean, 0, mean.length);
            return mean;
        }

        private static float[] direction(
                CentredVectors texts, int row, Precursors precursors, int[] catalogRow, float[] meanUser) {
            float[] direction = new float[texts.dimension()];
            texts.add((float) SEED_EVENTS, row, direction);
            for (int at = 0; at < precursors.rows().length; at++) {
                int of = catalogRow[precursors.rows()[at]];
                if (of >= 0 && texts.knows(of)) {
                    texts.add(precursors.weights()[at], of, direction);
                }
            }
            Kernels.axpy(-precursors.users(), meanUser, 0, direction, 0, direction.length);
            double squares = Kernels.dot(direction, 0, direction, 0, direction.length);
            Kernels.scale(squares < 1e-12 ? 0 : (float) (1 / Math.sqrt(squares)), direction, 0, direction.length);
            return direction;
        }
    }

    /// The items scored, by catalog row, ascending.
    List<Integer> rows() {
        List<Integer> all = new ArrayList<>();
        Arrays.stream(rows).forEach(all::add);
        return all;
    }

    /// How near each of the items lies to a user, NaN for all others; absent for a user without texts.
    ///
    /// @param texts that the items were made with
    /// @param profile catalog rows, oldest first
    Optional<float[]> score(CentredVectors texts, int[] profile, int items) {
        float[] user = new float[texts.dimension()];
        int told = 0;
        for (int row : profile) {
            if (texts.knows(row)) {
                texts.add(1, row, user);
                told++;
            }
        }
        if (told == 0) {
            return Optional.empty();
        }
        float[] scores = new float[items];
        Arrays.fill(scores, Float.NaN);
        for (int at = 0; at < rows.length; at++) {
            float[] direction = directions[at];
            float near =
                    direction == null ? texts.dot(rows[at], user) : Kernels.dot(direction, 0, user, 0, user.length);
            scores[rows[at]] = near / told;
        }
        return Optional.of(scores);
    }
}
