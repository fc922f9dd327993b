package dev.palate.memory.memory;

import dev.palate.memory.vector.ProductQuantiser;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which memories are cold, as the truth has it, with their compressed vectors, and when what was used. A cold memory
/// is active like any other; only its vector is in no index. Thread-safe; a write returns once it is on disk.
public interface ColdMemories {
    /// A memory made cold or to be made so.
    ///
    /// @param revision of the memory that the codes are of
    /// @param codes of its vector by the codebook; not to be changed
    record Cold(MemoryId memory, Subject subject, long revision, long codebook, byte[] codes) {}

    /// A codebook with its number.
    ///
    /// @param encoder the version of the encoder whose vectors it is of
    /// @param sample how many vectors it was learnt from
    record Codebook(long version, String encoder, int sample, ProductQuantiser quantiser) {
        /// Fewer vectors than this stand nearly as they are in a codebook of 256 centroids a part.
        public static final int FEW = 4_096;

        /// True when it was learnt from vectors of memories, and of so few that an erasure blanks it.
        public boolean ofFew() {
            return sample > 0 && sample < FEW;
        }
    }

    /// How much something was used.
    ///
    /// @param memory absent for the subject as a whole
    /// @param weight uses, counting less the longer ago, as of the last
    record Access(Subject subject, @Nullable MemoryId memory, Instant last, double weight) {}

    /// An active memory that is not cold, with its last use.
    ///
    /// @param last change or access, of it or of its subject as a whole
    /// @param weight of the accesses as of the last
    record Candidate(Memory memory, Instant last, double weight) {}

    /// A place in the order of the last change, which goes from the oldest on.
    record Place(Instant updatedAt, MemoryId memory) {}

    /// What stands between two places of that order.
    ///
    /// @param candidates those of them that are active and not cold
    /// @param next the last place looked at, absent when the end was reached
    record Slice(List<Candidate> candidates, @Nullable Place next) {}

    /// Makes those cold that are active, at the revision given and not cold yet, each a change in the
    /// feed; cold ones of that revision get the new codes without one. A short list is one commit, a long
    /// one several, behind interactive writes: repeating it after a failure completes it.
    ///
    /// @return how many were made cold
    int demote(List<Cold> memories);

    /// Makes them warm again, each a change in the feed; commits as [#demote] does.
    ///
    /// @return how many were cold
    int promote(Collection<MemoryId> memories);

    /// Those of the ids that are cold.
    Set<MemoryId> among(Collection<MemoryId> ids);

    /// The cold memories of the subject that are active, by id.
    List<Cold> of(Subject subject);

    /// Those of the memories that are cold, in no order.
    List<Cold> of(Collection<MemoryId> ids);

    /// How many memories are cold.
    long count();

    /// Cold memories whose codes are of another codebook than the one given, by codebook and id.
    List<Cold> behind(long codebook, int limit);

    /// The newest codebook for the encoder.
    Optional<Codebook> newest(String encoder);

    /// The codebook of the version.
    ///
    /// @throws dev.palate.memory.MemoryException `BAD_FILE` when it is damaged
    Optional<Codebook> codebook(long version);

    /// Keeps a codebook under the next version.
    Codebook keep(String encoder, int sample, ProductQuantiser quantiser);

    /// Deletes the codebooks that no codes are of, but for the one given and the newest, so that no number is given
    /// out twice; returns how many.
    int dropCodebooks(long but);

    /// Subjects with more active memories that are not cold than `most`, by id. Looks at every active memory.
    List<Subject> crowded(int most, int limit);

    /// How many active memories of the subject are not cold.
    long warm(Subject subject);

    /// The next memories that were last changed before the time, in the order of their change.
    ///
    /// @param after where the last slice ended, absent for the first
    /// @param limit how many memories are looked at, of whatever status
    Slice slice(Instant before, @Nullable Place after, int limit);

    /// Adds the accesses to what is known.
    ///
    /// @param halfLifeSeconds after which a use counts half
    void add(List<Access> accesses, double halfLifeSeconds);

    /// What is known of the subject and its memories.
    List<Access> accesses(Subject subject);

    /// What is known of the uses of the memories themselves; those never used are left out.
    Map<MemoryId, Access> uses(Collection<MemoryId> ids);

    /// Nothing is cold and nothing can be made so.
    ColdMemories NONE = new NoColdMemories();
}
