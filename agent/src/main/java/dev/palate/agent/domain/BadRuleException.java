package dev.palate.agent.domain;

/// A rule that cannot be, with the place in it.
public final class BadRuleException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String pointer;

    /// @param pointer to the place within the rule, such as `/terms/2/multiply`; empty for the rule itself
    /// @param what is wrong there and what is allowed
    public BadRuleException(String pointer, String what) {
        super("the rule at " + (pointer.isEmpty() ? "/" : pointer) + " " + what);
        this.pointer = pointer;
    }

    /// The place, as a JSON pointer within the rule.
    public String pointer() {
        return pointer;
    }
}
