package dev.palate.web.metrics;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.derived.FollowerStatus;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureCounts;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexStatus;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.tier.TierReport;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.memory.user.Users;
import java.util.List;

/// The reports of the store, each a [SharedReport]: however many meters and callers ask, a table is counted once.
/// Thread-safe.
public final class StoreReports {
    /// How many there are.
    ///
    /// @param memories that are active
    public record Counts(long items, long users, long interactions, long memories) {}

    /// What is reported on.
    public record Parts(
            Catalog catalog,
            Users users,
            Interactions interactions,
            TieredMemories memories,
            IndexChanges index,
            Erasure erasure,
            List<NoteFollower> followers) {
        public Parts {
            followers = List.copyOf(followers);
        }
    }

    private final SharedReport<Counts> counts;
    private final SharedReport<TierReport> tiers;
    private final SharedReport<IndexStatus> index;
    private final SharedReport<ErasureCounts> erasures;
    private final SharedReport<List<FollowerStatus>> consumers;

    /// Over the parts.
    public StoreReports(Parts parts) {
        counts = new SharedReport<>(() -> new Counts(
                parts.catalog().count(),
                parts.users().count(),
                parts.interactions().count(),
                parts.memories().count()));
        tiers = new SharedReport<>(parts.memories()::stats);
        index = new SharedReport<>(parts.index()::status);
        erasures = new SharedReport<>(parts.erasure()::counts);
        consumers = new SharedReport<>(
                () -> parts.followers().stream().map(NoteFollower::status).toList());
    }

    /// How many items, users, interactions and memories there are.
    public Counts counts() {
        return counts.get();
    }

    /// What the tiers did and hold.
    public TierReport tiers() {
        return tiers.get();
    }

    /// How far the indexes are.
    public IndexStatus index() {
        return index.get();
    }

    /// How erasures go.
    public ErasureCounts erasures() {
        return erasures.get();
    }

    /// How far the consumers of the outbox are.
    public List<FollowerStatus> consumers() {
        return consumers.get();
    }
}
