package dev.palate.agent.llm;

/// A structured answer as the model gave it.
///
/// @param json not to be trusted: read it with [JsonShape#parse]
/// @param usage what it took
public record Filled(String json, Usage usage) {}
