package dev.palate.memory.memory;

import dev.palate.memory.vector.ProductQuantiser;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A store without a cold tier.
final class NoColdMemories implements ColdMemories {
    @Override
    public int demote(List<Cold> memories) {
        return 0;
    }

    @Override
    public int promote(Collection<MemoryId> memories) {
        return 0;
    }

    @Override
    public Set<MemoryId> among(Collection<MemoryId> ids) {
        return Set.of();
    }

    @Override
    public List<Cold> of(Subject subject) {
        return List.of();
    }

    @Override
    public List<Cold> of(Collection<MemoryId> ids) {
        return List.of();
    }

    @Override
    public Map<MemoryId, Access> uses(Collection<MemoryId> ids) {
        return Map.of();
    }

    @Override
    public long count() {
        return 0;
    }

    @Override
    public List<Cold> behind(long codebook, int limit) {
        return List.of();
    }

    @Override
    public Optional<Codebook> newest(String encoder) {
        return Optional.empty();
    }

    @Override
    public Optional<Codebook> codebook(long version) {
        return Optional.empty();
    }

    @Override
    public Codebook keep(String encoder, int sample, ProductQuantiser quantiser) {
        return new Codebook(0, encoder, sample, quantiser);
    }

    @Override
    public List<Subject> crowded(int most, int limit) {
        return List.of();
    }

    @Override
    public long warm(Subject subject) {
        return 0;
    }

    @Override
    public Slice slice(Instant before, @Nullable Place after, int limit) {
        return new Slice(List.of(), null);
    }

    @Override
    public int dropCodebooks(long but) {
        return 0;
    }

    @Override
    public void add(List<Access> accesses, double halfLifeSeconds) {}

    @Override
    public List<Access> accesses(Subject subject) {
        return List.of();
    }
}
