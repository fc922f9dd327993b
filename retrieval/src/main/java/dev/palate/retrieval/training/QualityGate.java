package dev.palate.retrieval.training;

import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.Verdict;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.FusedRanking;
import dev.palate.retrieval.ranking.Ranker;
import dev.palate.retrieval.ranking.Signal;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Compares a new model with the one in use before it may take its place: NDCG@10 of the lists that each would
/// serve, paired over users, on held-out events that neither has learnt. Stateless; deterministic.
///
/// For the new model its trial stands, which was learnt without the held-out events; for the one in use only
/// events after its training count. Where too few users have such events, the new model has only to be no worse
/// than popularity, which tells a broken one. The weights of the trial were fitted on these events, a dozen
/// numbers in all, which favours it a little.
public final class QualityGate {
    /// With fewer users nothing is said.
    static final int FEWEST_USERS = 50;

    private static final int MAXIMUM_USERS = 2_000;
    private static final int CUTOFF = 10;

    private QualityGate() {}

    /// The new model as it is judged.
    ///
    /// @param items of its rows
    /// @param ranker its lists, learnt without the held-out events
    /// @param content what every model is served with beside its own sources, over these rows
    record Candidate(Vocabulary items, Ranker ranker, Map<Signal, Scorer> content) {}

    /// Judges the candidate.
    ///
    /// @param all histories of which some events are held out
    /// @param active the model in use
    static Verdict judge(
            Candidate candidate,
            HeldOut heldOut,
            Histories all,
            Optional<ModelSnapshot> active,
            WeightFit.Options options,
            long seed) {
        if (active.isPresent()) {
            long since = active.get().about().trainedAt().getEpochSecond();
            HeldOut unseen = sample(after(heldOut, all, since), seed);
            if (unseen.users().length >= FEWEST_USERS) {
                Ranker served = served(active.get(), candidate, unseen, options);
                return compared(
                        candidate.ranker,
                        served,
                        unseen,
                        active.get().about().version().value(),
                        seed);
            }
        }
        HeldOut some = sample(heldOut, seed);
        if (some.users().length < FEWEST_USERS) {
            return Verdict.UNJUDGED;
        }
        Ranker popular = Ranker.of(Popularity.of(heldOut.known()));
        return compared(candidate.ranker, popular, some, "popularity", seed);
    }

    private static Verdict compared(Ranker candidate, Ranker other, HeldOut heldOut, String against, long seed) {
        double[] ours = new double[heldOut.users().length];
        double[] theirs = new double[ours.length];
        for (int i = 0; i < ours.length; i++) {
            History history = heldOut.known().of(heldOut.users()[i]);
            BitSet allowed = Ranker.unseen(heldOut.known().itemCount(), history);
            ours[i] = gain(candidate.rank(history, CUTOFF, allowed).items(), heldOut.truth()[i]);
            theirs[i] = gain(other.rank(history, CUTOFF, allowed).items(), heldOut.truth()[i]);
        }
        PairedBootstrap.Interval interval = PairedBootstrap.of(ours, theirs, PairedBootstrap.RESAMPLES, seed, 1);
        return new Verdict(
                !interval.below(), against, ours.length, interval.difference(), interval.low(), interval.high());
    }

    private static double gain(int[] list, int[] truth) {
        double gain = 0;
        double ideal = 0;
        for (int rank = 0; rank < CUTOFF; rank++) {
            double discount = 1 / Math.log(rank + 2);
            int place = rank;
            boolean hit = rank < list.length && IntStream.of(truth).anyMatch(item -> item == list[place]);
            gain += hit ? discount : 0;
            ideal += rank < truth.length ? discount : 0;
        }
        return ideal == 0 ? 0 : gain / ideal;
    }

    /// Only what was held out and happened from a time on.
    private static HeldOut after(HeldOut heldOut, Histories all, long since) {
        int[][] truth = new int[heldOut.users().length][];
        for (int i = 0; i < truth.length; i++) {
            History history = all.of(heldOut.users()[i]);
            int[] wanted = heldOut.truth()[i];
            truth[i] = IntStream.range(0, history.size())
                    .filter(at -> history.times()[at] >= since)
                    .map(at -> history.items()[at])
                    .filter(item -> IntStream.of(wanted).anyMatch(other -> other == item))
                    .toArray();
        }
        return kept(
                heldOut,
                truth,
                IntStream.range(0, truth.length)
                        .filter(i -> truth[i].length > 0)
                        .toArray());
    }

    private static HeldOut sample(HeldOut heldOut, long seed) {
        int count = heldOut.users().length;
        if (count <= MAXIMUM_USERS) {
            return heldOut;
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] order = IntStream.range(0, count).toArray();
        for (int i = 0; i < MAXIMUM_USERS; i++) {
            int other = i + random.nextInt(count - i);
            int moved = order[i];
            order[i] = order[other];
            order[other] = moved;
        }
        return kept(
                heldOut,
                heldOut.truth(),
                IntStream.of(order).limit(MAXIMUM_USERS).sorted().toArray());
    }

    private static HeldOut kept(HeldOut heldOut, int[][] truth, int[] indices) {
        return new HeldOut(
                heldOut.known(),
                IntStream.of(indices).map(i -> heldOut.users()[i]).toArray(),
                IntStream.of(indices).mapToObj(i -> truth[i]).toArray(int[][]::new),
                heldOut.now(),
                heldOut.latest());
    }

    /// The lists that a model in use would serve, over the rows of the new one.
    private static Ranker served(ModelSnapshot model, Candidate candidate, HeldOut heldOut, WeightFit.Options options) {
        Vocabulary items = candidate.items;
        int[] rows = IntStream.range(0, items.size())
                .map(row -> model.items().row(items.id(row)).orElse(-1))
                .toArray();
        Map<Signal, Scorer> sources = new EnumMap<>(Signal.class);
        model.sources().forEach((signal, scorer) -> sources.put(signal, new Aligned(scorer, rows)));
        OptionalLong now = heldOut.latest() ? OptionalLong.of(heldOut.now()) : OptionalLong.empty();
        sources.putAll(PresentSources.of(heldOut.known(), now, options));
        sources.putAll(candidate.content);
        sources.put(Signal.POP, Popularity.of(heldOut.known()).logarithmic());
        return new FusedRanking(
                sources, model.ranker()::forHistory, model.ranker().bounded());
    }

    /// A scorer seen by other rows.
    ///
    /// @param rows the scorer's row of each row, -1 for items that it does not know
    private record Aligned(Scorer scorer, int[] rows) implements Scorer {
        @Override
        public int itemCount() {
            return rows.length;
        }

        @Override
        public void score(History history, float[] target) {
            int[] known = IntStream.range(0, history.size())
                    .filter(at -> rows[history.items()[at]] >= 0)
                    .toArray();
            History mapped = new History(
                    IntStream.of(known).map(at -> rows[history.items()[at]]).toArray(),
                    Arrays.stream(known).mapToLong(at -> history.times()[at]).toArray(),
                    history.owner());
            float[] scores = new float[scorer.itemCount()];
            scorer.score(mapped, scores);
            for (int row = 0; row < rows.length; row++) {
                target[row] = rows[row] < 0 ? Float.NaN : scores[rows[row]];
            }
        }
    }
}
