package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interactions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What one user did, oldest first, each item once: of repeated interactions the newest counts.
///
/// @param events at most [#MAX_EVENTS], the newest
public record UserHistory(List<Event> events) {
    /// The longest history that is read.
    public static final int MAX_EVENTS = 2_000;

    /// Of somebody of whom nothing is known.
    public static final UserHistory EMPTY = new UserHistory(List.of());

    /// Below this weight an interaction speaks against the item: it is no evidence of taste for its like.
    private static final double AGAINST = -0.25;

    /// @param at when it was, in seconds since 1970
    /// @param weight how much it counts as liking, in [-1, 1]
    /// @param had true when the user now had the item or waved it away; only looking does not count
    public record Event(ItemId item, long at, double weight, boolean had) {}

    public UserHistory {
        events = List.copyOf(events);
    }

    /// Of events in the order of time.
    static UserHistory of(List<Interactions.Event> all) {
        List<Event> newestFirst = new ArrayList<>();
        Set<ItemId> seen = new HashSet<>();
        Set<ItemId> had = new HashSet<>();
        for (Interactions.Event event : all) {
            if (!(event.feedback() instanceof Feedback.Viewed)) {
                had.add(event.item());
            }
        }
        for (Interactions.Event event : all.reversed()) {
            ItemId item = event.item();
            if (seen.add(item)) {
                newestFirst.add(new Event(
                        item, event.at().getEpochSecond(), event.feedback().weight(), had.contains(item)));
            }
        }
        Collections.reverse(newestFirst);
        return new UserHistory(newestFirst);
    }

    /// This one followed by events that came after all of it, as if both had been read at once.
    UserHistory followedBy(List<Interactions.Event> later) {
        Map<ItemId, Event> again = new LinkedHashMap<>();
        of(later).events.forEach(event -> again.put(event.item, event));
        List<Event> all = new ArrayList<>(events.size() + again.size());
        for (Event event : events) {
            if (!again.containsKey(event.item)) {
                all.add(event);
            } else if (event.had) {
                again.computeIfPresent(event.item, (item, newer) -> new Event(item, newer.at, newer.weight, true));
            }
        }
        all.addAll(again.values());
        return new UserHistory(all);
    }

    /// The items that tell of the user's taste, oldest first: all but those spoken against.
    public List<ItemId> taste() {
        return tasteEvents().stream().map(Event::item).toList();
    }

    /// The same as events.
    List<Event> tasteEvents() {
        return events.stream().filter(event -> event.weight() > AGAINST).toList();
    }

    /// The items not to be shown again.
    public Set<ItemId> had() {
        Set<ItemId> had = new HashSet<>();
        for (Event event : events) {
            if (event.had()) {
                had.add(event.item());
            }
        }
        return had;
    }
}
