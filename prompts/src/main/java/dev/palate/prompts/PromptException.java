package dev.palate.prompts;

/// A template that cannot be loaded or does not fit its record: a fault of the build, found when the library loads.
public final class PromptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param message what is wrong, with the template's version and the allowed slots
    public PromptException(String message) {
        super(message);
    }
}
