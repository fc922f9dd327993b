package dev.palate.agent.llm.hosted;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.Optional;

/// Endpoints that speak OpenAI's chat completions.
final class OpenAiProvider implements ModelProvider {
    @Override
    public String name() {
        return "openai";
    }

    @Override
    public EndpointChat open(HostedSettings settings) {
        var transport = EndpointHttp.of(settings);
        String url = settings.url().toString();
        var parameters = OpenAiChatRequestParameters.builder()
                .modelName(settings.model().value())
                .temperature(settings.sampling().temperature().orElse(null))
                .build();
        var whole = new OpenAiChatModel.OpenAiChatModelBuilder()
                .httpClientBuilder(transport)
                .baseUrl(url)
                .apiKey(settings.key().reveal())
                .defaultRequestParameters(parameters)
                .strictJsonSchema(true)
                .maxRetries(0)
                .build();
        var streaming = new OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder()
                .httpClientBuilder(transport)
                .baseUrl(url)
                .apiKey(settings.key().reveal())
                .defaultRequestParameters(parameters)
                .build();
        return new EndpointChat(
                whole,
                Optional.of(streaming),
                true,
                settings.sampling().newerLimit() ? OpenAiProvider::newer : EndpointChat.Parameters::usual);
    }

    private static ChatRequestParameters newer(int maxTokens, Optional<ResponseFormat> format) {
        return OpenAiChatRequestParameters.builder()
                .maxCompletionTokens(maxTokens)
                .responseFormat(format.orElse(null))
                .build();
    }
}
