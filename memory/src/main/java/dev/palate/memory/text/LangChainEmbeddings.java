package dev.palate.memory.text;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.util.List;

/// A text encoder seen as LangChain4j's embedding model: raw unit vectors, one text at a time. Thread-safe as the
/// encoder is; does not own it.
public final class LangChainEmbeddings implements EmbeddingModel {
    private final TextEncoder encoder;

    /// Over the encoder.
    public LangChainEmbeddings(TextEncoder encoder) {
        this.encoder = encoder;
    }

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        return Response.from(segments.stream()
                .map(segment -> Embedding.from(encoder.encode(segment.text())))
                .toList());
    }

    @Override
    public int dimension() {
        return encoder.dimension();
    }

    @Override
    public String modelName() {
        return encoder.version();
    }
}
