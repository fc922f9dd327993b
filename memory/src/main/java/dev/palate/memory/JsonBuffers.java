package dev.palate.memory;

import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.BufferRecycler;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.core.util.RecyclerPool;
import tools.jackson.databind.json.JsonMapper;

/// The buffers of this module's JSON, which are used again and again: what they held last, a user's words
/// for one, stays in them until something as long goes through. An erasure drops them. Thread-safe.
public final class JsonBuffers {
    private static final RecyclerPool<BufferRecycler> POOL = JsonRecyclerPools.newConcurrentDequePool();

    private JsonBuffers() {}

    /// A factory over these buffers.
    public static JsonFactory factory() {
        return JsonFactory.builder().recyclerPool(POOL).build();
    }

    /// A mapper over these buffers.
    public static JsonMapper mapper() {
        return JsonMapper.builder(factory()).build();
    }

    /// Drops all that nobody uses just now.
    public static void drop() {
        POOL.clear();
    }
}
