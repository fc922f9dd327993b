package dev.palate.memory.tier;

import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// The active memories of one subject with their raw text vectors. Immutable, thread-safe.
public final class MemoryPack {
    /// Of a memory beside its text, its terms and its vector: objects, ids, times.
    private static final int BYTES_A_MEMORY = 600;

    private static final int BYTES_A_COLD = 200;

    private static final int BYTES_A_USE = 100;

    private final Subject subject;
    private final EncodedMemories encoded;
    private final Set<MemoryId> cold;
    private final List<Memory> rest;
    private final List<Cold> left;

    /// @param cold of the memories those whose vectors come from codes
    /// @param rest active memories that had no room
    /// @param left those of the rest that are cold, with their codes
    MemoryPack(Subject subject, EncodedMemories encoded, Set<MemoryId> cold, List<Memory> rest, List<Cold> left) {
        this.subject = subject;
        this.encoded = encoded;
        this.cold = Set.copyOf(cold);
        this.rest = List.copyOf(rest);
        this.left = List.copyOf(left);
    }

    /// Whose memories they are.
    public Subject subject() {
        return subject;
    }

    /// The active memories, oldest first, at most [dev.palate.memory.memory.Memories#MAX_ACTIVE].
    public List<Memory> memories() {
        return encoded.memories();
    }

    /// The length of a vector.
    public int dimension() {
        return encoded.dimension();
    }

    /// The raw unit vectors in the order of the memories, row-major; a zero row where one is missing. Shared: read
    /// only.
    public float[] vectors() {
        return encoded.vectors();
    }

    /// A copy of the raw vector of the memory at the place given.
    public float[] vector(int place) {
        return Arrays.copyOfRange(vectors(), place * dimension(), (place + 1) * dimension());
    }

    /// False when time ran out before every vector was there.
    public boolean complete() {
        return encoded.complete();
    }

    /// The version of the encoder of the vectors.
    String encoder() {
        return encoded.encoder();
    }

    /// Those of the memories whose vectors are not exact, because they come from codes.
    Set<MemoryId> cold() {
        return cold;
    }

    /// The active memories of the subject that had no room here, without vectors, oldest first: the weakest, which are
    /// cold or will be soon.
    public List<Memory> rest() {
        return rest;
    }

    /// Those of the rest that are cold.
    List<Cold> left() {
        return left;
    }

    /// True for a memory of the subject that was cold when the pack was made.
    boolean hasCold(MemoryId memory) {
        return cold.contains(memory)
                || left.stream().anyMatch(one -> one.memory().equals(memory));
    }

    EncodedMemories encoded() {
        return encoded;
    }

    /// About how much heap it takes.
    int byteSize() {
        long bytes = 4L * vectors().length
                + encoded.words().byteSize()
                + (long) BYTES_A_USE * encoded.uses().size();
        for (Cold cold : left) {
            bytes += BYTES_A_COLD + cold.codes().length;
        }
        bytes += byteSize(memories()) + byteSize(rest);
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    private static long byteSize(List<Memory> memories) {
        long bytes = 0;
        for (Memory memory : memories) {
            bytes += BYTES_A_MEMORY + 2L * memory.text().length();
            bytes += memory.evidence().stream()
                    .mapToLong(evidence -> 150 + 2L * evidence.quote().length())
                    .sum();
        }
        return bytes;
    }
}
