package dev.palate.retrieval.ranking;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.retrieval.candidate.Evidence;
import dev.palate.retrieval.candidate.Scored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds the reasons of a list from what its sources know. Not thread-safe; one per list.
///
/// Each item gets the evidence of the signals that added most, at most three and none twice. Every title that the
/// request names as liked and that added to any item of the list is then named on at least one: on the one it added
/// most to, in place of that item's weakest other reason where there is no room. With very many titles the room of
/// three reasons an item ends; the last titles then go unnamed.
public final class Reasons {
    /// The most reasons an item has.
    public static final int MAX_REASONS = 3;

    private static final String LIKED = "liked";

    private final Map<String, Scored> answers;

    /// @param answers what the sources said, by signal
    public Reasons(Map<String, Scored> answers) {
        this.answers = answers;
    }

    /// One reason.
    ///
    /// @param share of the score, signed
    public record Found(String signal, double share, Evidence evidence) {}

    /// The reasons of one item and the memories that moved it, whether or not a reason quotes them.
    public record OfItem(List<Found> found, List<MemoryId> memories) {
        public OfItem {
            found = List.copyOf(found);
            memories = List.copyOf(memories);
        }
    }

    /// The reasons of each item of a list, in the order of the list.
    ///
    /// @param rows of the items
    /// @param parts by item, signal → share of the score
    /// @param liked the items that the request names as liked
    public List<OfItem> of(int[] rows, List<Map<String, Double>> parts, List<ItemId> liked) {
        List<List<Found>> found = new ArrayList<>();
        List<List<MemoryId>> memories = new ArrayList<>();
        for (int place = 0; place < rows.length; place++) {
            Set<MemoryId> moved = new LinkedHashSet<>();
            found.add(strongest(rows[place], parts.get(place), moved));
            memories.add(List.copyOf(moved));
        }
        nameEach(liked, rows, parts, found);
        List<OfItem> all = new ArrayList<>();
        for (int place = 0; place < rows.length; place++) {
            all.add(new OfItem(found.get(place), memories.get(place)));
        }
        return all;
    }

    private List<Found> strongest(int row, Map<String, Double> parts, Set<MemoryId> moved) {
        List<Found> found = new ArrayList<>();
        Set<String> said = new HashSet<>();
        List<Map.Entry<String, Double>> strongestFirst = parts.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        for (Map.Entry<String, Double> part : strongestFirst) {
            Scored scored = answers.get(part.getKey());
            if (scored == null || part.getValue() == 0) {
                continue;
            }
            boolean wanted = part.getValue() > 0 && found.size() < MAX_REASONS;
            // Finding the evidence can cost as much as the score did.
            if (!wanted && !scored.explainer().remembers()) {
                continue;
            }
            Evidence evidence = scored.explainer().of(row);
            moved.addAll(evidence.memories());
            boolean speaks = wanted && !evidence.text().isEmpty();
            if (speaks && said.add(evidence.text())) {
                found.add(new Found(part.getKey(), part.getValue(), evidence));
            }
        }
        return found;
    }

    private void nameEach(List<ItemId> liked, int[] rows, List<Map<String, Double>> parts, List<List<Found>> found) {
        Scored scored = answers.get(LIKED);
        if (scored == null) {
            return;
        }
        for (ItemId title : liked) {
            if (found.stream().anyMatch(reasons -> names(reasons, title))) {
                continue;
            }
            int best = -1;
            double highest = 0;
            for (int place = 0; place < rows.length; place++) {
                double share = scored.explainer().share(rows[place], title);
                if (share > highest && hasRoom(found.get(place))) {
                    highest = share;
                    best = place;
                }
            }
            if (best >= 0) {
                double share = parts.get(best).getOrDefault(LIKED, 0.0);
                name(found.get(best), new Found(LIKED, share, scored.explainer().naming(title)));
            }
        }
    }

    private static boolean hasRoom(List<Found> reasons) {
        return reasons.size() < MAX_REASONS || reasons.stream().anyMatch(reason -> !isLiked(reason));
    }

    private static void name(List<Found> reasons, Found reason) {
        for (int at = reasons.size() - 1; reasons.size() == MAX_REASONS && at >= 0; at--) {
            if (!isLiked(reasons.get(at))) {
                reasons.remove(at);
            }
        }
        reasons.addFirst(reason);
    }

    private static boolean names(List<Found> reasons, ItemId title) {
        return reasons.stream()
                .anyMatch(reason -> isLiked(reason) && reason.evidence().items().contains(title));
    }

    private static boolean isLiked(Found reason) {
        return reason.signal().equals(LIKED);
    }
}
