package dev.palate.retrieval.dynamic;

import dev.palate.memory.Require;
import dev.palate.memory.vector.Kernels;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Users and items as vectors that each event refines: no learnt table, no training, new ids at any time. An item
/// begins as its text (its seed) and drifts towards the people who have it; a user is a gated mean of what they had.
///
/// The state is a function of the seeds and the order of the events alone, bit for bit on every machine: each update
/// is a multiply-add per component, nothing is summed across components. So the log is the truth: [#write] and the
/// events after it give what replaying all of them gives, and forgetting somebody is a replay without them.
///
/// For event (u, i), with all right-hand sides from before the event (`weimann2024felrec`, its encoder replaced by a
/// gated mean):
///
/// | paper | code |
/// |---|---|
/// | item_emb[i], zero for a new id | `vector` of an item, here the seed for a new id |
/// | user_emb[u] = f(items of u) | U += max(1/(n_u + 1), g) (x − U), with x = s·seed + (1 − s)·I |
/// | item_emb[i] = f(users of i) | I += 1/(n_i + m + 1) (U − I), once the user has any event |
/// | – | s = `seedShare`, g = `leastGate`, m = `seedEvents` |
///
/// Not thread-safe: readers and the writer take turns. One event costs three passes over `dimension` values; an id
/// costs about 4 · dimension + 150 bytes, a seeded item twice that.
public final class DynamicMemory {
    /// From so many users on, an item's vector folded into a factor model tells more.
    public static final int FEW = 30;

    /// @param dimension length of all vectors, 1 to 4,096
    /// @param seedShare s, how much of the item's seed, and not of its present vector, enters a user, in [0, 1]
    /// @param leastGate g, in [0, 1]: 0 makes users plain means, more forgets faster
    /// @param seedEvents m, how many events the seed of an item is worth, in [0, 10,000]
    public record Options(int dimension, double seedShare, double leastGate, double seedEvents) {
        public Options {
            Require.range("dimension", dimension, 1, 4_096);
            Require.range("seedShare", seedShare, 0, 1);
            Require.range("leastGate", leastGate, 0, 1);
            Require.range("seedEvents", seedEvents, 0, 10_000);
        }

        /// Users as means of texts, a seed worth one event.
        public static Options of(int dimension) {
            return new Options(dimension, 1, 0, 1);
        }
    }

    /// What items begin as.
    public interface Seeds {
        /// The vector of an item's text, zeros when there is none. Asked once, at the item's first event, and kept.
        float[] of(String item);
    }

    /// One id's vector.
    static final class Entry {
        final float[] vector;
        final float @Nullable [] seed;
        int events;

        Entry(float[] vector, float @Nullable [] seed, int events) {
            this.vector = vector;
            this.seed = seed;
            this.events = events;
        }
    }

    private final Options options;
    private final Seeds seeds;
    private final Map<String, Entry> users;
    private final Map<String, Entry> items;
    private final double[] userSum;
    private final float[] before;
    private long events;

    /// An empty memory.
    public DynamicMemory(Options options, Seeds seeds) {
        this(options, seeds, new HashMap<>(), new HashMap<>(), new double[options.dimension], 0);
    }

    DynamicMemory(
            Options options,
            Seeds seeds,
            Map<String, Entry> users,
            Map<String, Entry> items,
            double[] userSum,
            long events) {
        this.options = options;
        this.seeds = seeds;
        this.users = users;
        this.items = items;
        this.userSum = userSum;
        this.events = events;
        before = new float[options.dimension];
    }

    /// Takes one event in: a user had an item.
    public void apply(String user, String item) {
        Entry who = users.computeIfAbsent(user, id -> new Entry(new float[options.dimension], null, 0));
        Entry what = items.computeIfAbsent(item, this::seeded);
        System.arraycopy(who.vector, 0, before, 0, before.length);
        double gate = Math.max(1.0 / (who.events + 1), options.leastGate);
        towards(who.vector, what, (float) gate);
        for (int j = 0; j < before.length; j++) {
            userSum[j] += (double) who.vector[j] - before[j];
        }
        if (who.events > 0) {
            double rate = 1 / (what.events + options.seedEvents + 1);
            Kernels.scale((float) (1 - rate), what.vector, 0, before.length);
            Kernels.axpy((float) rate, before, 0, what.vector, 0, before.length);
            what.events++;
        }
        who.events++;
        events++;
    }

    private Entry seeded(String item) {
        float[] seed = seeds.of(item);
        Require.range("length of the seed of " + item, seed.length, options.dimension, options.dimension);
        return new Entry(seed.clone(), seed.clone(), 0);
    }

    /// user += gate · (s·seed + (1 − s)·item − user)
    private void towards(float[] user, Entry item, float gate) {
        Kernels.scale(1 - gate, user, 0, user.length);
        if (options.seedShare > 0 && item.seed != null) {
            Kernels.axpy((float) (gate * options.seedShare), item.seed, 0, user, 0, user.length);
        }
        if (options.seedShare < 1) {
            Kernels.axpy((float) (gate * (1 - options.seedShare)), item.vector, 0, user, 0, user.length);
        }
    }

    /// The settings.
    public Options options() {
        return options;
    }

    /// How many events were taken in.
    public long events() {
        return events;
    }

    /// How many users are known.
    public int users() {
        return users.size();
    }

    /// How many items had an event.
    public int items() {
        return items.size();
    }

    /// How many events shaped the item's vector: those of users who had something before.
    public int eventsOf(String item) {
        Entry entry = items.get(item);
        return entry == null ? 0 : entry.events;
    }

    /// A copy of the user's vector, zeros for somebody unknown.
    public float[] user(String user) {
        Entry entry = users.get(user);
        return entry == null ? new float[options.dimension] : entry.vector.clone();
    }

    /// A copy of the item's vector, its seed while it had no event.
    public float[] item(String item) {
        Entry entry = items.get(item);
        return entry == null ? seeds.of(item).clone() : entry.vector.clone();
    }

    /// The unit vector of the item as it is compared with users: what all users have in common, the mean user's share
    /// of it, is taken away, since it tells nothing of the item.
    public float[] itemDirection(String item) {
        Entry entry = items.get(item);
        float[] direction = item(item);
        if (entry != null && entry.events > 0 && !users.isEmpty()) {
            double share = entry.events / (entry.events + options.seedEvents) / users.size();
            for (int j = 0; j < direction.length; j++) {
                direction[j] -= (float) (share * userSum[j]);
            }
        }
        double squared = 0;
        for (float value : direction) {
            squared += (double) value * value;
        }
        Kernels.scale(squared < 1e-12 ? 0 : (float) (1 / Math.sqrt(squared)), direction, 0, direction.length);
        return direction;
    }

    /// Writes a checkpoint at once or not at all.
    ///
    /// @param position how far in the log it is, in the caller's own terms; given back by [Checkpoint#position]
    /// @throws dev.palate.retrieval.RetrievalException with code STORAGE when the disk refuses
    public void write(Path file, long position) {
        CheckpointFile.write(file, this, position);
    }

    /// A memory from a file, and how far in the log it is.
    public record Checkpoint(DynamicMemory memory, long position) {}

    /// Reads a checkpoint.
    ///
    /// @param seeds for items that come after it
    /// @throws dev.palate.retrieval.RetrievalException with code NOT_FOUND when there is none, BAD_FILE when it is
    ///     damaged, cut off or newer than this build
    public static Checkpoint read(Path file, Seeds seeds) {
        return CheckpointFile.read(file, seeds);
    }

    Map<String, Entry> userEntries() {
        return users;
    }

    Map<String, Entry> itemEntries() {
        return items;
    }

    double[] userSum() {
        return userSum;
    }
}
