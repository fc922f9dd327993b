package dev.palate.agent.llm.hosted;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.palate.agent.llm.Usage;
import dev.palate.prompts.RenderedPrompt;

/// What the tries of one call took, as far as that can be known. Used by one thread.
final class Cost {
    private final RenderedPrompt prompt;
    private final int unseen;
    private Usage usage = Usage.NONE;

    /// @param unseen tokens that may have been written without one having come: the most of a call whose answer
    ///     comes whole, 0 of one that is streamed
    Cost(RenderedPrompt prompt, int unseen) {
        this.prompt = prompt;
        this.unseen = unseen;
    }

    /// An answer came whole, with the endpoint's own count or without.
    void answered(ChatResponse response, int characters) {
        usage = usage.plus(Requests.usage(response, prompt, characters));
    }

    /// A try came to no end, after so many characters: the prompt was probably read, and an answer that was to come
    /// whole may have been written to its end.
    void brokenOff(int characters) {
        usage = usage.plus(Requests.estimated(prompt, characters)).plus(new Usage(0, 0, characters == 0 ? unseen : 0));
    }

    Usage usage() {
        return usage;
    }
}
