package dev.palate.agent.llm.hosted;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.Optional;

/// A provider as somebody else would write it, whose model neither streams nor counts.
public final class ParrotProvider implements ModelProvider {
    @Override
    public String name() {
        return "parrot";
    }

    @Override
    public EndpointChat open(HostedSettings settings) {
        ChatModel parrot = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                return ChatResponse.builder()
                        .aiMessage(
                                AiMessage.from(((UserMessage) request.messages().getLast()).singleText()))
                        .build();
            }
        };
        return new EndpointChat(parrot, Optional.empty());
    }
}
