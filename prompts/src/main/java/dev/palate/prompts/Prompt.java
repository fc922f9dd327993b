package dev.palate.prompts;

import java.util.Map;

/// A prompt with its values: one record per prompt, and that record is the only way to fill its template.
public sealed interface Prompt
        permits SpeakPrompt,
                SelfTestPrompt,
                ModelTestPrompt,
                RankPrompt,
                RankOnePrompt,
                SynthesisPrompt,
                RulePrompt,
                SlotPrompt {
    /// The template this record fills.
    PromptVersion version();

    /// The value of every slot of the template by slot name; exactly the slots that the template uses. Built from
    /// [Quoted] text and closed vocabularies only.
    Map<String, String> slots();
}
