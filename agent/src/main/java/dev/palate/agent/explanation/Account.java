package dev.palate.agent.explanation;

import dev.palate.agent.domain.Speech;
import dev.palate.agent.domain.Unknown;
import dev.palate.memory.catalog.Item;
import java.util.List;

/// What an answer may speak of.
///
/// @param liked items the user said to like or named as examples, newest first
/// @param examples true when none of them was said to be liked
/// @param sought what was asked for, as labels, such as `comedies`
/// @param constraints short phrases, such as `no horror` or `before 2000`
/// @param unknown wishes that the catalog knows nothing of
/// @param taken what a model took the message to ask for, as labels
/// @param blocking memories that rule out what was asked for
/// @param relaxed true when not all that was asked for could be had at once
/// @param failed true when the list could not be made
/// @param speech how items are spoken of
public record Account(
        List<Item> liked,
        boolean examples,
        List<String> sought,
        List<String> constraints,
        List<Unknown> unknown,
        List<String> taken,
        List<String> blocking,
        boolean relaxed,
        boolean failed,
        Speech speech) {
    public Account {
        liked = List.copyOf(liked);
        sought = List.copyOf(sought);
        constraints = List.copyOf(constraints);
        unknown = List.copyOf(unknown);
        taken = List.copyOf(taken);
        blocking = List.copyOf(blocking);
    }
}
