package dev.palate.memory.text;

/// Text in, unit vector out. Implementations are thread-safe.
public interface TextEncoder extends AutoCloseable {
    /// Names the model and its settings, such as `minilm-l6-v2-q/256`; vectors of two versions are never compared.
    String version();

    /// The length of every vector.
    int dimension();

    /// The raw (not centred) unit vector of the text; the text is cut at the encoder's token limit. An empty text gives
    /// the zero vector.
    float[] encode(String text);

    @Override
    void close();
}
