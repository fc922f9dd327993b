package dev.palate.memory.tier;

import dev.palate.memory.Milestone;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.ItemVectors;
import dev.palate.memory.index.MemoryIndex;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.ColdMemories.Codebook;
import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.vector.Kernels;
import dev.palate.memory.vector.ProductQuantiser;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the codes of memories that go cold, and the codebooks that they are of. For the passes of
/// [TierPlanner], which run one at a time.
final class ColdCoding {
    private static final Logger LOG = LoggerFactory.getLogger(ColdCoding.class);
    private static final int SAMPLE = 16_384;
    private static final long NO_CODEBOOK = -1;

    /// Centroids of fewer vectors are near copies of some of them. They would outlive their memories in
    /// the database and its back-ups.
    private static final int LEAST_SAMPLE = Codebook.FEW;

    private static final int LEAST_ITEMS = 1_024;

    private final Memories truth;
    private final ColdMemories cold;
    private final IndexChanges changes;
    private final MemoryIndex index;
    private final TextEncoder encoder;
    private final TierOptions options;

    /// @param changes the index, whose encoder it is
    ColdCoding(Memories truth, ColdMemories cold, IndexChanges changes, TextEncoder encoder, TierOptions options) {
        this.truth = truth;
        this.cold = cold;
        this.changes = changes;
        this.index = changes.memories();
        this.encoder = encoder;
        this.options = options;
    }

    /// The memories with their codes of the newest codebook, which is learnt where there is none.
    List<Cold> coded(List<Memory> memories) {
        Codebook codebook = codebook();
        return memories.stream().map(memory -> cold(memory, codebook)).toList();
    }

    private Cold cold(Memory memory, Codebook codebook) {
        float[] vector = index.vector(memory.id(), memory.text()).orElseGet(() -> encoder.encode(memory.text()));
        return new Cold(
                memory.id(),
                memory.subject(),
                memory.revision(),
                codebook.version(),
                codebook.quantiser().encode(vector));
    }

    /// The newest of this encoder, where it was learnt from enough vectors of memories, or from none
    /// while there are not enough; else a new one.
    private Codebook codebook() {
        boolean enough = index.vectorCount() >= LEAST_SAMPLE;
        Optional<Codebook> newest = cold.newest(encoder.version())
                .filter(codebook -> codebook.sample() >= LEAST_SAMPLE || !enough && ofNobody(codebook));
        if (newest.isPresent()) {
            return newest.get();
        }
        float[][] sample = enough ? index.sample(SAMPLE, options.seed()) : ofNobody();
        LOG.info("learning a codebook from {} vectors{}", sample.length, enough ? "" : ", of nobody's memories");
        ProductQuantiser quantiser = ProductQuantiser.train(sample, encoder.dimension(), options.seed());
        Codebook kept = cold.keep(encoder.version(), enough ? sample.length : 0, quantiser);
        Milestone.CODEBOOK_KEPT.reached();
        return kept;
    }

    /// Not one that an erasure has blanked, either.
    private static boolean ofNobody(Codebook codebook) {
        if (codebook.sample() != 0) {
            return false;
        }
        for (float value : codebook.quantiser().values()) {
            if (value != 0) {
                return true;
            }
        }
        return false;
    }

    /// Vectors of the catalog's items, or random unit vectors where there are few.
    private float[][] ofNobody() {
        SplittableRandom random = new SplittableRandom(options.seed());
        int dimension = encoder.dimension();
        ItemVectors items = changes.items().vectors();
        if (items.size() >= LEAST_ITEMS && items.dimension() == dimension) {
            return random.ints(SAMPLE, 0, items.size()).mapToObj(items::vector).toArray(float[][]::new);
        }
        float[][] rows = new float[LEAST_SAMPLE][dimension];
        for (float[] row : rows) {
            for (int i = 0; i < dimension; i++) {
                row[i] = (float) random.nextGaussian();
            }
            Kernels.scale((float) (1 / Math.sqrt(Kernels.dot(row, 0, row, 0, dimension))), row, 0, dimension);
        }
        return rows;
    }

    /// Encodes the texts of cold memories whose codes are of an older codebook, then drops what no codes
    /// are of.
    ///
    /// @param moved told the subjects of those that got new codes
    /// @return how many did
    int recode(Consumer<Subject> moved) {
        if (cold.behind(NO_CODEBOOK, 1).isEmpty()) {
            cold.dropCodebooks(NO_CODEBOOK);
            return 0;
        }
        Codebook codebook = codebook();
        List<MemoryId> behind = cold.behind(codebook.version(), options.bound()).stream()
                .map(Cold::memory)
                .toList();
        if (behind.isEmpty()) {
            cold.dropCodebooks(codebook.version());
            return 0;
        }
        List<Cold> renewed = truth.memories(behind).values().stream()
                .map(memory -> cold(memory, codebook))
                .toList();
        if (!renewed.isEmpty()) {
            cold.demote(renewed);
            Milestone.RECODED.reached();
        }
        cold.dropCodebooks(codebook.version());
        renewed.stream().map(Cold::subject).distinct().forEach(moved);
        return renewed.size();
    }
}
