package dev.palate.web.recommendation;

import dev.palate.memory.ShortDecimals;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonSerialize;

/// Two lists of one moment and what moved between them.
///
/// @param same true when nothing moved and no score changed
public record PreviewView(
        boolean same,
        String modelVersion,
        List<String> degraded,
        List<Place> before,
        List<Place> after,
        List<Move> moves) {
    /// A place of a list.
    public record Place(
            String itemId,
            String title,
            @Nullable Integer year,
            int rank,
            @JsonSerialize(using = ShortDecimals.One.class) double score,
            String reason,
            List<String> memoryIds,

            @JsonSerialize(using = ShortDecimals.ByName.class)
            Map<String, Double> signals) {
        static Place of(RankedItem ranked) {
            return new Place(
                    ranked.item().id().value(),
                    ranked.item().title(),
                    ranked.item().year(),
                    ranked.rank(),
                    ranked.score(),
                    ranked.reasons().isEmpty()
                            ? ""
                            : ranked.reasons().getFirst().text(),
                    ranked.memories().stream().map(id -> id.value()).toList(),
                    ranked.parts());
        }
    }

    /// What became of an item.
    ///
    /// @param from its rank as it is, absent when it is not on the list
    /// @param to its rank as it would be, absent when it would not be on the list
    /// @param scoreChange absent unless it is on both
    /// @param signals what each signal gives more or less, without those that stay
    public record Move(
            String itemId,
            String title,
            @Nullable Integer from,
            @Nullable Integer to,
            @Nullable Double scoreChange,
            Map<String, Double> signals) {}

    /// Of the two lists.
    public static PreviewView of(FusedRecommender.Compared compared) {
        List<Place> before = compared.before().items().stream().map(Place::of).toList();
        List<Place> after = compared.after().items().stream().map(Place::of).toList();
        Set<String> degraded = new TreeSet<>(compared.before().degraded());
        degraded.addAll(compared.after().degraded());
        List<Move> moves = moves(before, after);
        boolean same = moves.stream()
                .allMatch(move -> move.from != null && move.from.equals(move.to) && move.signals.isEmpty());
        return new PreviewView(same, compared.after().modelVersion(), List.copyOf(degraded), before, after, moves);
    }

    private static List<Move> moves(List<Place> before, List<Place> after) {
        Map<String, Place> was = new LinkedHashMap<>();
        before.forEach(place -> was.put(place.itemId, place));
        List<Move> moves = new ArrayList<>();
        for (Place place : after) {
            Place earlier = was.remove(place.itemId);
            moves.add(
                    earlier == null
                            ? new Move(place.itemId, place.title, null, place.rank, null, Map.of())
                            : new Move(
                                    place.itemId,
                                    place.title,
                                    earlier.rank,
                                    place.rank,
                                    place.score - earlier.score,
                                    changes(earlier.signals, place.signals)));
        }
        was.values().forEach(place -> moves.add(new Move(place.itemId, place.title, place.rank, null, null, Map.of())));
        return List.copyOf(moves);
    }

    private static Map<String, Double> changes(Map<String, Double> before, Map<String, Double> after) {
        Set<String> all = new TreeSet<>(before.keySet());
        all.addAll(after.keySet());
        Map<String, Double> changes = new LinkedHashMap<>();
        for (String signal : all) {
            double change = after.getOrDefault(signal, 0.0) - before.getOrDefault(signal, 0.0);
            if (change != 0) {
                changes.put(signal, change);
            }
        }
        return changes;
    }
}
