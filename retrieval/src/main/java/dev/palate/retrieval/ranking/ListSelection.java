package dev.palate.retrieval.ranking;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Picks a list from scored candidates, one place after the other, as a [Variety] asks: plainly the best, or
///
/// - **novelty**: `novelty` × the deviation of the scores × the standardised self-information of the item,
///   −log(1 + its events), is added to each score before anything else (`vargas2011novelty`);
/// - **diversity**: each place goes to the highest score less `diversity` × the greatest likeness to those picked
///   × the spread of the scores: maximal marginal relevance (`carbonell1998mmr`; λ → 1 − `diversity`, Sim₁ → the
///   scores, Sim₂ → [Traits#likeness]);
/// - **quotas**: who would break one is passed over;
/// - **exploration**: with the chance `exploration` a place goes, instead of to the best left, to one of the best 50
///   left that had less than 30 events, drawn evenly by the seed. How likely each item was to stand where it does,
///   given those before it, is kept as its propensity, so that what came of it can be weighed later
///   (`bottou2013counterfactual`).
///
/// What each took or gave is a part of the score; the scores with these parts never increase along the list.
/// Stateless. O(size × candidates).
public final class ListSelection {
    /// The names of the parts.
    public static final String NOVELTY = "novelty";

    public static final String DIVERSITY = "diversity";

    public static final String EXPLORATION = "exploration";

    /// An item with fewer events than this had little exposure.
    public static final int LITTLE_EXPOSURE = 30;

    /// So many of the best items of little exposure are drawn from.
    private static final int EXPLORED_AMONG = 50;

    /// What is known of the candidates beside their scores.
    public interface Traits {
        /// How alike two candidates are, in [0, 1].
        double likeness(int candidate, int other);

        /// The categories of a candidate, in any case.
        List<String> categories(int candidate);

        /// How many events the candidate's item had.
        int events(int candidate);
    }

    /// A place of the list.
    ///
    /// @param candidate its index
    /// @param score with all parts
    /// @param added novelty, diversity and exploration by name, those that are not 0
    /// @param explored whether it was drawn
    /// @param propensity how likely the candidate was to stand here, given those before it, in (0, 1]
    public record Place(int candidate, double score, Map<String, Double> added, boolean explored, double propensity) {}

    /// The list.
    ///
    /// @param passedOver category → how many candidates stood ahead of a place, or were left when places stayed
    ///     empty, but were over the category's quota
    public record Selection(List<Place> places, Map<String, Integer> passedOver) {}

    private final double[] scores;
    private final double[] novelty;
    private final Variety variety;
    private final Traits traits;
    private final QuotaCount quotas;
    private final boolean[] passed;
    private final Map<String, Integer> passedOver = new TreeMap<>();
    private int[] order;
    private boolean[] gone = new boolean[0];
    private double[] greatest = new double[0];
    private double spread;

    private ListSelection(int[] order, double[] scores, Variety variety, Traits traits) {
        this.order = order;
        this.variety = variety;
        this.traits = traits;
        novelty = new double[scores.length];
        this.scores = scores.clone();
        passed = new boolean[scores.length];
        quotas = new QuotaCount(variety.quotas());
    }

    /// Picks the list.
    ///
    /// @param order candidates from best to worst; ties go to the earlier
    /// @param scores by candidate
    /// @param size how many places the quotas count; fewer are filled where candidates or quotas leave fewer
    /// @param reserve how many further places, without regard to quotas and thus maybe with higher scores, for when
    ///     some of the others fall out
    public static Selection select(
            int[] order, double[] scores, int size, int reserve, Variety variety, Traits traits) {
        return new ListSelection(order, scores, variety, traits).select(size, reserve);
    }

    private Selection select(int size, int reserve) {
        addNovelty();
        int count = order.length;
        if (count == 0) {
            return new Selection(List.of(), Map.of());
        }
        spread = scores[order[0]] - scores[order[count - 1]];
        gone = new boolean[count];
        greatest = new double[count];
        SplittableRandom random = new SplittableRandom(variety.seed());
        List<Place> places = new ArrayList<>(Math.min(count, size + reserve));
        while (places.size() < Math.min(count, size + reserve)) {
            boolean counted = places.size() < size;
            int best = best(counted);
            if (best < 0 && counted) {
                // What the quotas leave is less than was asked for; others would only be thrown away again.
                break;
            }
            places.add(place(best, counted, random));
        }
        return new Selection(List.copyOf(places), Map.copyOf(passedOver));
    }

    private void addNovelty() {
        if (variety.novelty() == 0 || order.length == 0) {
            return;
        }
        float[] known = new float[order.length];
        double mean = 0;
        for (int at = 0; at < order.length; at++) {
            known[at] = (float) -Math.log1p(traits.events(order[at]));
            mean += scores[order[at]] / order.length;
        }
        double squares = 0;
        for (int candidate : order) {
            squares += (scores[candidate] - mean) * (scores[candidate] - mean) / order.length;
        }
        float[] standard = FusedRanker.standardised(known);
        for (int at = 0; at < order.length; at++) {
            double bounded = Math.clamp(standard[at], -FusedRanker.MAX_DEVIATIONS, FusedRanker.MAX_DEVIATIONS);
            novelty[order[at]] = variety.novelty() * Math.sqrt(squares) * bounded;
            scores[order[at]] += novelty[order[at]];
        }
        order = Arrays.stream(order)
                .boxed()
                .sorted((one, other) -> Double.compare(scores[other], scores[one]))
                .mapToInt(candidate -> candidate)
                .toArray();
    }

    private double value(int at) {
        return scores[order[at]] - variety.diversity() * spread * greatest[at];
    }

    /// The place in the order of the best candidate left, -1 when the quotas leave none.
    private int best(boolean counted) {
        int best = -1;
        double highest = Double.NEGATIVE_INFINITY;
        for (int at = 0; at < order.length; at++) {
            if (!gone[at] && value(at) > highest && (!counted || open(at))) {
                highest = value(at);
                best = at;
                if (variety.diversity() == 0) {
                    break;
                }
            }
        }
        // With none left to take, all that is left was kept off by the quotas.
        for (int at = 0; counted && !quotas.none() && at < order.length; at++) {
            if (!gone[at] && !passed[at] && value(at) > highest) {
                passed[at] = true;
                passedOver.merge(quotas.full(traits.categories(order[at])), 1, Integer::sum);
            }
        }
        return best;
    }

    private Place place(int best, boolean counted, SplittableRandom random) {
        int picked = best;
        double propensity = 1;
        boolean explored = false;
        if (variety.exploration() > 0) {
            int[] among = explorable(counted);
            // Drawn for every place, so that one more candidate does not shift all later draws.
            boolean asked = random.nextDouble() < variety.exploration();
            long draw = random.nextLong(Long.MAX_VALUE);
            if (among.length > 0) {
                explored = asked;
                picked = explored ? among[(int) (draw % among.length)] : best;
                int at = picked;
                boolean drawable = Arrays.stream(among).anyMatch(other -> other == at);
                propensity = (picked == best ? 1 - variety.exploration() : 0)
                        + (drawable ? variety.exploration() / among.length : 0);
            }
        }
        int candidate = order[picked];
        Map<String, Double> added = new HashMap<>(4);
        put(added, NOVELTY, novelty[candidate]);
        put(added, DIVERSITY, 0 - variety.diversity() * spread * greatest[picked]);
        put(added, EXPLORATION, value(best) - value(picked));
        Place place =
                new Place(candidate, value(best), added.isEmpty() ? Map.of() : Map.copyOf(added), explored, propensity);
        take(picked, counted);
        return place;
    }

    private static void put(Map<String, Double> added, String name, double part) {
        if (part != 0) {
            added.put(name, part);
        }
    }

    private int[] explorable(boolean counted) {
        int[] among = new int[EXPLORED_AMONG];
        int count = 0;
        for (int at = 0; at < order.length && count < among.length; at++) {
            if (!gone[at] && traits.events(order[at]) < LITTLE_EXPOSURE && (!counted || open(at))) {
                among[count++] = at;
            }
        }
        return Arrays.copyOf(among, count);
    }

    private void take(int picked, boolean counted) {
        gone[picked] = true;
        if (counted && !quotas.none()) {
            quotas.take(traits.categories(order[picked]));
        }
        if (variety.diversity() > 0) {
            for (int at = 0; at < order.length; at++) {
                if (!gone[at]) {
                    greatest[at] = Math.max(greatest[at], traits.likeness(order[at], order[picked]));
                }
            }
        }
    }

    private boolean open(int at) {
        return quotas.none() || quotas.full(traits.categories(order[at])).isEmpty();
    }
}
