package dev.palate.retrieval.training;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.TextAdapter;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.semantic.ContentProfile;
import dev.palate.retrieval.semantic.SemanticAdapter;
import dev.palate.retrieval.semantic.VectorTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Learns a [SemanticAdapter] of the items' texts and decides whether it serves: a tenth of the items is kept back, and
/// an adapter learnt without their events must rank them better among themselves than the centred texts do, beyond
/// chance. Only then it is learnt once more from all. Stateless; the same seed gives the same bytes.
public final class AdapterFit {
    private static final double SHARE = 0.1;
    private static final int FEWEST_EVENTS = 3;
    private static final int FEWEST_ITEMS = 50;
    private static final int MOST_ITEMS = 2_000;
    private static final int MOST_USERS = 4_000;
    private static final int CUTOFF = 20;

    private AdapterFit() {}

    /// Empty where less than 50 items would be kept back, or nobody has one of them beside another: then nothing can be
    /// said. O(steps · batch · dimension · (hidden + batch)) once or twice, some ten seconds of one core each.
    ///
    /// @param texts centred unit vectors by item row
    /// @param encoding names what they are of
    /// @param histories over the same rows
    /// @param threads in [1, 256], for the interval
    public static Optional<TextAdapter> fit(
            VectorTable texts, String encoding, Histories histories, long seed, int threads, Progress progress) {
        if (texts.size() != histories.itemCount()) {
            return Optional.empty();
        }
        int[] out = keptBack(texts, histories, seed);
        if (out.length < FEWEST_ITEMS) {
            return Optional.empty();
        }
        Cut cut = Cut.of(histories, out);
        int[] users = users(texts, cut, seed);
        if (users.length == 0) {
            return Optional.empty();
        }
        SemanticAdapter trial = SemanticAdapter.fit(
                SemanticAdapter.Lessons.of(texts, cut.known),
                SemanticAdapter.Options.DEFAULT,
                seed,
                (phase, done, total) -> progress.advanced("adapter-trial", done, total));
        TextAdapter.Trial found = judge(texts, trial, cut, out, users, seed, threads);
        Optional<SemanticAdapter> network = found.gains()
                ? Optional.of(SemanticAdapter.fit(
                        SemanticAdapter.Lessons.of(texts, histories), SemanticAdapter.Options.DEFAULT, seed, progress))
                : Optional.empty();
        return Optional.of(new TextAdapter(encoding, found, network));
    }

    /// Rows of a tenth of the items with a text and three events or more, drawn by the seed, ascending.
    private static int[] keptBack(VectorTable texts, Histories histories, long seed) {
        int[] counts = histories.itemCounts();
        int[] eligible = IntStream.range(0, counts.length)
                .filter(item -> counts[item] >= FEWEST_EVENTS && texts.knows(item))
                .toArray();
        int[] out = drawn(eligible, Math.min(MOST_ITEMS, (int) Math.round(SHARE * eligible.length)), seed);
        Arrays.sort(out);
        return out;
    }

    private static int[] drawn(int[] values, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] pool = values.clone();
        for (int at = 0; at < count; at++) {
            int other = at + random.nextInt(pool.length - at);
            int kept = pool[at];
            pool[at] = pool[other];
            pool[other] = kept;
        }
        return Arrays.copyOf(pool, count);
    }

    /// The histories without the items kept back, and who had which of them.
    ///
    /// @param wanted by user places in the items kept back, ascending
    private record Cut(Histories known, int[][] wanted) {
        static Cut of(Histories histories, int[] out) {
            BitSet kept = new BitSet(histories.itemCount());
            Arrays.stream(out).forEach(kept::set);
            Histories.Builder known = new Histories.Builder(histories.itemCount()).withUserCount(histories.userCount());
            int[][] wanted = new int[histories.userCount()][];
            for (int user = 0; user < wanted.length; user++) {
                History history = histories.of(user);
                List<Integer> places = new ArrayList<>();
                for (int at = 0; at < history.size(); at++) {
                    int item = history.items()[at];
                    if (kept.get(item)) {
                        places.add(Arrays.binarySearch(out, item));
                    } else {
                        known.add(user, item, history.times()[at]);
                    }
                }
                wanted[user] = places.stream().mapToInt(place -> place).sorted().toArray();
            }
            return new Cut(known.build(), wanted);
        }
    }

    private static int[] users(VectorTable texts, Cut cut, long seed) {
        int[] users = IntStream.range(0, cut.wanted.length)
                .filter(user -> cut.wanted[user].length > 0
                        && IntStream.of(cut.known.of(user).items()).anyMatch(texts::knows))
                .toArray();
        int[] some = drawn(users, Math.min(MOST_USERS, users.length), seed);
        Arrays.sort(some);
        return some;
    }

    private static TextAdapter.Trial judge(
            VectorTable texts, SemanticAdapter adapter, Cut cut, int[] out, int[] users, long seed, int threads) {
        VectorTable plain = texts.select(out);
        VectorTable adapted = adapter.adapt(plain);
        double[] ofText = new double[users.length];
        double[] ofAdapter = new double[users.length];
        for (int at = 0; at < users.length; at++) {
            int[] wanted = cut.wanted[users[at]];
            float[] profile = ContentProfile.profile(texts, cut.known.of(users[at]), ItemContents.DECAY.factor());
            ofText[at] = recall(plain, profile, wanted);
            VectorTable unit = new VectorTable(texts.dimension(), profile).unit();
            ofAdapter[at] = recall(adapted, adapter.adapt(unit.values()), wanted);
        }
        PairedBootstrap.Interval interval =
                PairedBootstrap.of(ofAdapter, ofText, PairedBootstrap.RESAMPLES, seed, threads);
        double text = Arrays.stream(ofText).average().orElse(0);
        return new TextAdapter.Trial(
                out.length, users.length, text, text + interval.difference(), interval.low(), interval.high());
    }

    private static double recall(VectorTable items, float[] user, int[] wanted) {
        float[] scores = new float[items.size()];
        for (int at = 0; at < scores.length; at++) {
            scores[at] = items.dot(at, user);
        }
        int hits = 0;
        for (int place : TopK.select(scores, CUTOFF)) {
            hits += Arrays.binarySearch(wanted, place) >= 0 ? 1 : 0;
        }
        return hits / (double) wanted.length;
    }
}
