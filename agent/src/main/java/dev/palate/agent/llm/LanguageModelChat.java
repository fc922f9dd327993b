package dev.palate.agent.llm;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/// A [LanguageModel] with the face of LangChain4j's `ChatModel`: words, or JSON by a schema. Thread-safe as its
/// model is;
/// fails with the model's [dev.palate.agent.AgentException].
public final class LanguageModelChat implements ChatModel {
    private final ChatRequests requests;

    /// @param model asked
    /// @param timeout of each call
    /// @param maxTokens where a request names no number
    /// @param clock tells deadlines
    public LanguageModelChat(LanguageModel model, Duration timeout, int maxTokens, InstantSource clock) {
        this.requests = new ChatRequests(model, timeout, maxTokens, clock);
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        return requests.answer(request, _ -> true);
    }
}
