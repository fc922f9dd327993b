package dev.palate.web.interaction;

import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An interaction as answered.
record InteractionView(
        String interactionId,
        String userId,
        String itemId,
        String type,
        @Nullable Double value,
        double weight,
        Instant at,
        @Nullable String recommendationId) {
    static InteractionView of(Interaction interaction) {
        Feedback feedback = interaction.feedback();
        return new InteractionView(
                interaction.id().value(),
                interaction.user().value(),
                interaction.item().value(),
                feedback.type(),
                feedback instanceof Feedback.Rated rated ? rated.stars() : null,
                feedback.weight(),
                interaction.at(),
                interaction.slate() == null ? null : interaction.slate().value());
    }
}
