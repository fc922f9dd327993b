package dev.palate.agent.domain;

/// One thing that a message says of something, as the user's own view.
///
/// @param lasting true when it holds beyond this wish
/// @param firm true for a noun such as `a comedy`, false for a colour such as `something funny`
/// @param quote the words it rests on, verbatim
/// @param either true when it is one of several that are joined by `or`
public record Claim(Mention mention, Stance stance, boolean lasting, boolean firm, boolean either, String quote) {}
