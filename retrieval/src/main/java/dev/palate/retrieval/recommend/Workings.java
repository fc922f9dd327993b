package dev.palate.retrieval.recommend;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memory;
import dev.palate.retrieval.candidate.Freshness;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How a list came about: what the recommender stood on, what its sources said and how it ranked. Small, whatever the
/// catalog's size: of long arrays it holds a digest, which is equal if and (but for one chance in 2⁶⁴) only if they
/// are equal bit for bit. Immutable.
///
/// @param standing what it stood on
/// @param historyKept true when the user's history was in the cache
/// @param events of the history
/// @param history its digest
/// @param catalog how many items there were
/// @param allowed how many of them passed the hard filters
/// @param sources in their order, without those that had nothing to say
/// @param degraded the sources that failed or were late
/// @param pool how many candidates were ranked
/// @param order digest of all candidates in their order, with their scores
/// @param best the first [#MOST_PLACES] of that order
/// @param modelVersion of the collaborative model, empty without one
/// @param gatherMicros the sources took
/// @param rankMicros all else took
public record Workings(
        Standing standing,
        boolean historyKept,
        int events,
        long history,
        int catalog,
        int allowed,
        List<OfSource> sources,
        List<String> degraded,
        int pool,
        long order,
        List<Place> best,
        String modelVersion,
        long gatherMicros,
        long rankMicros) {
    /// How many places of the order are told.
    public static final int MOST_PLACES = 10;

    /// How many candidates of a source are named.
    public static final int MOST_NAMED = 5;

    /// What a list follows from besides its request and the catalog, so that it can be made again.
    ///
    /// @param now the time of the request
    /// @param arrival the newest interaction that the history could hold
    /// @param basis of the counts over all interactions
    /// @param memories in force, by id
    public record Standing(Instant now, long arrival, Freshness.Basis basis, List<Memory> memories) {
        public Standing {
            memories = List.copyOf(memories);
        }
    }

    /// What a source said.
    ///
    /// @param found how many candidates it proposed
    /// @param digest of its scores of all that were ranked
    /// @param emphasis how much of its weight the answer deserved
    /// @param first its best candidates
    public record OfSource(String signal, int found, long digest, double emphasis, List<ItemId> first) {
        public OfSource {
            first = List.copyOf(first);
        }
    }

    /// A candidate in the order of scores.
    ///
    /// @param parts signal → its share; they add up to the score
    public record Place(ItemId item, double score, Map<String, Double> parts) {
        public Place {
            parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
        }
    }

    public Workings {
        sources = List.copyOf(sources);
        degraded = List.copyOf(degraded);
        best = List.copyOf(best);
    }
}
