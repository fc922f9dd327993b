package dev.palate.retrieval.candidate;

import dev.palate.memory.index.ItemFilter;
import dev.palate.memory.memory.Memory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// One request as the sources see it: resolved to the rows of one catalog snapshot, one model and one set of vectors,
/// so that all sources speak of the same items. Arrays are shared: do not modify. Thread-safe.
///
/// @param words the wish in words, may be empty
/// @param liked rows said to be liked in the request, newest last
/// @param categories in lower case → weight in [-1, 1], as the request has them
/// @param tags likewise
/// @param named groups of rows asked for by what they have in common
/// @param elsewhere the categories, in lower case, of each thing liked that the catalog does not have
/// @param known the user's history
/// @param memories the effective ones
/// @param filter what searches of the index may return: no less than what the hard filters let through
/// @param now the time that decay counts from
public record Wish(
        CatalogSnapshot catalog,
        ItemStatistics statistics,
        Optional<AlignedModel> model,
        Optional<CentredVectors> vectors,
        String words,
        int[] liked,
        Map<String, Double> categories,
        Map<String, Double> tags,
        List<NamedRows> named,
        List<Set<String>> elsewhere,
        HistoryRows known,
        List<Memory> memories,
        Themes themes,
        ItemFilter filter,
        Instant now) {
    /// Rows asked for by what they have in common.
    ///
    /// @param reason why one of them is on a list
    public record NamedRows(String reason, int[] rows) {}

    public Wish {
        categories = Map.copyOf(categories);
        tags = Map.copyOf(tags);
        named = List.copyOf(named);
        elsewhere = List.copyOf(elsewhere);
        memories = List.copyOf(memories);
        if (!statistics.isOf(catalog)) {
            throw new IllegalArgumentException("the statistics must be of the same catalog snapshot");
        }
    }

    /// Rows that tell of the user's taste, oldest first; shared: do not modify.
    public int[] history() {
        return known.rows();
    }

    /// The history with the titles liked in the request as its newest events, each row once; shared: do not modify.
    public int[] profile() {
        if (liked.length == 0) {
            return history();
        }
        IntStream before =
                IntStream.of(history()).filter(row -> IntStream.of(liked).noneMatch(other -> other == row));
        return IntStream.concat(before, IntStream.of(liked)).toArray();
    }

    /// The times of [#profile], never before the one before; titles liked in the request are liked now. Shared: do not
    /// modify.
    long[] profileTimes() {
        long[] times = known.times();
        if (liked.length == 0) {
            return times;
        }
        int[] history = history();
        LongStream before = IntStream.range(0, history.length)
                .filter(i -> IntStream.of(liked).noneMatch(other -> other == history[i]))
                .mapToLong(i -> times[i]);
        long last = history.length == 0 ? Long.MIN_VALUE : times[history.length - 1];
        return LongStream.concat(
                        before,
                        LongStream.generate(() -> Math.max(last, now.getEpochSecond()))
                                .limit(liked.length))
                .toArray();
    }

    /// True when the request itself says what is wanted.
    public boolean spoken() {
        return !words.isEmpty() || liked.length > 0 || facets();
    }

    /// True when the request says what items should have: categories, tags, people, or what things liked
    /// elsewhere have.
    boolean facets() {
        return !categories.isEmpty() || !tags.isEmpty() || !named.isEmpty() || !elsewhere.isEmpty();
    }

    /// True when nothing at all is known of the wish or the user; a memory that speaks of nothing in the catalog tells
    /// nothing.
    public boolean blank() {
        return !spoken() && history().length == 0 && memories.stream().allMatch(memory -> memory.slot() == null);
    }

    /// How near items are to each other, by the model, the vectors and the categories of this wish.
    public Neighbourhood neighbourhood() {
        return new Neighbourhood(catalog, model, vectors);
    }
}
