package dev.palate.web.interaction;

import dev.palate.memory.Ids;
import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.tier.Reinforcement;
import dev.palate.memory.user.UserId;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/interactions`: what users did. Writing the same id twice is one interaction.
@RestController
final class InteractionController {
    private static final int MAX_BATCH = 1_000;

    private final Interactions interactions;
    private final Reinforcement reinforcement;
    private final Catalog catalog;
    private final Access access;
    private final Ids ids;
    private final InstantSource clock;

    InteractionController(
            Interactions interactions,
            Reinforcement reinforcement,
            Catalog catalog,
            Access access,
            Ids ids,
            InstantSource clock) {
        this.reinforcement = reinforcement;
        this.interactions = interactions;
        this.catalog = catalog;
        this.access = access;
        this.ids = ids;
        this.clock = clock;
    }

    @PostMapping("/v1/interactions")
    @ResponseStatus(HttpStatus.CREATED)
    InteractionView one(@AuthenticationPrincipal Caller caller, @RequestBody InteractionBody body) {
        Interaction interaction = interaction(caller, body, "#");
        requireItems(List.of(interaction), "#");
        append(caller, List.of(interaction));
        reinforce(interaction);
        return InteractionView.of(interaction);
    }

    @PostMapping("/v1/interactions:batch")
    Written many(@AuthenticationPrincipal Caller caller, @RequestBody Batch body) {
        List<InteractionBody> sent = Input.required("#/interactions", body.interactions());
        Input.at("#/interactions", () -> Require.range("number of interactions", sent.size(), 1, MAX_BATCH));
        List<Interaction> values = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            values.add(interaction(caller, sent.get(i), "#/interactions/" + i));
        }
        requireItems(values, "#/interactions");
        int added = append(caller, values);
        values.forEach(this::reinforce);
        return new Written(values.size(), added);
    }

    private int append(Caller caller, List<Interaction> values) {
        Map<Boolean, List<Interaction>> own =
                values.stream().collect(Collectors.partitioningBy(value -> caller.speaksFor(value.user())));
        // First those that can be refused.
        return interactions.appendOfKnown(own.getOrDefault(true, List.of()))
                + interactions.append(own.getOrDefault(false, List.of()));
    }

    private void reinforce(Interaction interaction) {
        SlateId slate = interaction.slate();
        if (slate != null) {
            reinforcement.happened(new Reinforcement.Outcome(
                    interaction.id().value(),
                    interaction.user(),
                    slate,
                    interaction.item(),
                    interaction.feedback().weight()));
        }
    }

    @GetMapping("/v1/users/{id}/interactions")
    Listing list(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam @Nullable String cursor,
            @RequestParam @Nullable Integer limit) {
        UserId user = access.known(caller, "#/user_id", id);
        Page<Interaction> page = Input.page(limit, size -> interactions.page(user, cursor, size));
        return new Listing(page.items().stream().map(InteractionView::of).toList(), page.nextCursor());
    }

    private Interaction interaction(Caller caller, InteractionBody body, String pointer) {
        UserId user = access.scope(caller, pointer + "/user_id", body.userId());
        return body.interaction(pointer, user, ids, clock.instant());
    }

    private void requireItems(List<Interaction> values, String pointer) {
        Set<ItemId> wanted = values.stream().map(Interaction::item).collect(Collectors.toSet());
        Set<ItemId> known = catalog.items(wanted).keySet();
        for (ItemId item : wanted) {
            if (!known.contains(item)) {
                throw ProblemException.invalid(pointer, "item " + item + " is not in the catalog; PUT it first");
            }
        }
    }

    /// Many at once.
    ///
    /// @param interactions 1 to 1,000
    record Batch(@Nullable List<InteractionBody> interactions) {}

    /// What a batch did.
    record Written(int received, int added) {}

    /// A page, newest first.
    record Listing(
            List<InteractionView> interactions, @Nullable String nextCursor) {}
}
