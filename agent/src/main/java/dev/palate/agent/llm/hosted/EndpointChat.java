package dev.palate.agent.llm.hosted;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import java.util.Optional;

/// An endpoint as LangChain4j's models see it.
///
/// @param whole answers in one piece
/// @param streaming answers in pieces; empty when the endpoint cannot, and then words come as one piece
/// @param callersThread true when a streamed answer has come to its end once `chat` returns; false when it goes on
///     on threads of the model's own
/// @param parameters of one request
public record EndpointChat(
        ChatModel whole, Optional<StreamingChatModel> streaming, boolean callersThread, Parameters parameters) {
    /// Makes the parameters of a request.
    @FunctionalInterface
    public interface Parameters {
        /// Bounded by tokens and, where one is given, by a format.
        ChatRequestParameters of(int maxTokens, Optional<ResponseFormat> format);

        /// What most models understand.
        static ChatRequestParameters usual(int maxTokens, Optional<ResponseFormat> format) {
            return DefaultChatRequestParameters.builder()
                    .maxOutputTokens(maxTokens)
                    .responseFormat(format.orElse(null))
                    .build();
        }
    }

    /// With the usual parameters, on threads of its own.
    public EndpointChat(ChatModel whole, Optional<StreamingChatModel> streaming) {
        this(whole, streaming, false, Parameters::usual);
    }
}
