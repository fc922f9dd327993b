package dev.palate.agent.llm.local;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Copies of the attention cache right after a system text, so that prompts of several kinds do not cost each other
/// their prefix. At most [#MAX_COUNT] copies and [#MAX_BYTES] bytes; the least recently used goes first. Not
/// thread-safe.
final class PrefixSnapshots implements AutoCloseable {
    static final int MAX_COUNT = 8;
    static final long MAX_BYTES = 96L << 20;

    private record Key(int[] tokens) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(tokens, key.tokens);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(tokens);
        }
    }

    private static final class Copy implements AutoCloseable {
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment bytes;

        Copy(long size) {
            bytes = arena.allocate(size, 8);
        }

        /// Freed memory keeps its bytes, so they go first.
        @Override
        public void close() {
            bytes.fill((byte) 0);
            arena.close();
        }
    }

    private final Map<Key, Copy> copies = new LinkedHashMap<>(16, 0.75f, true);
    private long totalBytes;

    /// Copies the cache, which holds exactly the first `count` of these tokens.
    void keep(LlamaLibrary library, MemorySegment context, int[] tokens, int count) {
        long size = library.stateSize(context);
        if (size <= 0 || size > MAX_BYTES / 2) {
            return;
        }
        var copy = new Copy(size);
        if (library.readState(context, copy.bytes) != size) {
            copy.close();
            return;
        }
        Copy old = copies.put(new Key(Arrays.copyOf(tokens, count)), copy);
        totalBytes += size;
        if (old != null) {
            release(old);
        }
        Iterator<Copy> eldest = copies.values().iterator();
        while (copies.size() > MAX_COUNT || totalBytes > MAX_BYTES) {
            Copy oldest = eldest.next();
            eldest.remove();
            release(oldest);
        }
    }

    /// Replaces the cache by the copy for the first `count` tokens; false when there is none that can be used.
    boolean restore(LlamaLibrary library, MemorySegment context, int[] tokens, int count) {
        Copy copy = copies.get(new Key(Arrays.copyOf(tokens, count)));
        return copy != null && library.writeState(context, copy.bytes) > 0;
    }

    int count() {
        return copies.size();
    }

    /// Drops every copy.
    void clear() {
        copies.values().forEach(this::release);
        copies.clear();
    }

    @Override
    public void close() {
        clear();
    }

    private void release(Copy copy) {
        totalBytes -= copy.bytes.byteSize();
        copy.close();
    }
}
