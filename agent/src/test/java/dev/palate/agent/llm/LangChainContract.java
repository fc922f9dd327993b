package dev.palate.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.palate.agent.AgentException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What LangChain4j's two faces keep over every ready model.
public abstract class LangChainContract {
    private static final Duration LONG = Duration.ofSeconds(120);

    protected abstract LanguageModel model();

    private LanguageModelChat chat() {
        return new LanguageModelChat(model(), LONG, 16, InstantSource.system());
    }

    private LanguageModelStreamingChat streaming(Duration timeout) {
        return new LanguageModelStreamingChat(model(), timeout, 16, InstantSource.system());
    }

    private static final class Recorder implements StreamingChatResponseHandler {
        private final List<String> pieces = new ArrayList<>();
        private final AtomicReference<@Nullable ChatResponse> complete = new AtomicReference<>();
        private final AtomicReference<@Nullable Throwable> error = new AtomicReference<>();
        private int cancelAfter = Integer.MAX_VALUE;

        @Override
        public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
            pieces.add(partial.text());
            if (pieces.size() >= cancelAfter) {
                context.streamingHandle().cancel();
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            complete.set(response);
        }

        @Override
        public void onError(Throwable failure) {
            error.set(failure);
        }
    }

    @Test
    void answersWithTextAndUsage() {
        ChatResponse response = chat().chat(
                        SystemMessage.from("You are brief."),
                        UserMessage.from("Hello"),
                        AiMessage.from("Good day"),
                        UserMessage.from("How are you?"));
        assertThat(response.aiMessage().text()).isNotBlank();
        assertThat(response.tokenUsage().inputTokenCount()).isPositive();
        assertThat(response.tokenUsage().outputTokenCount()).isBetween(1, 16);
    }

    @Test
    void aSchemaIsKept() {
        var schema = JsonObjectSchema.builder()
                .addProperty(
                        "mood",
                        JsonEnumSchema.builder().enumValues("calm", "tense").build())
                .addProperty(
                        "years",
                        JsonArraySchema.builder().items(new JsonIntegerSchema()).build())
                .addProperty("weight", new JsonNumberSchema())
                .required("mood", "years", "weight")
                .build();
        ChatResponse response = chat().chat(ChatRequest.builder()
                .messages(UserMessage.from("A calm film of 1979"))
                .maxOutputTokens(200)
                .responseFormat(ResponseFormat.builder()
                        .type(ResponseFormatType.JSON)
                        .jsonSchema(JsonSchema.builder()
                                .name("wish")
                                .rootElement(schema)
                                .build())
                        .build())
                .build());
        var node = ChatRequests.shape(schema).parse(response.aiMessage().text());
        assertThat(node.get("mood").stringValue()).isIn("calm", "tense");
    }

    @Test
    void streamsWhatItCompletesWith() {
        var recorder = new Recorder();
        streaming(LONG).chat("Tell me about the sea.", recorder);
        assertThat(recorder.error.get()).isNull();
        var complete = recorder.complete.get();
        assertThat(complete).isNotNull();
        if (complete != null) {
            assertThat(complete.aiMessage().text()).isEqualTo(String.join("", recorder.pieces));
        }
    }

    @Test
    void aCancelledStreamIsSilent() {
        var recorder = new Recorder();
        recorder.cancelAfter = 2;
        streaming(LONG).chat("Tell me about the sea.", recorder);
        assertThat(recorder.pieces).hasSize(2);
        assertThat(recorder.complete.get()).isNull();
        assertThat(recorder.error.get()).isNull();
    }

    @Test
    void failuresAreTold() {
        var recorder = new Recorder();
        streaming(Duration.ZERO).chat("Hello", recorder);
        assertThat(recorder.error.get()).isInstanceOf(AgentException.class);
        assertThatThrownBy(() ->
                        new LanguageModelChat(new NoModel("none here"), LONG, 4, InstantSource.system()).chat("Hello"))
                .isInstanceOf(AgentException.class)
                .hasMessage("no language model: none here");
    }

    @Test
    void toolsAreRefused() {
        var request = ChatRequest.builder()
                .messages(UserMessage.from("x"))
                .toolSpecifications(ToolSpecification.builder().name("t").build())
                .build();
        assertThatThrownBy(() -> chat().chat(request))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessage("tools are not offered to this model: choose and fill instead");
    }
}
