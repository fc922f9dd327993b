package dev.palate.agent.llm.hosted;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.palate.agent.llm.Usage;
import dev.palate.prompts.RenderedPrompt;

/// What the tries of one call took, as far as that can be known. Used by one thread.
final class Cost {
    private final RenderedPrompt prompt;
    private Usage usage = Usage.NONE;

    Cost(RenderedPrompt prompt) {
        this.prompt = prompt;
    }

    /// An answer came whole, with the endpoint's own count or without.
    void answered(ChatResponse response, int characters) {
        usage = usage.plus(Requests.usage(response, prompt, characters));
    }

    /// A try came to no end, after so many characters: the prompt was probably read.
    void brokenOff(int characters) {
        usage = usage.plus(Requests.estimated(prompt, characters));
    }

    Usage usage() {
        return usage;
    }
}
