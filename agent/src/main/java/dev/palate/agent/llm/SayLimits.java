package dev.palate.agent.llm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bounds of an answer in words.
///
/// @param maxTokens 1 to [#MOST_TOKENS]
/// @param handles the only marks `[[handle]]` that may come, at most [#MOST_HANDLES]; without any, brackets are not
///     constrained. Adapters constrain the model where they can, and then keep the words to one line; the caller
/// checks
///     all the same.
/// @param firstBy until when first words are of use; a model that cannot give them by then may refuse with
///     `MODEL_DEADLINE` before it begins. Null: at any time.
public record SayLimits(
        int maxTokens, List<String> handles, @Nullable Deadline firstBy) {
    /// Most tokens that may be asked for.
    public static final int MOST_TOKENS = 2_048;
    /// Most handles.
    public static final int MOST_HANDLES = 64;

    /// @throws IllegalArgumentException outside the range, or for a handle that is not letters and digits
    public SayLimits {
        handles = List.copyOf(handles);
        if (maxTokens < 1 || maxTokens > MOST_TOKENS) {
            throw new IllegalArgumentException("maxTokens must be in [1, " + MOST_TOKENS + "], was " + maxTokens);
        }
        if (handles.size() > MOST_HANDLES) {
            throw new IllegalArgumentException("handles must be at most " + MOST_HANDLES + ", were " + handles.size());
        }
        for (String handle : handles) {
            if (!handle.matches("[A-Za-z0-9]{1,8}")) {
                throw new IllegalArgumentException("a handle must be 1 to 8 letters and digits, was '" + handle + "'");
            }
        }
    }

    /// Words that are of use at any time.
    public SayLimits(int maxTokens, List<String> handles) {
        this(maxTokens, handles, null);
    }

    /// Words of any kind.
    public SayLimits(int maxTokens) {
        this(maxTokens, List.of());
    }
}
