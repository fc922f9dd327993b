package dev.palate.memory.tier;

import dev.palate.memory.Latency;
import dev.palate.memory.index.MemoryIndex;
import dev.palate.memory.index.TextAnalysis;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.text.TextEncoder;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes packs: memories from the truth, vectors from the last pack, else from the index, else from the codes of a
/// cold
/// memory, else computed while there is time. Thread-safe.
final class PackLoader {
    private static final Logger LOG = LoggerFactory.getLogger(PackLoader.class);

    private final Memories truth;
    private final ColdMemories cold;
    private final ColdCodes codes;
    private final MemoryIndex index;
    private final TextEncoder encoder;
    private final TextAnalysis analysis;
    private final Source warm = new Source(new LongAdder(), new LongAdder(), new Latency());
    private final Source fromCodes = new Source(new LongAdder(), new LongAdder(), new Latency());

    /// How a source of vectors did.
    record Source(LongAdder hits, LongAdder misses, Latency latency) {
        Optional<float[]> counted(Optional<float[]> found, long startNanos) {
            if (found.isPresent()) {
                hits.increment();
                latency.since(startNanos);
            } else {
                misses.increment();
            }
            return found;
        }
    }

    PackLoader(
            Memories truth,
            ColdMemories cold,
            ColdCodes codes,
            MemoryIndex index,
            TextEncoder encoder,
            TextAnalysis analysis) {
        this.truth = truth;
        this.cold = cold;
        this.codes = codes;
        this.index = index;
        this.encoder = encoder;
        this.analysis = analysis;
    }

    /// @param last an earlier pack of the subject, possibly stale
    /// @param deadlineNanos after this no more is computed; of [System#nanoTime]
    MemoryPack load(Subject subject, Optional<MemoryPack> last, long deadlineNanos) {
        Map<MemoryId, Cold> without = new HashMap<>();
        cold.of(subject).forEach(memory -> without.put(memory.memory(), memory));
        List<Memory> memories = truth.active(subject);
        List<Memory> rest = memories.size() < Memories.MAX_ACTIVE ? List.of() : rest(subject, memories);
        EncodedMemories encoded = encoded(memories, without, last, deadlineNanos);
        Set<MemoryId> inexact = new HashSet<>();
        for (Memory memory : memories) {
            if (without.remove(memory.id()) != null) {
                inexact.add(memory.id());
            }
        }
        List<Cold> left = without.values().stream()
                .sorted(Comparator.comparing(Cold::memory))
                .toList();
        return new MemoryPack(subject, encoded, inexact, rest, left);
    }

    private List<Memory> rest(Subject subject, List<Memory> memories) {
        Set<MemoryId> there = new HashSet<>(ids(memories));
        return truth.standing(subject).stream()
                .filter(memory -> !there.contains(memory.id()))
                .toList();
    }

    /// Some memories alone, of any subjects and any moment, every vector computed while there is time.
    EncodedMemories of(List<Memory> memories, long deadlineNanos) {
        return encoded(memories, Map.of(), Optional.empty(), deadlineNanos);
    }

    /// Memories of any subjects as they are now, with their vectors from where they are kept.
    EncodedMemories present(List<Memory> memories, long deadlineNanos) {
        Map<MemoryId, Cold> without = new HashMap<>();
        cold.of(ids(memories)).forEach(memory -> without.put(memory.memory(), memory));
        return encoded(memories, without, Optional.empty(), deadlineNanos);
    }

    private static List<MemoryId> ids(List<Memory> memories) {
        return memories.stream().map(Memory::id).toList();
    }

    /// Where one encoder takes over from another meanwhile, which happens once, all is gathered again.
    private EncodedMemories encoded(
            List<Memory> memories, Map<MemoryId, Cold> without, Optional<MemoryPack> last, long deadlineNanos) {
        EncodedMemories encoded = gathered(memories, without, last, deadlineNanos);
        return encoded.encoder().equals(encoder.version()) ? encoded : gathered(memories, without, last, deadlineNanos);
    }

    private EncodedMemories gathered(
            List<Memory> memories, Map<MemoryId, Cold> without, Optional<MemoryPack> last, long deadlineNanos) {
        String version = encoder.version();
        int dimension = encoder.dimension();
        float[] vectors = new float[memories.size() * dimension];
        Map<MemoryId, Integer> places = places(last, version);
        boolean complete = true;
        for (int i = 0; i < memories.size(); i++) {
            Memory memory = memories.get(i);
            Optional<float[]> vector = ofLast(memory, last, places)
                    .or(() -> stored(memory, without.get(memory.id())))
                    .or(() -> inTime(deadlineNanos) ? computed(memory.text()) : Optional.empty())
                    .filter(found -> found.length == dimension);
            complete &= vector.isPresent();
            if (vector.isPresent()) {
                System.arraycopy(vector.get(), 0, vectors, i * dimension, dimension);
            }
        }
        return new EncodedMemories(
                memories,
                dimension,
                vectors,
                complete,
                PackWords.of(memories, analysis),
                version,
                cold.uses(ids(memories)));
    }

    /// Absent where the text cannot be encoded: the rest of the pack is there all the same.
    private Optional<float[]> computed(String text) {
        try {
            return Optional.of(encoder.encode(text));
        } catch (CancellationException e) {
            throw e;
        } catch (RuntimeException e) {
            // By type alone: a message might hold the text.
            LOG.warn("a memory of a pack cannot be encoded: {}", e.getClass().getName());
            return Optional.empty();
        }
    }

    private Optional<float[]> stored(Memory memory, @Nullable Cold code) {
        long start = System.nanoTime();
        if (code != null) {
            return fromCodes.counted(
                    code.revision() == memory.revision() ? codes.vector(code, encoder.version()) : Optional.empty(),
                    start);
        }
        return warm.counted(index.vector(memory.id(), memory.text()), start);
    }

    Source warm() {
        return warm;
    }

    Source fromCodes() {
        return fromCodes;
    }

    private static boolean inTime(long deadlineNanos) {
        return System.nanoTime() - deadlineNanos < 0;
    }

    private static Map<MemoryId, Integer> places(Optional<MemoryPack> last, String version) {
        Map<MemoryId, Integer> places = new HashMap<>();
        List<Memory> memories = last.filter(
                        pack -> pack.complete() && pack.encoder().equals(version))
                .map(MemoryPack::memories)
                .orElse(List.of());
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
                        .filter(pack -> !pack.cold().contains(memory.id()))
                        .map(pack -> pack.vector(place));
    }
}
