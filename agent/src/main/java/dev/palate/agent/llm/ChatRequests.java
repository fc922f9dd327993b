package dev.palate.agent.llm;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonBooleanSchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.palate.prompts.PromptVersion;
import dev.palate.prompts.RenderedPrompt;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Translates between LangChain4j's requests and the [LanguageModel] port. What the port cannot do (tools, images,
/// sampling parameters that need more than greedy writing) is refused, never ignored.
///
/// @param model asked
/// @param timeout of each call
/// @param maxTokens where a request names no number
/// @param clock tells deadlines
record ChatRequests(LanguageModel model, Duration timeout, int maxTokens, InstantSource clock) {
    private static final PromptVersion VERSION = new PromptVersion("chat-request", 1);
    private static final int ARRAY_ELEMENTS = 16;
    private static final int TEXT_CHARACTERS = 200;
    private static final int WHOLE_LIMIT = 999_999;

    ChatResponse answer(ChatRequest request, TokenSink sink) {
        if (request.toolSpecifications() != null
                && !request.toolSpecifications().isEmpty()) {
            throw new UnsupportedFeatureException("tools are not offered to this model: choose and fill instead");
        }
        int tokens = request.maxOutputTokens() == null ? maxTokens : request.maxOutputTokens();
        Deadline deadline = Deadline.after(timeout, clock);
        RenderedPrompt prompt = prompt(request.messages());
        Optional<JsonShape> shape = shape(request);
        if (shape.isPresent()) {
            Filled filled = model.fill(prompt, shape.get(), new FillLimits(tokens), deadline);
            shape.get().parse(filled.json());
            sink.accept(filled.json());
            return response(filled.json(), filled.usage(), FinishReason.STOP);
        }
        Reply reply = model.say(prompt, new SayLimits(tokens), deadline, sink);
        FinishReason reason = switch (reply.finish()) {
            case STOP -> FinishReason.STOP;
            case LENGTH -> FinishReason.LENGTH;
            case DEADLINE, CANCELLED -> FinishReason.OTHER;
        };
        return response(reply.text(), reply.usage(), reason);
    }

    static ChatResponse response(String text, Usage usage, FinishReason reason) {
        return ChatResponse.builder()
                .aiMessage(AiMessage.from(text))
                .tokenUsage(new TokenUsage((int) usage.promptTokens(), (int) usage.completionTokens()))
                .finishReason(reason)
                .build();
    }

    private static RenderedPrompt prompt(List<ChatMessage> messages) {
        String system = messages.stream()
                .filter(SystemMessage.class::isInstance)
                .map(message -> ((SystemMessage) message).text())
                .collect(Collectors.joining("\n"));
        List<ChatMessage> talk = messages.stream()
                .filter(message -> !(message instanceof SystemMessage))
                .toList();
        String user = talk.size() == 1
                ? text(talk.getFirst())
                : talk.stream().map(ChatRequests::line).collect(Collectors.joining("\n"));
        return new RenderedPrompt(system, user, VERSION);
    }

    private static String line(ChatMessage message) {
        return (message instanceof AiMessage ? "You: " : "Person: ") + text(message);
    }

    private static String text(ChatMessage message) {
        return switch (message) {
            case UserMessage user when user.hasSingleText() -> user.singleText();
            case AiMessage answer when !answer.hasToolExecutionRequests() -> answer.text();
            default ->
                throw new UnsupportedFeatureException("only text messages are supported, one was "
                        + message.type().name());
        };
    }

    private static Optional<JsonShape> shape(ChatRequest request) {
        var format = request.responseFormat();
        return format == null || format.jsonSchema() == null
                ? Optional.empty()
                : Optional.of(shape(format.jsonSchema().rootElement()));
    }

    static JsonShape shape(JsonSchemaElement element) {
        return switch (element) {
            case JsonObjectSchema object -> {
                var properties = new LinkedHashMap<String, JsonShape>();
                object.properties().forEach((name, value) -> properties.put(name, shape(value)));
                yield new JsonShape.Obj(properties);
            }
            case JsonArraySchema array -> new JsonShape.Arr(shape(array.items()), ARRAY_ELEMENTS);
            case JsonEnumSchema one -> new JsonShape.Enumeration(one.enumValues());
            case JsonStringSchema _ -> new JsonShape.Text(TEXT_CHARACTERS);
            case JsonIntegerSchema _ -> new JsonShape.Whole(-WHOLE_LIMIT, WHOLE_LIMIT);
            case JsonNumberSchema _ -> new JsonShape.Real(-WHOLE_LIMIT, WHOLE_LIMIT);
            case JsonBooleanSchema _ -> new JsonShape.Truth();
            default ->
                throw new UnsupportedFeatureException("JSON schema element "
                        + element.getClass().getSimpleName()
                        + " is not supported; objects, arrays, enums, strings, numbers and booleans are");
        };
    }
}
