package dev.palate.agent.llm;

/// What a model's prompt cache held when it was told to forget.
///
/// @param tokens of prompts and answers
/// @param prefixes kept copies of how prompts begin
/// @param left tokens and copies found when it was asked again
/// @param restarted true when the model's process was ended instead, which leaves nothing
public record ForgottenPrompts(int tokens, int prefixes, int left, boolean restarted) {
    /// Of a model that keeps nothing.
    public static final ForgottenPrompts NONE = new ForgottenPrompts(0, 0, 0, false);
}
