package dev.palate.agent.llm.local;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// llama.cpp's C interface through the foreign function API: one method per C function, nothing else. Not
/// thread-safe;
/// a wrong call ends the process, which is why only the child process loads it.
///
/// The parameter structs grow from release to release. Both are larger than 16 bytes, so the System V and AArch64
/// conventions pass them in memory, and a layout larger than any release's struct is safe to pass and to return;
/// only
/// the leading fields, which have not moved, are touched, and their defaults are checked when a context is made.
@SuppressWarnings("restricted")
final class LlamaLibrary implements AutoCloseable {
    static final StructLayout BATCH = MemoryLayout.structLayout(
            JAVA_INT, MemoryLayout.paddingLayout(4), ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    static final long BATCH_COUNT = 0;
    static final long BATCH_TOKENS = 8;
    /// `llama_decode` answers this when the abort callback said so.
    static final int ABORTED = 2;

    private static final StructLayout PARAMS = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(64, JAVA_LONG));
    private static final int WARN = 3;
    private static final int LOG_CHARACTERS = 4_096;

    private final Linker linker = Linker.nativeLinker();
    private final Arena arena = Arena.ofShared();
    private final List<SymbolLookup> lookups = new ArrayList<>();
    private final Consumer<String> log;

    private final MethodHandle tokenize;
    private final MethodHandle tokenToPiece;
    private final MethodHandle decode;
    private final MethodHandle logits;
    private final MethodHandle memoryRemove;
    private final MethodHandle isEndOfGeneration;
    private final MethodHandle grammarInit;
    private final MethodHandle samplerApply;
    private final MethodHandle samplerAccept;
    private final MethodHandle samplerFree;
    private final MethodHandle stateSize;
    private final MethodHandle stateGet;
    private final MethodHandle stateSet;

    /// Loads the shared libraries of a folder and the best CPU back end in it.
    ///
    /// @param directory with `libllama*.so` and its companions
    /// @param log receives warnings and errors of the library
    /// @throws IllegalStateException when a library or a symbol is missing
    LlamaLibrary(Path directory, Consumer<String> log) {
        this.log = log;
        for (String name : List.of("libggml-base", "libggml", "libllama")) {
            lookups.add(SymbolLookup.libraryLookup(find(directory, name), arena));
        }
        tokenize = bind(
                "llama_tokenize",
                FunctionDescriptor.of(
                        JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN));
        tokenToPiece = bind(
                "llama_token_to_piece",
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_BOOLEAN));
        decode = bind("llama_decode", FunctionDescriptor.of(JAVA_INT, ADDRESS, BATCH));
        logits = bind("llama_get_logits_ith", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
        memoryRemove =
                bind("llama_memory_seq_rm", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));
        isEndOfGeneration = bind("llama_vocab_is_eog", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_INT));
        grammarInit = bind("llama_sampler_init_grammar", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));
        samplerApply = bind("llama_sampler_apply", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
        samplerAccept = bind("llama_sampler_accept", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
        samplerFree = bind("llama_sampler_free", FunctionDescriptor.ofVoid(ADDRESS));
        stateSize = bind("llama_state_seq_get_size", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT));
        stateGet = bind(
                "llama_state_seq_get_data", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT));
        stateSet = bind(
                "llama_state_seq_set_data", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT));
        call(() -> {
            bind("llama_log_set", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS))
                    .invoke(logCallback(), MemorySegment.NULL);
            bind("ggml_backend_load_all_from_path", FunctionDescriptor.ofVoid(ADDRESS))
                    .invoke(arena.allocateFrom(directory.toString()));
            bind("llama_backend_init", FunctionDescriptor.ofVoid()).invoke();
            return 0;
        });
    }

    /// Maps the weights.
    ///
    /// @throws IllegalStateException when the file cannot be read as a model
    MemorySegment loadModel(Path weights) {
        return call(() -> {
            var params = (MemorySegment) bind("llama_model_default_params", FunctionDescriptor.of(PARAMS))
                    .invoke((SegmentAllocator) arena);
            var model =
                    (MemorySegment) bind("llama_model_load_from_file", FunctionDescriptor.of(ADDRESS, ADDRESS, PARAMS))
                            .invoke(arena.allocateFrom(weights.toString()), params);
            if (model.address() == 0) {
                throw new IllegalStateException("llama.cpp cannot load " + weights + "; run ./palate model verify");
            }
            return model;
        });
    }

    /// Makes a context for one sequence.
    ///
    /// @param model from [#loadModel]
    /// @param contextTokens most tokens of prompt and answer together
    /// @param batchTokens most tokens evaluated in one call
    /// @param threads 1 or more
    MemorySegment newContext(MemorySegment model, int contextTokens, int batchTokens, int threads) {
        return call(() -> {
            var params = (MemorySegment) bind("llama_context_default_params", FunctionDescriptor.of(PARAMS))
                    .invoke((SegmentAllocator) arena);
            int batch = params.get(JAVA_INT, 4);
            int microBatch = params.get(JAVA_INT, 8);
            if (params.get(JAVA_INT, 0) != 512 || batch != 2048 || microBatch != 512) {
                throw new IllegalStateException("this llama.cpp has other context defaults (n_batch " + batch
                        + ", n_ubatch " + microBatch + "; expected 2048 and 512): fetch the pinned release");
            }
            params.set(JAVA_INT, 0, contextTokens);
            params.set(JAVA_INT, 4, batchTokens);
            params.set(JAVA_INT, 8, batchTokens);
            var context = (MemorySegment) bind("llama_init_from_model", FunctionDescriptor.of(ADDRESS, ADDRESS, PARAMS))
                    .invoke(model, params);
            if (context.address() == 0) {
                throw new IllegalStateException(
                        "llama.cpp cannot make a context of " + contextTokens + " tokens; ask for a smaller one");
            }
            bind("llama_set_n_threads", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT))
                    .invoke(context, threads, threads);
            return context;
        });
    }

    /// Lets `stop` end an evaluation from inside; it is asked many times per token and must be cheap.
    void abortWhen(MemorySegment context, BooleanSupplier stop) {
        call(() -> {
            var target = MethodHandles.lookup()
                    .findStatic(
                            LlamaLibrary.class,
                            "asked",
                            MethodType.methodType(boolean.class, BooleanSupplier.class, MemorySegment.class))
                    .bindTo(stop);
            var stub = linker.upcallStub(target, FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS), arena);
            bind("llama_set_abort_callback", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS))
                    .invoke(context, stub, MemorySegment.NULL);
            return 0;
        });
    }

    MemorySegment vocabulary(MemorySegment model) {
        return pointer("llama_model_get_vocab", model);
    }

    MemorySegment memory(MemorySegment context) {
        return pointer("llama_get_memory", context);
    }

    int vocabularySize(MemorySegment vocabulary) {
        return call(() -> (int) bind("llama_vocab_n_tokens", FunctionDescriptor.of(JAVA_INT, ADDRESS))
                .invoke(vocabulary));
    }

    /// The model's own chat template applied to one system and one user message; empty where there is none that
    /// llama.cpp knows.
    String chat(MemorySegment model, String system, String user) {
        return call(() -> {
            var template =
                    (MemorySegment) bind("llama_model_chat_template", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS))
                            .invoke(model, MemorySegment.NULL);
            if (template.address() == 0) {
                return "";
            }
            try (Arena scratch = Arena.ofConfined()) {
                var messages = scratch.allocate(ADDRESS, 4);
                messages.setAtIndex(ADDRESS, 0, scratch.allocateFrom("system"));
                messages.setAtIndex(ADDRESS, 1, scratch.allocateFrom(system));
                messages.setAtIndex(ADDRESS, 2, scratch.allocateFrom("user"));
                messages.setAtIndex(ADDRESS, 3, scratch.allocateFrom(user));
                int capacity = 8_192;
                var out = scratch.allocate(capacity);
                int length = (int) bind(
                                "llama_chat_apply_template",
                                FunctionDescriptor.of(
                                        JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, JAVA_BOOLEAN, ADDRESS, JAVA_INT))
                        .invoke(template, messages, 2L, true, out, capacity);
                return length <= 0 || length > capacity
                        ? ""
                        : new String(
                                out.asSlice(0, length).toArray(JAVA_BYTE), java.nio.charset.StandardCharsets.UTF_8);
            }
        });
    }

    /// Writes tokens to `target`; answers how many, or minus how many there would be.
    int tokenize(MemorySegment vocabulary, MemorySegment text, MemorySegment target, boolean special) {
        return call(() -> (int) tokenize.invokeExact(
                vocabulary,
                text,
                (int) text.byteSize(),
                target,
                (int) (target.byteSize() / JAVA_INT.byteSize()),
                false,
                special));
    }

    int tokenToPiece(MemorySegment vocabulary, int token, MemorySegment target) {
        return call(() -> (int) tokenToPiece.invokeExact(vocabulary, token, target, (int) target.byteSize(), 0, false));
    }

    int decode(MemorySegment context, MemorySegment batch) {
        return call(() -> (int) decode.invokeExact(context, batch));
    }

    /// The scores of the last evaluated token over the whole vocabulary; valid until the next evaluation.
    MemorySegment lastLogits(MemorySegment context, int vocabularySize) {
        return call(() ->
                ((MemorySegment) logits.invokeExact(context, -1)).reinterpret(vocabularySize * JAVA_FLOAT.byteSize()));
    }

    /// Forgets the positions from `from` on.
    boolean forgetFrom(MemorySegment memory, int from) {
        return call(() -> (boolean) memoryRemove.invokeExact(memory, 0, from, -1));
    }

    /// Empties the attention cache and overwrites its numbers.
    void clear(MemorySegment memory) {
        call(() -> {
            bind("llama_memory_clear", FunctionDescriptor.ofVoid(ADDRESS, JAVA_BOOLEAN))
                    .invoke(memory, true);
            return 0;
        });
    }

    /// The last position in the cache, -1 when it is empty.
    int lastPosition(MemorySegment memory) {
        return call(() -> (int) bind("llama_memory_seq_pos_max", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT))
                .invoke(memory, 0));
    }

    boolean endsGeneration(MemorySegment vocabulary, int token) {
        return call(() -> (boolean) isEndOfGeneration.invokeExact(vocabulary, token));
    }

    MemorySegment newGrammar(MemorySegment vocabulary, MemorySegment grammar, MemorySegment root) {
        return call(() -> (MemorySegment) grammarInit.invokeExact(vocabulary, grammar, root));
    }

    void apply(MemorySegment sampler, MemorySegment candidates) {
        call(() -> {
            samplerApply.invokeExact(sampler, candidates);
            return 0;
        });
    }

    void accept(MemorySegment sampler, int token) {
        call(() -> {
            samplerAccept.invokeExact(sampler, token);
            return 0;
        });
    }

    void free(MemorySegment sampler) {
        call(() -> {
            samplerFree.invokeExact(sampler);
            return 0;
        });
    }

    long stateSize(MemorySegment context) {
        return call(() -> (long) stateSize.invokeExact(context, 0));
    }

    long readState(MemorySegment context, MemorySegment target) {
        return call(() -> (long) stateGet.invokeExact(context, target, target.byteSize(), 0));
    }

    long writeState(MemorySegment context, MemorySegment source) {
        return call(() -> (long) stateSet.invokeExact(context, source, source.byteSize(), 0));
    }

    void freeContext(MemorySegment context) {
        release("llama_free", context);
    }

    void freeModel(MemorySegment model) {
        release("llama_model_free", model);
    }

    @Override
    public void close() {
        arena.close();
    }

    private MemorySegment pointer(String function, MemorySegment of) {
        return call(() -> (MemorySegment)
                bind(function, FunctionDescriptor.of(ADDRESS, ADDRESS)).invoke(of));
    }

    private void release(String function, MemorySegment what) {
        call(() -> {
            bind(function, FunctionDescriptor.ofVoid(ADDRESS)).invoke(what);
            return 0;
        });
    }

    private MethodHandle bind(String function, FunctionDescriptor descriptor) {
        for (SymbolLookup lookup : lookups) {
            var symbol = lookup.find(function);
            if (symbol.isPresent()) {
                return linker.downcallHandle(symbol.get(), descriptor);
            }
        }
        throw new IllegalStateException(
                "the native library has no function " + function + "; fetch the pinned release");
    }

    // Names carry a version in some builds: libllama.so, libllama.v0.5.0.so.
    private static Path find(Path directory, String name) {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches(name + "(\\.v[0-9.]+)?\\.(so|dylib)"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no " + name + "*.so in " + directory
                            + "; run ./palate model pull, or name a folder with llama.cpp's shared libraries"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the native library's folder " + directory, e);
        }
    }

    private MemorySegment logCallback() throws ReflectiveOperationException {
        var target = MethodHandles.lookup()
                .findVirtual(
                        LlamaLibrary.class,
                        "logged",
                        MethodType.methodType(void.class, int.class, MemorySegment.class, MemorySegment.class))
                .bindTo(this);
        return linker.upcallStub(target, FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS), arena);
    }

    // Both are called from native code, where an exception would end the process.
    @SuppressWarnings("UnusedMethod")
    private void logged(int level, MemorySegment text, MemorySegment unused) {
        if (level >= WARN && level <= WARN + 1) {
            log.accept(text.reinterpret(LOG_CHARACTERS).getString(0).strip());
        }
    }

    @SuppressWarnings("UnusedMethod")
    private static boolean asked(BooleanSupplier stop, MemorySegment unused) {
        return stop.getAsBoolean();
    }

    @FunctionalInterface
    private interface NativeCall<T> {
        T run() throws Throwable;
    }

    private static <T> T call(NativeCall<T> body) {
        try {
            return body.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("a native call failed", t);
        }
    }
}
