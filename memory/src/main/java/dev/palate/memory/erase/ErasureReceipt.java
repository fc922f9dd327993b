package dev.palate.memory.erase;

import java.time.Instant;
import java.util.List;

/// What an erasure removed, place by place, with the count found by asking again afterwards.
public record ErasureReceipt(String id, String subjectType, Instant at, List<Place> places, List<String> notes) {
    /// One place: a table, an index, a cache.
    ///
    /// @param removed how many entries went
    /// @param remaining how many were found when asked again; 0 when all is well
    public record Place(String name, long removed, long remaining) {}

    public ErasureReceipt {
        places = List.copyOf(places);
        notes = List.copyOf(notes);
    }

    /// True when nothing was found anywhere when asked again.
    public boolean complete() {
        return places.stream().allMatch(place -> place.remaining() == 0);
    }
}
