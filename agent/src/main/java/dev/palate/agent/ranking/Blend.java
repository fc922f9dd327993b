package dev.palate.agent.ranking;

import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Adds λ · z to the fused score: `final = base + σ(base) · clip(λ · z, ±0.25)`, where z is the model's score,
/// standardised over the candidates that have one. Items beyond the depth keep their places behind. Stateless.
public final class Blend {
    /// The furthest that a model's score moves an item, in standard deviations of the fused score.
    public static final double BOUND = 0.25;
    /// Name of the part.
    public static final String PART = "llm";

    private Blend() {}

    /// The model's scores of the items, standardised; 0 for items without one, and for all when all are equal.
    public static double[] standardised(List<RankedItem> items, Map<ItemId, Double> scores) {
        double[] z = new double[items.size()];
        double[] known = items.stream()
                .map(ranked -> ranked.item().id())
                .filter(scores::containsKey)
                .mapToDouble(item -> scores.getOrDefault(item, 0.0))
                .toArray();
        double mean = mean(known);
        double deviation = deviation(known, mean);
        for (int i = 0; i < z.length; i++) {
            ItemId item = items.get(i).item().id();
            z[i] = deviation < 1e-9 ? 0 : (scores.getOrDefault(item, mean) - mean) / deviation;
        }
        return z;
    }

    /// σ of the fused scores of the items; 1 when they are all equal.
    public static double spread(List<RankedItem> items) {
        double[] base = items.stream().mapToDouble(RankedItem::score).toArray();
        double deviation = deviation(base, mean(base));
        return deviation < 1e-9 ? 1 : deviation;
    }

    /// The items in their new order, ranked from 1, with the part [#PART] in their scores.
    ///
    /// @param depth how many of them were candidates
    /// @param lambda 0 leaves everything as it is
    public static List<RankedItem> blend(List<RankedItem> items, int depth, Map<ItemId, Double> scores, double lambda) {
        int head = Math.min(depth, items.size());
        if (lambda == 0 || head < 2) {
            return items;
        }
        List<RankedItem> candidates = items.subList(0, head);
        double[] z = standardised(candidates, scores);
        double spread = spread(candidates);
        double[] added = new double[head];
        for (int i = 0; i < head; i++) {
            added[i] = spread * Math.clamp(lambda * z[i], -BOUND, BOUND);
        }
        List<Integer> order = IntStream.range(0, head)
                .boxed()
                .sorted(Comparator.comparingDouble(
                                (Integer i) -> -(candidates.get(i).score() + added[i]))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        List<RankedItem> blended = new ArrayList<>();
        for (int i : order) {
            blended.add(with(candidates.get(i), added[i], blended.size() + 1));
        }
        blended.addAll(items.subList(head, items.size()));
        return blended;
    }

    private static RankedItem with(RankedItem ranked, double added, int rank) {
        Map<String, Double> parts = new LinkedHashMap<>(ranked.parts());
        if (added != 0) {
            parts.put(PART, added);
        }
        return new RankedItem(
                ranked.item(),
                rank,
                ranked.score() + added,
                parts,
                ranked.reasons(),
                ranked.memories(),
                ranked.explored(),
                ranked.propensity());
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return values.length == 0 ? 0 : sum / values.length;
    }

    private static double deviation(double[] values, double mean) {
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return values.length == 0 ? 0 : Math.sqrt(sum / values.length);
    }
}
