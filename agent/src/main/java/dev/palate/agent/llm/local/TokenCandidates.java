package dev.palate.agent.llm.local;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Picks the likeliest token that a grammar allows. Asking the grammar about the whole vocabulary costs far more
/// than
/// evaluating a token, so it is asked about the likeliest token first, then about the next few, then about all.
/// Bound to one grammar sampler, not thread-safe.
final class TokenCandidates implements AutoCloseable {
    private static final int FEW = 48;
    private static final long CANDIDATE_BYTES = 12;
    private static final long ARRAY_BYTES = 32;

    private final LlamaLibrary library;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment sampler;
    private final MemorySegment array = arena.allocate(ARRAY_BYTES, 8);
    private final MemorySegment candidates;

    /// @throws IllegalArgumentException for a grammar that llama.cpp cannot read
    TokenCandidates(LlamaLibrary library, MemorySegment vocabulary, int vocabularySize, String grammar) {
        this.library = library;
        this.candidates = arena.allocate(CANDIDATE_BYTES * vocabularySize, 8);
        this.sampler = library.newGrammar(vocabulary, arena.allocateFrom(grammar), arena.allocateFrom("root"));
        if (sampler.address() == 0) {
            arena.close();
            throw new IllegalArgumentException(
                    "llama.cpp cannot read the grammar of " + grammar.length() + " characters");
        }
    }

    /// The likeliest allowed token, or -1 when none is.
    int pick(float[] logits) {
        int best = likeliest(logits, FEW)[0];
        int token = allowed(logits, new int[] {best});
        if (token < 0) {
            token = allowed(logits, likeliest(logits, FEW));
        }
        return token >= 0 ? token : allowed(logits, all(logits.length));
    }

    void accept(int token) {
        library.accept(sampler, token);
    }

    @Override
    public void close() {
        library.free(sampler);
        arena.close();
    }

    private int allowed(float[] logits, int[] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            candidates.set(JAVA_INT, i * CANDIDATE_BYTES, tokens[i]);
            candidates.set(JAVA_FLOAT, i * CANDIDATE_BYTES + 4, logits[tokens[i]]);
            candidates.set(JAVA_FLOAT, i * CANDIDATE_BYTES + 8, 0f);
        }
        array.set(ADDRESS, 0, candidates);
        array.set(JAVA_LONG, 8, tokens.length);
        array.set(JAVA_LONG, 16, -1);
        array.set(JAVA_BYTE, 24, (byte) 0);
        library.apply(sampler, array);
        int best = -1;
        float bestLogit = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < tokens.length; i++) {
            float logit = candidates.get(JAVA_FLOAT, i * CANDIDATE_BYTES + 4);
            if (logit > bestLogit) {
                bestLogit = logit;
                best = candidates.get(JAVA_INT, i * CANDIDATE_BYTES);
            }
        }
        return best;
    }

    /// The `count` tokens with the highest scores, best first. O(vocabulary + hits × count).
    static int[] likeliest(float[] logits, int count) {
        int[] top = new int[Math.min(count, logits.length)];
        int size = 0;
        for (int token = 0; token < logits.length; token++) {
            float logit = logits[token];
            if (size == top.length && logit <= logits[top[size - 1]]) {
                continue;
            }
            int at = size < top.length ? size++ : size - 1;
            while (at > 0 && logits[top[at - 1]] < logit) {
                top[at] = top[at - 1];
                at--;
            }
            top[at] = token;
        }
        return top;
    }

    private static int[] all(int size) {
        int[] tokens = new int[size];
        for (int i = 0; i < size; i++) {
            tokens[i] = i;
        }
        return tokens;
    }
}
