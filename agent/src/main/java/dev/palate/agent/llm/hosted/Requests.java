package dev.palate.agent.llm.hosted;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonBooleanSchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.Usage;
import dev.palate.prompts.RenderedPrompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Translates between the port and LangChain4j's requests. Stateless.
final class Requests {
    // Tokens of most tokenizers have three to four characters; what is unknown is taken at the dearer end.
    private static final int CHARACTERS = 3;
    private static final int MESSAGE_TOKENS = 16;

    private Requests() {}

    static ChatRequest words(EndpointChat chat, RenderedPrompt prompt, int maxTokens) {
        return request(prompt, chat.parameters().of(maxTokens, Optional.empty()));
    }

    static ChatRequest filling(EndpointChat chat, RenderedPrompt prompt, JsonShape.Obj shape, int maxTokens) {
        ResponseFormat format = ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name(prompt.version().name().replace('-', '_'))
                        .rootElement(schema(shape))
                        .build())
                .build();
        return request(prompt, chat.parameters().of(maxTokens, Optional.of(format)));
    }

    private static ChatRequest request(RenderedPrompt prompt, ChatRequestParameters parameters) {
        List<ChatMessage> messages = new ArrayList<>();
        if (!prompt.system().isBlank()) {
            messages.add(SystemMessage.from(prompt.system()));
        }
        messages.add(UserMessage.from(prompt.user()));
        return ChatRequest.builder().messages(messages).parameters(parameters).build();
    }

    static JsonSchemaElement schema(JsonShape shape) {
        return switch (shape) {
            case JsonShape.Obj object -> {
                var builder = JsonObjectSchema.builder()
                        .required(List.copyOf(object.properties().keySet()))
                        .additionalProperties(false);
                object.properties().forEach((name, value) -> builder.addProperty(name, schema(value)));
                yield builder.build();
            }
            case JsonShape.Arr array ->
                JsonArraySchema.builder()
                        .description("at most " + array.maxElements() + " elements")
                        .items(schema(array.element()))
                        .build();
            case JsonShape.Enumeration one ->
                JsonEnumSchema.builder().enumValues(one.values()).build();
            case JsonShape.Text text ->
                JsonStringSchema.builder()
                        .description("one line of at most " + text.maxCharacters() + " characters")
                        .build();
            case JsonShape.Whole whole ->
                JsonIntegerSchema.builder()
                        .description("from " + whole.min() + " to " + whole.max())
                        .build();
            case JsonShape.Real real ->
                JsonNumberSchema.builder()
                        .description("from " + real.min() + " to " + real.max())
                        .build();
            case JsonShape.Truth _ -> JsonBooleanSchema.builder().build();
        };
    }

    /// What a call takes at most, for want of the endpoint's own count.
    static Usage most(RenderedPrompt prompt, JsonShape shape, int maxTokens) {
        return new Usage(promptTokens(prompt) + schema(shape).toString().length() / CHARACTERS, 0, maxTokens);
    }

    static Usage most(RenderedPrompt prompt, int maxTokens) {
        return new Usage(promptTokens(prompt), 0, maxTokens);
    }

    private static long promptTokens(RenderedPrompt prompt) {
        return MESSAGE_TOKENS + (prompt.system().length() + prompt.user().length() + CHARACTERS - 1L) / CHARACTERS;
    }

    /// What a call took that was not counted by the endpoint.
    static Usage estimated(RenderedPrompt prompt, int writtenCharacters) {
        return new Usage(promptTokens(prompt), 0, (writtenCharacters + CHARACTERS - 1L) / CHARACTERS);
    }

    /// What the endpoint says that it took, else an estimate.
    static Usage usage(ChatResponse response, RenderedPrompt prompt, int writtenCharacters) {
        TokenUsage told = response.tokenUsage();
        if (told == null || told.inputTokenCount() == null || told.outputTokenCount() == null) {
            return estimated(prompt, writtenCharacters);
        }
        long read = Math.max(0, told.inputTokenCount());
        long cached = 0;
        if (told instanceof OpenAiTokenUsage openAi
                && openAi.inputTokensDetails() != null
                && openAi.inputTokensDetails().cachedTokens() != null) {
            cached = Math.clamp(openAi.inputTokensDetails().cachedTokens(), 0, read);
        }
        return new Usage(read, cached, Math.max(0, told.outputTokenCount()));
    }
}
