package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.Histories;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What a model may learn from, and what it is then asked to rank. Immutable.
///
/// @param name for reports
/// @param users ids of the user rows
/// @param items ids of the item rows, sorted by id
/// @param known the events to learn from
/// @param eventCounts known events per item row, repeated ones included
/// @param evaluated user rows with something to find, ascending
/// @param truth per evaluated user the item rows to find, which the user has not had; not empty
/// @param candidates item rows that may be listed: all, or the cold ones where only those are asked for
/// @param temporal whether all that is to be found happened after all that is known
/// @param end the time of the last known event
public record RankingTask(
        String name,
        Vocabulary users,
        Vocabulary items,
        Histories known,
        int[] eventCounts,
        int[] evaluated,
        int[][] truth,
        BitSet candidates,
        boolean temporal,
        long end) {
    /// The rows that may be listed for a user: the candidates that the user has not had.
    public BitSet allowed(int user) {
        BitSet allowed = (BitSet) candidates.clone();
        IntStream.of(known.of(user).items()).forEach(allowed::clear);
        return allowed;
    }

    /// True when items without any known event are to be ranked.
    public boolean cold() {
        return candidates.cardinality() < items.size();
    }

    /// Drops what a user already had, and users with nothing left.
    ///
    /// @throws RetrievalException with code BAD_INPUT when no user is left
    static RankingTask of(
            String name,
            Vocabulary users,
            Vocabulary items,
            Histories known,
            int[] eventCounts,
            List<Set<Integer>> wanted,
            BitSet candidates,
            boolean temporal,
            long end) {
        int[][] truth = new int[users.size()][];
        for (int user = 0; user < users.size(); user++) {
            Set<Integer> had = boxed(known.of(user).items());
            truth[user] = wanted.get(user).stream()
                    .filter(item -> !had.contains(item))
                    .mapToInt(item -> item)
                    .toArray();
        }
        int[] evaluated = IntStream.range(0, users.size())
                .filter(user -> truth[user].length > 0)
                .toArray();
        if (evaluated.length == 0) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    name + " has no row whose user and item both have earlier events, so nothing can be ranked: give a"
                            + " split that is not about cold items");
        }
        int[][] kept = new int[evaluated.length][];
        for (int i = 0; i < evaluated.length; i++) {
            kept[i] = truth[evaluated[i]];
        }
        return new RankingTask(name, users, items, known, eventCounts, evaluated, kept, candidates, temporal, end);
    }

    private static Set<Integer> boxed(int[] items) {
        return IntStream.of(items).boxed().collect(Collectors.toSet());
    }
}
