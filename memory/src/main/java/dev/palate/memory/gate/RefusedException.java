package dev.palate.memory.gate;

import java.util.Set;

/// A change of a memory that the rules for writing refuse.
public final class RefusedException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /// The reason when a memory in the way may be changed by operators only.
    public static final String LOCKED = "locked";
    /// The reason when a memory in the way is believed more.
    public static final String LOWER_TRUST = "lower_trust";
    /// The reason when as many are active as may be.
    public static final String SUBJECT_FULL = "subject_full";

    private static final Set<String> OF_STATE = Set.of(LOCKED, LOWER_TRUST, SUBJECT_FULL);

    private final String reason;

    /// With a reason code and a message of the form: what, seen, allowed, next step.
    RefusedException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    /// For words that a gate refuses.
    static RefusedException words(String reason) {
        String message = switch (reason) {
            case SensitiveGate.REASON ->
                "text says of the person what is remembered with consent only, such as health or faith (gate"
                        + " sensitive); give the consent first, or leave it out";
            case "translated" -> "text is in another language than the words it rests on (gate language); keep theirs";
            default ->
                "text speaks to the machine rather than of the person, or holds a link (gate injection); say it"
                        + " plainly";
        };
        return new RefusedException(reason, message);
    }

    /// A reason code, as in [Written].
    public String reason() {
        return reason;
    }

    /// True when the words were refused, false when other memories are in the way.
    public boolean ofWords() {
        return !OF_STATE.contains(reason);
    }
}
