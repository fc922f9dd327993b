package dev.palate.memory.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.palate.memory.MemoryException;
import dev.palate.memory.Require;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// MiniLM-L6-v2 with 8-bit weights, in process: 384 numbers per text, English.
///
/// Texts are encoded one at a time, because the vectors of this quantised model change with the batch. One text costs
/// about 2 cpu ms at 30 tokens and grows with its length. Thread-safe: each call computes on its own thread, at most
/// `concurrency` at once. Owns native memory until closed.
///
/// Paper: wang2020minilm. Pooling: the mean over all tokens of the last layer, then length 1.
public final class MiniLmEncoder implements TextEncoder {
    /// Texts are cut here, special tokens included.
    public static final int TOKEN_LIMIT = 256;

    private static final String MODEL = "/all-minilm-l6-v2-q.onnx";
    private static final String TOKENIZER = "/all-minilm-l6-v2-q-tokenizer.json";
    private static final int DIMENSION = 384;
    /// More characters than 256 tokens of any real text have; spares the tokenizer the rest.
    private static final int MAX_CHARACTERS = 16_384;

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;
    private final Semaphore permits;
    private final Options options;
    private volatile boolean closed;

    /// How the encoder uses the machine.
    ///
    /// @param concurrency texts encoded at the same time, in [1, 64]
    /// @param patience the longest wait for a free place before `BUSY`
    /// @param nativeCache where the native tokenizer library is unpacked; used by the first encoder of the process
    public record Options(int concurrency, Duration patience, Path nativeCache) {
        public Options {
            Require.range("concurrency", concurrency, 1, 64);
        }

        /// One place per core, 30 s, `~/.cache/palate/native`.
        public static Options defaults() {
            return new Options(
                    Math.min(64, Runtime.getRuntime().availableProcessors()),
                    Duration.ofSeconds(30),
                    Path.of(System.getProperty("user.home"), ".cache", "palate", "native"));
        }
    }

    private MiniLmEncoder(
            OrtEnvironment environment, OrtSession session, HuggingFaceTokenizer tokenizer, Options options) {
        this.environment = environment;
        this.session = session;
        this.tokenizer = tokenizer;
        this.options = options;
        this.permits = new Semaphore(options.concurrency(), true);
    }

    /// Loads the model from the class path; about half a second and 60 MiB of native memory.
    ///
    /// @throws MemoryException `STORAGE` when the model or a native library cannot be loaded
    public static MiniLmEncoder open(Options options) {
        keepOffline(options.nativeCache());
        try {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            environment.setTelemetry(false);
            HuggingFaceTokenizer tokenizer = tokenizer();
            try (SessionOptions settings = new SessionOptions()) {
                settings.setIntraOpNumThreads(1);
                settings.setInterOpNumThreads(1);
                settings.setMemoryPatternOptimization(false);
                settings.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
                OrtSession session = environment.createSession(resource(MODEL), settings);
                return new MiniLmEncoder(environment, session, tokenizer, options);
            }
        } catch (OrtException | IOException | RuntimeException | LinkageError e) {
            throw new MemoryException(
                    MemoryException.Code.STORAGE,
                    "the text encoder could not be loaded: " + e + "; it needs about 50 MB free below "
                            + options.nativeCache() + " and java.io.tmpdir for its native libraries",
                    e);
        }
    }

    @Override
    public String version() {
        return "minilm-l6-v2-q/" + TOKEN_LIMIT;
    }

    @Override
    public int dimension() {
        return DIMENSION;
    }

    @Override
    public float[] encode(String text) {
        if (text.isBlank()) {
            return new float[DIMENSION];
        }
        enter();
        try {
            if (closed) {
                throw new IllegalStateException("the text encoder is closed");
            }
            String start = text.length() > MAX_CHARACTERS ? text.substring(0, MAX_CHARACTERS) : text;
            return Vectors.normalize(mean(tokenizer.encode(start)));
        } catch (OrtException e) {
            throw new MemoryException(MemoryException.Code.STORAGE, "the text encoder failed: " + e.getMessage(), e);
        } finally {
            permits.release();
        }
    }

    /// Waits for the texts under way, then frees the native memory; later calls of [#encode] fail.
    @Override
    public void close() {
        permits.acquireUninterruptibly(options.concurrency());
        try {
            if (!closed) {
                closed = true;
                tokenizer.close();
                session.close();
            }
        } catch (OrtException e) {
            throw new MemoryException(
                    MemoryException.Code.STORAGE, "the text encoder did not close: " + e.getMessage(), e);
        } finally {
            permits.release(options.concurrency());
        }
    }

    private void enter() {
        boolean entered;
        try {
            entered = permits.tryAcquire(options.patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MemoryException(MemoryException.Code.BUSY, "interrupted while waiting for the text encoder", e);
        }
        if (!entered) {
            throw new MemoryException(
                    MemoryException.Code.BUSY,
                    "the text encoder had no place within " + options.patience().toMillis() + " ms, all "
                            + options.concurrency() + " are taken; try again");
        }
    }

    private float[] mean(Encoding encoding) throws OrtException {
        long[] ids = encoding.getIds();
        long[] shape = {1, ids.length};
        Map<String, OnnxTensor> inputs = HashMap.newHashMap(3);
        try {
            inputs.put("input_ids", OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape));
            inputs.put(
                    "attention_mask",
                    OnnxTensor.createTensor(environment, LongBuffer.wrap(encoding.getAttentionMask()), shape));
            if (session.getInputNames().contains("token_type_ids")) {
                inputs.put(
                        "token_type_ids",
                        OnnxTensor.createTensor(environment, LongBuffer.wrap(encoding.getTypeIds()), shape));
            }
            try (OrtSession.Result result = session.run(inputs)) {
                FloatBuffer tokens = ((OnnxTensor) result.get(0)).getFloatBuffer();
                float[] sum = new float[DIMENSION];
                float[] row = new float[DIMENSION];
                for (int token = 0; token < ids.length; token++) {
                    tokens.get(token * DIMENSION, row);
                    for (int i = 0; i < DIMENSION; i++) {
                        sum[i] += row[i];
                    }
                }
                return sum;
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static HuggingFaceTokenizer tokenizer() throws IOException {
        try (InputStream in = stream(TOKENIZER)) {
            return HuggingFaceTokenizer.newInstance(
                    in,
                    Map.of(
                            "padding",
                            "false",
                            "truncation",
                            "true",
                            "maxLength",
                            Integer.toString(TOKEN_LIMIT),
                            "modelMaxLength",
                            Integer.toString(TOKEN_LIMIT)));
        }
    }

    /// The tokenizer library reports its use to its makers and looks for newer natives unless told not to.
    private static void keepOffline(Path nativeCache) {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("RUST_FLAVOR", "cpu");
        if (System.getProperty("ENGINE_CACHE_DIR") == null) {
            System.setProperty("ENGINE_CACHE_DIR", nativeCache.toAbsolutePath().toString());
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = stream(name)) {
            return in.readAllBytes();
        }
    }

    private static InputStream stream(String name) throws IOException {
        InputStream in = MiniLmEncoder.class.getResourceAsStream(name);
        if (in == null) {
            throw new IOException("no " + name + " on the class path; is the model jar there?");
        }
        return in;
    }
}
