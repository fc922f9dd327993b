package dev.palate.agent.llm;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/// A [LanguageModel] with the face of LangChain4j's `StreamingChatModel`. The caller's thread does the work; the
/// handle
/// cancels from any thread within [LanguageModel#CANCEL_POLL]. After a cancellation neither completion nor error is
/// told, as that interface wants it.
public final class LanguageModelStreamingChat implements StreamingChatModel {
    private final ChatRequests requests;

    /// @param model asked
    /// @param timeout of each call
    /// @param maxTokens where a request names no number
    /// @param clock tells deadlines
    public LanguageModelStreamingChat(LanguageModel model, Duration timeout, int maxTokens, InstantSource clock) {
        this.requests = new ChatRequests(model, timeout, maxTokens, clock);
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        var handle = new Handle();
        var context = new PartialResponseContext(handle);
        var sink = new TokenSink() {
            @Override
            public boolean accept(String piece) {
                if (!handle.isCancelled()) {
                    handler.onPartialResponse(new PartialResponse(piece), context);
                }
                return !handle.isCancelled();
            }

            @Override
            public boolean cancelled() {
                return handle.isCancelled();
            }
        };
        try {
            var response = requests.answer(request, sink);
            if (!handle.isCancelled()) {
                handler.onCompleteResponse(response);
            }
        } catch (RuntimeException e) {
            if (!handle.isCancelled()) {
                handler.onError(e);
            }
        }
    }

    private static final class Handle implements StreamingHandle {
        private final AtomicBoolean cancelled = new AtomicBoolean();

        @Override
        public void cancel() {
            cancelled.set(true);
        }

        @Override
        public boolean isCancelled() {
            return cancelled.get();
        }
    }
}
