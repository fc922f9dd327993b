package dev.palate.agent.llm.local;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/// A loaded model with one sequence: reads prompts, weighs continuations, writes greedily. What was read stays in
/// the
/// attention cache and is reused as far as the next prompt starts alike; system texts are kept as snapshots
/// besides.
/// Not thread-safe: one thread makes all calls.
final class LlamaSession implements AutoCloseable {
    /// How a session is made.
    ///
    /// @param contextTokens most tokens of prompt and answer, 256 to 32,768
    /// @param threads 1 to 64
    record Settings(int contextTokens, int threads) {
        /// @throws IllegalArgumentException outside the ranges
        Settings {
            if (contextTokens < 256 || contextTokens > 32_768) {
                throw new IllegalArgumentException("contextTokens must be in [256, 32768], was " + contextTokens);
            }
            if (threads < 1 || threads > 64) {
                throw new IllegalArgumentException("threads must be in [1, 64], was " + threads);
            }
        }
    }

    /// A tokenised prompt.
    ///
    /// @param tokens all of it, not copied
    /// @param stable how many of them come before the user text
    record Prompt(int[] tokens, int stable) {}

    /// Why writing ended.
    enum End {
        STOP,
        LENGTH,
        ASKED
    }

    /// The call was asked to end while it was evaluating.
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("asked to stop", null, false, false);
        }
    }

    /// The prompt leaves no room in the context.
    static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLong(String message) {
            super(message, null, false, false);
        }
    }

    // Small enough to be asked often whether to go on, large enough for the matrix kernels.
    private static final int BATCH_TOKENS = 128;
    private static final int PIECE_BYTES = 512;

    private final LlamaLibrary library;
    private final MemorySegment model;
    private final MemorySegment context;
    private final MemorySegment vocabulary;
    private final MemorySegment memory;
    private final int vocabularySize;
    private final int contextTokens;
    private final ChatFormat format;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment batch = arena.allocate(LlamaLibrary.BATCH);
    private final MemorySegment batchTokens = arena.allocate(JAVA_INT, BATCH_TOKENS);
    private final MemorySegment pieceBytes = arena.allocate(PIECE_BYTES);
    private final PrefixSnapshots snapshots = new PrefixSnapshots();
    private final float[] logits;
    private final int[] cached;
    private int cachedCount;
    private int reused;
    private volatile BooleanSupplier stop = () -> false;

    LlamaSession(LlamaLibrary library, Path weights, Settings settings) {
        this.library = library;
        this.contextTokens = settings.contextTokens();
        model = library.loadModel(weights);
        context = library.newContext(model, contextTokens, BATCH_TOKENS, settings.threads());
        library.abortWhen(context, () -> stop.getAsBoolean());
        vocabulary = library.vocabulary(model);
        memory = library.memory(context);
        vocabularySize = library.vocabularySize(vocabulary);
        logits = new float[vocabularySize];
        cached = new int[contextTokens];
        format = ChatFormat.cut(library.chat(model, ChatFormat.SYSTEM_MARK, ChatFormat.USER_MARK));
    }

    /// When this says yes, the call under way ends with [Stopped], or with [End#ASKED] once it writes.
    void stopWhen(BooleanSupplier condition) {
        stop = condition;
    }

    /// Tokenises a prompt in the model's chat format.
    Prompt prompt(String system, String user) {
        int[] head = tokens(format.head(), true);
        int[] systemText = tokens(system, false);
        int[] middle = tokens(format.middle(), true);
        int[] userText = tokens(user, false);
        int[] tail = tokens(format.tail(), true);
        int stable = head.length + systemText.length + middle.length;
        int[] all = new int[stable + userText.length + tail.length];
        int at = 0;
        for (int[] part : List.of(head, systemText, middle, userText, tail)) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return new Prompt(all, stable);
    }

    /// Reads a prompt as far as it is not cached.
    ///
    /// @return how many of its tokens were
    /// @throws TooLong when fewer than 8 tokens would be left for an answer
    /// @throws Stopped when asked to
    int read(Prompt prompt) {
        int[] tokens = prompt.tokens();
        if (tokens.length > contextTokens - 8) {
            throw new TooLong("the prompt has " + tokens.length + " tokens; the context takes " + (contextTokens - 8)
                    + ": send less text");
        }
        int stable = Math.min(prompt.stable(), tokens.length - 1);
        int common = commonPrefix(tokens, cached, Math.min(cachedCount, tokens.length - 1));
        if (common < stable && snapshots.restore(library, context, tokens, stable)) {
            System.arraycopy(tokens, 0, cached, 0, stable);
            cachedCount = stable;
            common = stable;
        }
        truncate(common);
        reused = common;
        if (common < stable) {
            evaluate(tokens, common, stable);
            snapshots.keep(library, context, tokens, stable);
            common = stable;
        }
        evaluate(tokens, common, tokens.length);
        return reused;
    }

    /// The natural logarithm of the probability of each option after the prompt, which must have been [#read].
    double[] weigh(List<String> options) {
        int promptLength = cachedCount;
        float[] first = logits().clone();
        double firstNorm = logSumExp(first);
        double[] result = new double[options.size()];
        for (int o = 0; o < result.length; o++) {
            int[] tokens = tokens(options.get(o), false);
            if (promptLength + tokens.length > contextTokens) {
                throw new TooLong("an option has " + tokens.length + " tokens; the context has room for "
                        + (contextTokens - promptLength) + ": send less text");
            }
            result[o] = first[tokens[0]] - firstNorm;
            for (int i = 1; i < tokens.length; i++) {
                evaluate(new int[] {tokens[i - 1]});
                float[] next = logits();
                result[o] += next[tokens[i]] - logSumExp(next);
            }
            truncate(promptLength);
        }
        return result;
    }

    /// Clears what was read and written: the attention cache with its numbers, the copies of prefixes, and the
    /// buffers
    /// of this session.
    void forget() {
        snapshots.clear();
        library.clear(memory);
        Arrays.fill(cached, 0);
        Arrays.fill(logits, 0);
        batchTokens.fill((byte) 0);
        pieceBytes.fill((byte) 0);
        cachedCount = 0;
        reused = 0;
    }

    /// How many tokens the attention cache holds, as llama.cpp says.
    int cachedTokens() {
        return library.lastPosition(memory) + 1;
    }

    /// How many copies of prefixes are kept.
    int keptPrefixes() {
        return snapshots.count();
    }

    /// Writes after the prompt, which must have been [#read].
    ///
    /// @param grammar GBNF, or empty
    /// @param maxTokens 1 or more
    /// @param sink gets whole characters as they come, and how many tokens there are by then
    /// @throws IllegalArgumentException for a grammar that cannot be read
    End write(String grammar, int maxTokens, Writing sink) {
        TokenCandidates candidates =
                grammar.isEmpty() ? null : new TokenCandidates(library, vocabulary, vocabularySize, grammar);
        var pieces = new Utf8Pieces();
        int written = 0;
        try {
            while (true) {
                float[] scores = logits();
                int token = candidates == null ? TokenCandidates.likeliest(scores, 1)[0] : candidates.pick(scores);
                if (token < 0 || library.endsGeneration(vocabulary, token)) {
                    sink.piece(pieces.end(), written);
                    return End.STOP;
                }
                if (candidates != null) {
                    candidates.accept(token);
                }
                sink.piece(pieces.add(bytes(token)), ++written);
                if (stop.getAsBoolean()) {
                    return End.ASKED;
                }
                if (written == maxTokens || cachedCount == contextTokens) {
                    sink.piece(pieces.end(), written);
                    return End.LENGTH;
                }
                evaluate(new int[] {token});
            }
        } catch (Stopped e) {
            return End.ASKED;
        } finally {
            if (candidates != null) {
                candidates.close();
            }
        }
    }

    /// Receives what is written.
    @FunctionalInterface
    interface Writing {
        /// @param text whole characters, may be empty
        /// @param tokens written so far
        void piece(String text, int tokens);
    }

    @Override
    public void close() {
        snapshots.close();
        library.freeContext(context);
        library.freeModel(model);
        arena.close();
    }

    int[] tokens(String text, boolean special) {
        if (text.isEmpty()) {
            return new int[0];
        }
        try (Arena scratch = Arena.ofConfined()) {
            var in = scratch.allocateFrom(JAVA_BYTE, text.getBytes(StandardCharsets.UTF_8));
            var out = scratch.allocate(JAVA_INT, in.byteSize() + 8);
            int count = library.tokenize(vocabulary, in, out, special);
            if (count < 0) {
                throw new IllegalStateException("a text of " + in.byteSize() + " bytes has " + -count + " tokens");
            }
            return out.asSlice(0, count * JAVA_INT.byteSize()).toArray(JAVA_INT);
        }
    }

    private byte[] bytes(int token) {
        int length = library.tokenToPiece(vocabulary, token, pieceBytes);
        return length <= 0 ? new byte[0] : pieceBytes.asSlice(0, length).toArray(JAVA_BYTE);
    }

    private void evaluate(int[] tokens, int from, int to) {
        for (int at = from; at < to; at += BATCH_TOKENS) {
            evaluate(Arrays.copyOfRange(tokens, at, Math.min(to, at + BATCH_TOKENS)));
        }
    }

    private void evaluate(int[] tokens) {
        if (stop.getAsBoolean()) {
            throw new Stopped();
        }
        MemorySegment.copy(tokens, 0, batchTokens, JAVA_INT, 0, tokens.length);
        batch.fill((byte) 0);
        batch.set(JAVA_INT, LlamaLibrary.BATCH_COUNT, tokens.length);
        batch.set(ADDRESS, LlamaLibrary.BATCH_TOKENS, batchTokens);
        int status = library.decode(context, batch);
        if (status != 0) {
            // What the failed call left in the cache is unknown beyond the tokens of the calls before it.
            truncate(cachedCount);
            if (status == LlamaLibrary.ABORTED) {
                throw new Stopped();
            }
            throw new IllegalStateException(
                    "llama.cpp could not evaluate " + tokens.length + " tokens: status " + status);
        }
        System.arraycopy(tokens, 0, cached, cachedCount, tokens.length);
        cachedCount += tokens.length;
    }

    private void truncate(int count) {
        if (!library.forgetFrom(memory, count)) {
            library.forgetFrom(memory, 0);
            cachedCount = 0;
            if (count > 0) {
                throw new IllegalStateException("this model cannot forget a part of what it read");
            }
        }
        cachedCount = count;
    }

    private float[] logits() {
        MemorySegment.copy(library.lastLogits(context, vocabularySize), JAVA_FLOAT, 0, logits, 0, vocabularySize);
        return logits;
    }

    static int commonPrefix(int[] a, int[] b, int limit) {
        int common = 0;
        while (common < limit && a[common] == b[common]) {
            common++;
        }
        return common;
    }

    static double logSumExp(float[] values) {
        float max = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            max = Math.max(max, value);
        }
        double sum = 0;
        for (float value : values) {
            sum += Math.exp(value - max);
        }
        return max + Math.log(sum);
    }
}
