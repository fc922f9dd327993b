package dev.palate.memory.erase;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What an erasure removed, place by place, with the count found by asking again afterwards.
///
/// @param id the job's
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

    /// The receipt with a place in the stead of the one of the same name.
    public ErasureReceipt with(Place place) {
        List<Place> all = new ArrayList<>(places);
        all.removeIf(old -> old.name().equals(place.name));
        all.add(place);
        return new ErasureReceipt(id, subjectType, at, all, notes);
    }

    /// The receipt with notes that it does not have yet.
    public ErasureReceipt with(List<String> more) {
        List<String> all = new ArrayList<>(notes);
        more.stream().filter(note -> !all.contains(note)).forEach(all::add);
        return new ErasureReceipt(id, subjectType, at, places, all);
    }

    /// One line for people.
    public String summary() {
        long removed = places.stream().mapToLong(Place::removed).sum();
        List<String> left = places.stream()
                .filter(place -> place.remaining() > 0)
                .map(place -> place.remaining() + " in " + place.name())
                .toList();
        return removed + " entries removed from " + places.size() + " places, "
                + (left.isEmpty() ? "none found when asked again" : "still found: " + String.join(", ", left));
    }

    /// True when nothing was found anywhere when asked again.
    public boolean complete() {
        return places.stream().allMatch(place -> place.remaining() == 0);
    }
}
