package dev.palate.agent.llm;

/// Name of a model as people configure it, like `qwen2.5-coder-1.5b-instruct-q4_k_m`.
///
/// @param value 1 to 128 visible ASCII characters
public record ModelId(String value) {
    /// @throws IllegalArgumentException for an empty, long or non-ASCII name
    public ModelId {
        if (value.isEmpty() || value.length() > 128 || value.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "model id must be 1 to 128 visible ASCII characters, was '" + value + "'");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
