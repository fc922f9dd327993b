package dev.palate.agent.domain;

/// A wish that the catalog knows nothing of.
///
/// @param about what kind of thing it is, such as `pace`, `people`, `that`
/// @param words the user's own
public record Unknown(String about, String words) {}
