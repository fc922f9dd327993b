package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Interactions;
import dev.palate.retrieval.factor.FirstSeen;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the crowd did with each item, by row of one catalog snapshot. Immutable and thread-safe.
public final class ItemStatistics {
    /// Interactions that an item without any is thought to have had, at the mean of all.
    private static final double PRIOR_COUNT = 20;

    private final CatalogSnapshot catalog;
    private final int[] counts;
    private final Optional<CrowdScores> crowdScores;
    private final float[] quality;
    private final Optional<CrowdScores> qualityScores;
    private final float[] recent;
    private final Optional<CrowdScores> recentScores;
    private final float[] recentShort;
    private final Optional<CrowdScores> recentShortScores;
    private final float[] fresh;
    private final Optional<CrowdScores> freshScores;

    private ItemStatistics(
            CatalogSnapshot catalog,
            int[] counts,
            float[] quality,
            float[] recent,
            float[] recentShort,
            float[] fresh) {
        this.catalog = catalog;
        this.recentShort = recentShort;
        this.fresh = fresh;
        this.counts = counts;
        float[] crowd = new float[counts.length];
        for (int row = 0; row < crowd.length; row++) {
            crowd[row] = (float) Math.log1p(counts[row]);
        }
        this.quality = quality;
        this.recent = recent;
        crowdScores = telling(crowd);
        qualityScores = telling(quality);
        recentScores = telling(recent);
        recentShortScores = telling(recentShort);
        freshScores = telling(fresh);
    }

    /// Of a catalog nobody has touched.
    static ItemStatistics none(CatalogSnapshot catalog) {
        int size = catalog.size();
        float[] unseen = new float[size];
        Arrays.fill(unseen, Float.NaN);
        return new ItemStatistics(catalog, new int[size], new float[size], new float[size], new float[size], unseen);
    }

    /// From one pass over the log.
    ///
    /// @param windows before "now" that count as recent. "Now" is the clock's time, or the newest interaction
    ///     when that is more than the long window ago: the recent past of an old data set is the end of that
    ///     data set
    static ItemStatistics read(CatalogSnapshot catalog, Interactions interactions, Windows windows, Instant now) {
        int size = catalog.size();
        long[] first = new long[size];
        Arrays.fill(first, FirstSeen.NEVER);
        int[] counts = new int[size];
        double[] liking = new double[size];
        interactions.scan(interaction -> {
            int row = catalog.row(interaction.item());
            if (row >= 0) {
                counts[row]++;
                liking[row] += (interaction.feedback().weight() + 1) / 2;
                first[row] = Math.min(first[row], interaction.at().getEpochSecond());
            }
        });
        Instant newest = interactions.newest();
        float[] recent = new float[size];
        float[] recentShort = new float[size];
        float[] fresh = new float[size];
        Arrays.fill(fresh, Float.NaN);
        if (newest != null) {
            Instant end = newest.isBefore(now.minus(windows.recent)) ? newest : now;
            readRecent(catalog, interactions.countsSince(end.minus(windows.recent)), recent);
            readRecent(catalog, interactions.countsSince(end.minus(windows.recentShort)), recentShort);
            for (int row = 0; row < size; row++) {
                fresh[row] = FirstSeen.value(end.getEpochSecond(), first[row]);
            }
        }
        return new ItemStatistics(catalog, counts, quality(counts, liking), recent, recentShort, fresh);
    }

    /// The windows of recent popularity.
    record Windows(Duration recent, Duration recentShort) {}

    private static void readRecent(CatalogSnapshot catalog, Map<ItemId, Integer> counts, float[] target) {
        counts.forEach((item, count) -> {
            int row = catalog.row(item);
            if (row >= 0) {
                target[row] = (float) Math.log1p(count);
            }
        });
    }

    private static float[] quality(int[] counts, double[] liking) {
        double sum = 0;
        long events = 0;
        for (int row = 0; row < counts.length; row++) {
            sum += liking[row];
            events += counts[row];
        }
        double mean = events == 0 ? 0 : sum / events;
        double[] raw = new double[counts.length];
        double highest = 0;
        for (int row = 0; row < counts.length; row++) {
            double shrunken = (liking[row] + PRIOR_COUNT * mean) / (counts[row] + PRIOR_COUNT);
            // The square tells a loved film from a merely much seen one; the logarithm alone hardly does.
            raw[row] = shrunken * shrunken * Math.log1p(counts[row]);
            highest = Math.max(highest, raw[row]);
        }
        float[] quality = new float[counts.length];
        for (int row = 0; row < counts.length; row++) {
            quality[row] = highest == 0 ? 0 : (float) (raw[row] / highest);
        }
        return quality;
    }

    /// The same numbers for the rows of another snapshot; items new there have none.
    ItemStatistics alignedTo(CatalogSnapshot other) {
        if (isOf(other)) {
            return this;
        }
        int size = other.size();
        int[] movedCounts = new int[size];
        float[] movedQuality = new float[size];
        float[] movedRecent = new float[size];
        float[] movedRecentShort = new float[size];
        float[] movedFresh = new float[size];
        Arrays.fill(movedFresh, Float.NaN);
        for (int row = 0; row < size; row++) {
            int old = catalog.row(other.item(row).id());
            if (old >= 0) {
                movedCounts[row] = counts[old];
                movedQuality[row] = quality[old];
                movedRecent[row] = recent[old];
                movedRecentShort[row] = recentShort[old];
                movedFresh[row] = fresh[old];
            }
        }
        return new ItemStatistics(other, movedCounts, movedQuality, movedRecent, movedRecentShort, movedFresh);
    }

    /// True when the rows are those of the snapshot.
    @SuppressWarnings("ReferenceEquality") // one snapshot object is one numbering of rows
    boolean isOf(@Nullable CatalogSnapshot other) {
        return catalog == other;
    }

    /// How many interactions the row's item had.
    public int count(int row) {
        return counts[row];
    }

    /// log(1 + interactions) of each row; empty where nobody did anything, as are the others.
    Optional<CrowdScores> crowd() {
        return crowdScores;
    }

    /// How well liked by how many, of each row, in [0, 1], 1 for the best of the catalog: squared mean liking, shrunken
    /// towards the mean of all, times log(1 + count).
    Optional<CrowdScores> quality() {
        return qualityScores;
    }

    /// The same of one row.
    public float quality(int row) {
        return quality[row];
    }

    /// log(1 + interactions in the recent window) of each row.
    Optional<CrowdScores> recent() {
        return recentScores;
    }

    /// log(1 + interactions in the shorter recent window) of each row.
    Optional<CrowdScores> recentShort() {
        return recentShortScores;
    }

    /// −log(1 + days since the first interaction) of each row, NaN where there was none.
    Optional<CrowdScores> fresh() {
        return freshScores;
    }

    /// Empty when the rows that are known are all 0. Mostly the first few rows tell.
    private static Optional<CrowdScores> telling(float[] values) {
        for (float value : values) {
            if (Float.isFinite(value) && value != 0) {
                return Optional.of(new CrowdScores(values));
            }
        }
        return Optional.empty();
    }
}
