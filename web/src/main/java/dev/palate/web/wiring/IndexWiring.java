package dev.palate.web.wiring;

import dev.palate.memory.Ids;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.change.Changes;
import dev.palate.memory.derived.Derivations;
import dev.palate.memory.derived.DerivedParts;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.tier.Reinforcement;
import dev.palate.memory.tier.TierOptions;
import dev.palate.memory.tier.TierPlanner;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.web.PalateProperties;
import dev.palate.web.job.Reindexing;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/// Text vectors and the indexes that follow the truth.
@Configuration(proxyBeanMethods = false)
class IndexWiring {
    @Bean(destroyMethod = "close")
    TextEncoder textEncoder(PalateProperties properties) {
        return Encoders.open(properties);
    }

    /// Encoders of indexes made under another setting, for as long as a change takes.
    @Bean(destroyMethod = "close")
    EarlierEncoders earlierEncoders() {
        return new EarlierEncoders();
    }

    /// The encoder to compare with the index: the earlier one until a change of encoders is complete.
    @Bean
    @Primary
    TextEncoder servingEncoder(IndexChanges index) {
        return index.encoder();
    }

    @Bean(destroyMethod = "close")
    IndexChanges indexChanges(
            DataDirectory directory,
            SqlTruth truth,
            Changes changes,
            Catalog catalog,
            @Qualifier("textEncoder") TextEncoder encoder,
            EarlierEncoders earlier,
            PalateProperties properties) {
        IndexChanges.Sources sources =
                new IndexChanges.Sources(changes, catalog, truth.memories(), truth.coldMemories());
        IndexOptions options = IndexOptions.defaults().with(properties.index().vectors());
        return IndexChanges.open(directory.root(), sources, encoder, earlier::of, options);
    }

    /// The way to memories for everyone: what is written past it is not seen at once.
    @Bean
    TieredMemories tieredMemories(
            SqlTruth truth, IndexChanges index, TextEncoder encoder, Clock clock, PalateProperties properties) {
        PalateProperties.Tiers tiers = properties.tiers();
        TierOptions options = tiers.hotBytes() == null ? TierOptions.defaults() : new TierOptions(tiers.hotBytes());
        return new TieredMemories(
                truth.memories(),
                truth.coldMemories(),
                index,
                encoder,
                clock,
                options.with(tiers.warmBytes(), tiers.coldAfter()));
    }

    /// Tells memories what came of the slates they moved.
    @Bean
    Reinforcement reinforcement(TieredMemories memories, SqlTruth truth, Clock clock) {
        return new Reinforcement(memories, truth.slates(), clock);
    }

    /// Moves memories between the tiers, from the start on.
    @Bean(initMethod = "start", destroyMethod = "close")
    TierPlanner tierPlanner(TieredMemories memories) {
        return memories.planner();
    }

    /// Makes memories from others, from the start on, behind everything else.
    @Bean(initMethod = "start", destroyMethod = "close")
    NoteFollower derivedMemories(SqlTruth truth, TieredMemories memories, Clock clock) {
        DerivedParts parts =
                new DerivedParts(truth.catalog(), truth.memories(), memories, truth.grounds(), new Ids(clock), clock);
        return new NoteFollower(truth.outbox(), truth.changes(), new Derivations(parts), NoteFollower.Options.DEFAULT);
    }

    @Bean(destroyMethod = "close")
    Reindexing reindexing(SqlTruth truth, IndexChanges index) {
        return new Reindexing(truth.jobs(), index, () -> truth.mendMemories(done -> {}));
    }

    @Bean
    ErasurePlace hotTierErasure(TieredMemories memories) {
        return memories.erasurePlace();
    }

    @Bean
    ErasurePlace codebooksErasure(TieredMemories memories) {
        return memories.codebooksErasure();
    }
}
