package dev.palate.agent.llm;

/// The model of each role; both may be the same. Closed by who made them.
///
/// @param memory consolidates and spreads memories
/// @param ranking understands, scores and finds words within the turn
public record ModelRoles(LanguageModel memory, LanguageModel ranking) {
    /// The model of a role.
    public LanguageModel of(ModelRole role) {
        return switch (role) {
            case MEMORY -> memory;
            case RANKING -> ranking;
        };
    }
}
