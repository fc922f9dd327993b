package dev.palate.agent.llm.local;

import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelSpeed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// How a local model runs.
///
/// @param id its name
/// @param level what it is trusted with when it is fast enough
/// @param weights a GGUF file
/// @param library folder with llama.cpp's shared libraries
/// @param logFile standard error of the process; at most twice [#LOG_BYTES]
/// @param contextTokens most tokens of prompt and answer, 256 to 32,768
/// @param threads of the process, 1 to 64
/// @param floor below this measured speed the level is T0
/// @param warm system texts to read ahead of the first call, at most [#MAX_WARM]
/// @param patience how long to wait for the process
public record LocalModelOptions(
        ModelId id,
        ModelLevel level,
        Path weights,
        Path library,
        Path logFile,
        int contextTokens,
        int threads,
        ModelSpeed floor,
        List<String> warm,
        Patience patience) {
    /// Most calls that wait while one is served.
    public static final int QUEUE_LIMIT = 8;
    /// Cap of one log file, in bytes.
    public static final long LOG_BYTES = 1 << 20;
    /// Most system texts read ahead.
    public static final int MAX_WARM = 8;
    /// Default context: room for every prompt of this product.
    public static final int CONTEXT_TOKENS = 2_048;
    /// Slower than this, words would come after people have stopped waiting: 60 tokens in 10 s, 90 fresh prompt
    /// tokens
    /// in 4 s.
    public static final ModelSpeed FLOOR = new ModelSpeed(22, 6);
    /// A floor that every model reaches, for tests.
    public static final ModelSpeed NO_FLOOR = new ModelSpeed(Double.MIN_VALUE, Double.MIN_VALUE);

    /// How long to wait for the process.
    ///
    /// @param load from its start until the weights are loaded
    /// @param silence without any sign of life before it is killed
    /// @param drain after a cancellation before it is killed
    /// @param healthy of a run, after which the next end counts as the first one again
    public record Patience(Duration load, Duration silence, Duration drain, Duration healthy) {
        /// For machines that are busy with something else.
        public static final Patience DEFAULT = new Patience(
                Duration.ofSeconds(120), Duration.ofSeconds(10), Duration.ofSeconds(3), Duration.ofSeconds(60));
    }

    /// @throws IllegalArgumentException for too many warm texts or numbers outside their range
    public LocalModelOptions {
        warm = List.copyOf(warm);
        if (warm.size() > MAX_WARM) {
            throw new IllegalArgumentException("warm must have at most " + MAX_WARM + " texts, had " + warm.size());
        }
        var unused = new LlamaSession.Settings(contextTokens, threads);
    }

    /// The usual settings: one core left to the rest of the machine, [#CONTEXT_TOKENS], [#FLOOR].
    public static LocalModelOptions of(ModelId id, ModelLevel level, Path weights, Path library, Path logFile) {
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors() - 1L, 1, 64);
        return new LocalModelOptions(
                id, level, weights, library, logFile, CONTEXT_TOKENS, threads, FLOOR, List.of(), Patience.DEFAULT);
    }

    /// The same with another floor.
    public LocalModelOptions withFloor(ModelSpeed other) {
        return new LocalModelOptions(
                id, level, weights, library, logFile, contextTokens, threads, other, warm, patience);
    }

    /// The same with other texts to read ahead.
    public LocalModelOptions withWarm(List<String> texts) {
        return new LocalModelOptions(
                id, level, weights, library, logFile, contextTokens, threads, floor, texts, patience);
    }

    /// The same with other waiting times.
    public LocalModelOptions withPatience(Patience other) {
        return new LocalModelOptions(id, level, weights, library, logFile, contextTokens, threads, floor, warm, other);
    }

    LlamaSession.Settings settings() {
        return new LlamaSession.Settings(contextTokens, threads);
    }
}
