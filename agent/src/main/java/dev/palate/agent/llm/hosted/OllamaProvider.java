package dev.palate.agent.llm.hosted;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import java.util.Map;
import java.util.Optional;

/// Endpoints that speak Ollama's own protocol.
final class OllamaProvider implements ModelProvider {
    @Override
    public String name() {
        return "ollama";
    }

    @Override
    public EndpointChat open(HostedSettings settings) {
        var transport = EndpointHttp.of(settings);
        String url = settings.url().toString();
        String key = settings.key().reveal();
        Map<String, String> headers = key == null ? Map.of() : Map.of("Authorization", "Bearer " + key);
        Double temperature = settings.sampling().temperature().orElse(null);
        var whole = new OllamaChatModel.OllamaChatModelBuilder()
                .httpClientBuilder(transport)
                .baseUrl(url)
                .customHeaders(headers)
                .modelName(settings.model().value())
                .temperature(temperature)
                .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                .maxRetries(0)
                .build();
        var streaming = new OllamaStreamingChatModel.OllamaStreamingChatModelBuilder()
                .httpClientBuilder(transport)
                .baseUrl(url)
                .customHeaders(headers)
                .modelName(settings.model().value())
                .temperature(temperature)
                .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                .build();
        return new EndpointChat(whole, Optional.of(streaming), true, EndpointChat.Parameters::usual);
    }
}
