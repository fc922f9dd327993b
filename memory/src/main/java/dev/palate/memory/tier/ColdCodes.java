package dev.palate.memory.tier;

import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.ColdMemories.Codebook;
import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.TopK;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Reads the codes of cold memories. Keeps the codebooks seen, until an erasure: one that was learnt from
/// few vectors holds these nearly as they are, and the database has blanked it by then. Thread-safe.
final class ColdCodes implements ErasurePlace {
    private static final float TINY = 1e-6f;

    private final ColdMemories cold;
    private final Map<Long, Codebook> codebooks = new ConcurrentHashMap<>();
    private final AtomicLong erasures = new AtomicLong();

    ColdCodes(ColdMemories cold) {
        this.cold = cold;
    }

    /// Drops every codebook seen; the next use reads it anew.
    ///
    /// @return how many of them were of few vectors
    private long drop() {
        erasures.incrementAndGet();
        long few = few();
        codebooks.clear();
        return few;
    }

    private long few() {
        return codebooks.values().stream().filter(Codebook::ofFew).count();
    }

    @Override
    public String name() {
        return "codebooks in the heap";
    }

    @Override
    public long erase(UserId user) {
        return drop();
    }

    @Override
    public long remaining(UserId user) {
        return few();
    }

    @Override
    public boolean holdsMemories() {
        return true;
    }

    @Override
    public long erase(ErasedMemories memories) {
        return drop();
    }

    @Override
    public long remaining(ErasedMemories memories) {
        return few();
    }

    /// The codebook, when its vectors are of the encoder given.
    Optional<Codebook> codebook(long version, String encoder) {
        Codebook known = codebooks.get(version);
        if (known == null) {
            long before = erasures.get();
            Optional<Codebook> read = cold.codebook(version);
            read.ifPresent(codebook -> keep(version, codebook, before));
            return read.filter(codebook -> codebook.encoder().equals(encoder));
        }
        return Optional.of(known).filter(codebook -> codebook.encoder().equals(encoder));
    }

    /// One that was read before an erasure and comes here after it is not kept.
    private void keep(long version, Codebook codebook, long before) {
        codebooks.put(version, codebook);
        if (erasures.get() != before) {
            codebooks.remove(version, codebook);
        }
    }

    /// About the raw unit vector of the memory, absent when its codes are of another encoder.
    Optional<float[]> vector(Cold memory, String encoder) {
        return codebook(memory.codebook(), encoder).map(codebook -> {
            float[] vector = codebook.quantiser().decode(memory.codes());
            float square = Kernels.dot(vector, 0, vector, 0, vector.length);
            Kernels.scale((float) (1 / Math.sqrt(Math.max(TINY, square))), vector, 0, vector.length);
            return vector;
        });
    }

    /// The `k` whose centred vectors have about the highest cosine with the centred query, by tables alone: every
    /// code is looked at. Those of another encoder come last, in their order.
    List<MemoryId> best(List<Cold> memories, float[] raw, EncodingVersion encoding, int k) {
        float[] query = encoding.center(raw);
        float[] mean = encoding.mean();
        double queryMean = Kernels.dot(query, 0, mean, 0, mean.length);
        double meanMean = Kernels.dot(mean, 0, mean, 0, mean.length);
        float[] scores = new float[memories.size()];
        long version = -1;
        Optional<Codebook> codebook = Optional.empty();
        float[] queryTable = {};
        float[] meanTable = {};
        for (int i = 0; i < scores.length; i++) {
            Cold memory = memories.get(i);
            if (memory.codebook() != version) {
                version = memory.codebook();
                codebook = codebook(version, encoding.model());
                queryTable = codebook.map(book -> book.quantiser().table(query)).orElse(queryTable);
                meanTable = codebook.map(book -> book.quantiser().table(mean)).orElse(meanTable);
            }
            scores[i] = -1;
            if (codebook.isPresent()) {
                var quantiser = codebook.get().quantiser();
                double vectorMean = quantiser.dot(meanTable, memory.codes());
                double length = Math.sqrt(Math.max(TINY, 1 - 2 * vectorMean + meanMean));
                scores[i] = (float) ((quantiser.dot(queryTable, memory.codes()) - queryMean) / length);
            }
        }
        List<MemoryId> best = new ArrayList<>();
        for (int place : TopK.select(scores, k)) {
            best.add(memories.get(place).memory());
        }
        return best;
    }
}
