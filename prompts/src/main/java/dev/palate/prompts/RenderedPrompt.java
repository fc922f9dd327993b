package dev.palate.prompts;

/// A prompt ready to be sent: a system part that is the same for every call of its version (so that a model may
/// keep
/// its evaluated prefix) and a user part that holds everything that changes.
///
/// @param system text of the system role; never holds text from people, items or memories
/// @param user text of the user role; free text in it came through [Quoted]
/// @param version which template it came from
public record RenderedPrompt(String system, String user, PromptVersion version) {}
