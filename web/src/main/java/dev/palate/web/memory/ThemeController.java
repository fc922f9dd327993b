package dev.palate.web.memory;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.theme.ThemeDelta;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.theme.ThemesInForce;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/users/{id}/themes` and `/v1/items/{id}/themes`: what counts of the themes of a user, and of those who liked an
/// item; and taking back what one interaction gave.
@RestController
final class ThemeController {
    private final ThemeWeights weights;
    private final ThemesInForce themes;
    private final Access access;

    ThemeController(ThemeWeights weights, ThemesInForce themes, Access access) {
        this.weights = weights;
        this.themes = themes;
        this.access = access;
    }

    @GetMapping("/v1/users/{id}/themes")
    Themes ofUser(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        return themes(new Subject.OfUser(access.known(caller, "#/user_id", id)));
    }

    @GetMapping("/v1/items/{id}/themes")
    Themes ofItem(@PathVariable String id) {
        return themes(new Subject.OfItem(Input.at("#/item_id", () -> new ItemId(id))));
    }

    /// For admins.
    @PostMapping("/v1/interactions/{id}/undo-themes")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void undo(@PathVariable String id) {
        InteractionId interaction = Input.at("#/interaction_id", () -> new InteractionId(id));
        if (!weights.undo(interaction)) {
            throw ProblemException.notFound("interaction with themes to take back", id);
        }
    }

    private Themes themes(Subject subject) {
        ThemeVocabulary vocabulary = themes.known().vocabulary();
        return new Themes(weights.counted(subject).entrySet().stream()
                .filter(entry -> vocabulary.theme(entry.getKey()).isPresent())
                .map(entry -> new Weight(entry.getKey(), entry.getValue() / (double) ThemeDelta.UNIT))
                .toList());
    }

    /// The heaviest first.
    record Themes(List<Weight> themes) {}

    /// @param theme such as `category:horror`
    record Weight(String theme, double weight) {}
}
