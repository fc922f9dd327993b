package dev.palate.memory.tier;

import dev.palate.memory.index.MemoryIndex;
import dev.palate.memory.index.TextAnalysis;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.text.TextEncoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes packs: memories from the truth, vectors from the last pack, else from the index, else computed while there is
/// time. Thread-safe.
final class PackLoader {
    private final Memories truth;
    private final MemoryIndex index;
    private final TextEncoder encoder;
    private final TextAnalysis analysis;

    PackLoader(Memories truth, MemoryIndex index, TextEncoder encoder, TextAnalysis analysis) {
        this.truth = truth;
        this.index = index;
        this.encoder = encoder;
        this.analysis = analysis;
    }

    /// @param last an earlier pack of the subject, possibly stale
    /// @param deadlineNanos after this no more is computed; of [System#nanoTime]
    MemoryPack load(Subject subject, Optional<MemoryPack> last, long deadlineNanos) {
        List<Memory> memories = truth.active(subject);
        int dimension = encoder.dimension();
        float[] vectors = new float[memories.size() * dimension];
        Map<MemoryId, Integer> places = places(last);
        boolean complete = true;
        for (int i = 0; i < memories.size(); i++) {
            Memory memory = memories.get(i);
            Optional<float[]> vector = ofLast(memory, last, places)
                    .or(() -> index.vector(memory.id(), memory.text()))
                    .or(() -> inTime(deadlineNanos) ? Optional.of(encoder.encode(memory.text())) : Optional.empty());
            complete &= vector.isPresent();
            if (vector.isPresent()) {
                System.arraycopy(vector.get(), 0, vectors, i * dimension, dimension);
            }
        }
        return new MemoryPack(subject, memories, dimension, vectors, complete, PackWords.of(memories, analysis));
    }

    private static boolean inTime(long deadlineNanos) {
        return System.nanoTime() - deadlineNanos < 0;
    }

    private static Map<MemoryId, Integer> places(Optional<MemoryPack> last) {
        Map<MemoryId, Integer> places = new HashMap<>();
        List<Memory> memories =
                last.filter(MemoryPack::complete).map(MemoryPack::memories).orElse(List.of());
        for (int i = 0; i < memories.size(); i++) {
            places.put(memories.get(i).id(), i);
        }
        return places;
    }

    private static Optional<float[]> ofLast(Memory memory, Optional<MemoryPack> last, Map<MemoryId, Integer> places) {
        Integer place = places.get(memory.id());
        return place == null
                ? Optional.empty()
                : last.filter(pack -> pack.memories().get(place).text().equals(memory.text()))
                        .map(pack -> pack.vector(place));
    }
}
