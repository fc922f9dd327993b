package dev.palate.agent.evaluation;

import dev.palate.memory.catalog.ItemId;
import java.util.List;
import java.util.Map;

/// A way of making lists for dialogues.
public interface ChatArm {
    /// As it stands in tables.
    String name();

    /// What it lists at the end of the case's turns.
    ///
    /// @param size how many at most
    Answer answer(ChatCase chat, int size);

    /// One list.
    ///
    /// @param items best first, each once
    /// @param scores of them
    /// @param understood false when the rules found nothing in what was said; true where nothing is understood
    /// @param account what was understood, for looking at; may be empty
    record Answer(List<ItemId> items, List<Double> scores, boolean understood, Map<String, Object> account) {
        public Answer {
            account = Map.copyOf(account);
            items = List.copyOf(items);
            scores = List.copyOf(scores);
            if (items.size() != scores.size()) {
                throw new IllegalArgumentException(
                        "each item needs a score, had " + items.size() + " and " + scores.size());
            }
        }
    }
}
