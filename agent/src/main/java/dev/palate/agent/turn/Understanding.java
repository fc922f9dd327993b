package dev.palate.agent.turn;

import dev.palate.agent.domain.Reading;
import dev.palate.memory.catalog.ItemId;
import java.util.ArrayList;
import java.util.List;

/// What a message means in its conversation.
///
/// @param wish what is asked for from now on
/// @param begun true when the wish begins anew with this message
/// @param others true when what was shown is not to be shown again
/// @param named items the message itself said to like, newest first
/// @param fondNow categories the message itself said to like
/// @param sought what is asked for, as labels
/// @param phrases what must hold, each as a short phrase
/// @param taken what a model took the message to ask for, as labels; among `sought` too
/// @param confidence in [0, 1]: how much of the meaning rests on known words
record Understanding(
        Intent intent,
        Reading reading,
        Wish wish,
        boolean begun,
        boolean others,
        List<ItemId> named,
        List<String> fondNow,
        List<String> sought,
        List<String> phrases,
        List<String> taken,
        double confidence) {
    Understanding {
        named = List.copyOf(named);
        fondNow = List.copyOf(fondNow);
        sought = List.copyOf(sought);
        phrases = List.copyOf(phrases);
        taken = List.copyOf(taken);
    }

    /// The same with what a model took it to ask for.
    Understanding taken(Wish next, List<String> labels, double surer) {
        List<String> all = new ArrayList<>(sought);
        all.addAll(labels);
        return new Understanding(intent, reading, next, begun, others, named, fondNow, all, phrases, labels, surer);
    }
}
