package dev.palate.web.admin;

import dev.palate.memory.gate.Rejection;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.List;

/// What was said and not remembered, with the reason, as the memories page draws it.
final class RefusedCards {
    private static final int SHOWN = 20;

    private final Rejections rejections;
    private final Dates dates;

    RefusedCards(Rejections rejections, Dates dates) {
        this.rejections = rejections;
        this.dates = dates;
    }

    /// A refused proposal as drawn.
    public record RefusedCard(String quote, String why, String when, String at) {}

    /// The newest of a user.
    List<RefusedCard> of(UserId user) {
        return rejections.page(new Subject.OfUser(user), null, SHOWN).items().stream()
                .map(this::card)
                .toList();
    }

    private RefusedCard card(Rejection rejection) {
        return new RefusedCard(
                rejection.replayable() ? rejection.proposal().quote() : "",
                why(rejection.reason()),
                dates.minute(rejection.at()),
                rejection.at().toString());
    }

    private static String why(String reason) {
        return switch (reason) {
            case "quota" -> "More than it takes from one message. Say it again by itself.";
            case "subject_full" -> "There are as many memories as one person can have. Delete some first.";
            case "rate" -> "More in an hour than a person says. Try again later.";
            case "sensitive" -> "Something private. It is kept only with your consent; the words were not stored.";
            case "injection" -> "It spoke to the machine rather than of you.";
            case "link" -> "It holds a link.";
            case "translated" -> "Not in the language you said it in.";
            case "no_span" -> "You did not say it in these words.";
            case "role" -> "An assistant said it, not you.";
            case "locked" -> "It contradicts a memory that is locked.";
            case "lower_trust" -> "It contradicts a memory that an operator wrote.";
            default -> "Refused: " + reason + ".";
        };
    }
}
