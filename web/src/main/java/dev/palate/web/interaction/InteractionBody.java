package dev.palate.web.interaction;

import dev.palate.memory.Ids;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.user.UserId;
import dev.palate.web.problem.Input;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An interaction as sent.
///
/// @param interactionId the caller's own id, which makes sending it twice harmless; made when absent
/// @param type `rated`, `liked`, `disliked`, `consumed`, `purchased`, `viewed` or `dismissed`
/// @param value the stars of `rated`, 0.5 to 5
/// @param at now when absent
/// @param recommendationId the list it answers
record InteractionBody(
        @Nullable String interactionId,
        @Nullable String userId,
        @Nullable String itemId,
        @Nullable String type,
        @Nullable Double value,
        @Nullable Instant at,
        @Nullable String recommendationId) {
    Interaction interaction(String pointer, UserId user, Ids ids, Instant now) {
        String item = Input.required(pointer + "/item_id", itemId);
        String kind = Input.required(pointer + "/type", type);
        double stars = kind.equals("rated") ? Input.required(pointer + "/value", value) : 0;
        String id = interactionId == null ? ids.next() : interactionId;
        return new Interaction(
                Input.at(pointer + "/interaction_id", () -> new InteractionId(id)),
                user,
                Input.at(pointer + "/item_id", () -> new ItemId(item)),
                Input.at(pointer + "/type", () -> Feedback.of(kind, stars)),
                Input.or(Input.time(pointer + "/at", at), now),
                recommendationId == null
                        ? null
                        : Input.at(pointer + "/recommendation_id", () -> new SlateId(recommendationId)));
    }
}
