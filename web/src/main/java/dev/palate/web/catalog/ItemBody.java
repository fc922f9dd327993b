package dev.palate.web.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An item as sent.
///
/// @param itemId may be left out where the path names it, and must agree with it
record ItemBody(
        @Nullable String itemId,
        @Nullable String title,
        @Nullable Integer year,
        @Nullable List<String> categories,
        @Nullable List<String> tags,
        @Nullable String description,
        @Nullable Map<String, String> attributes,
        @JsonProperty("is_hidden") @Nullable Boolean hidden,
        @Nullable Instant availableFrom,
        @Nullable Instant availableTo) {
    /// The item, with the id of the path when there is one.
    Item item(String pointer, @Nullable String pathId) {
        if (pathId != null && itemId != null && !pathId.equals(itemId)) {
            throw ProblemException.invalid(
                    pointer + "/item_id", "item_id must be that of the path, " + pathId + ", was " + itemId);
        }
        String id = pathId != null ? pathId : Input.required(pointer + "/item_id", itemId);
        String name = Input.required(pointer + "/title", title);
        Input.time(pointer + "/available_from", availableFrom);
        Input.time(pointer + "/available_to", availableTo);
        return Input.at(
                pointer,
                () -> new Item(
                        new ItemId(id),
                        name,
                        year,
                        Input.or(categories, List.of()),
                        Input.or(tags, List.of()),
                        Input.or(description, ""),
                        Input.or(attributes, Map.of()),
                        Input.or(hidden, false),
                        availableFrom,
                        availableTo,
                        0));
    }
}
