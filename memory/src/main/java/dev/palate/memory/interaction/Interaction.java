package dev.palate.memory.interaction;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One thing a user did with an item.
///
/// @param at when it happened, as the caller says
/// @param slate the slate it answers, absent when none
public record Interaction(
        InteractionId id,
        UserId user,
        ItemId item,
        Feedback feedback,
        Instant at,
        @Nullable SlateId slate) {}
