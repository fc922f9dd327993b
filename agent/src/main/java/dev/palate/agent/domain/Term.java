package dev.palate.agent.domain;

/// What a phrase of the lexicon stands for.
sealed interface Term {
    /// A category, as the pack spells it.
    record Category(String category, String label) implements Term {}

    /// A theme.
    record Themed(DomainPack.Theme theme) implements Term {}

    /// A property the catalog has no field for.
    record Asked(DomainPack.Facet facet) implements Term {}
}
