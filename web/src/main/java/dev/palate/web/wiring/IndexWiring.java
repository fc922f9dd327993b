package dev.palate.web.wiring;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.change.Changes;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.MiniLmEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.tier.TierOptions;
import dev.palate.memory.tier.TierPlanner;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.web.PalateProperties;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Text vectors and the indexes that follow the truth.
@Configuration(proxyBeanMethods = false)
class IndexWiring {
    @Bean(destroyMethod = "close")
    TextEncoder textEncoder(PalateProperties properties) {
        return switch (properties.encoder()) {
            case MINILM -> MiniLmEncoder.open(MiniLmEncoder.Options.defaults());
            case HASHING -> new HashingEncoder();
        };
    }

    @Bean(destroyMethod = "close")
    IndexChanges indexChanges(
            DataDirectory directory,
            SqlTruth truth,
            Changes changes,
            Catalog catalog,
            TextEncoder encoder,
            PalateProperties properties) {
        IndexChanges.Sources sources =
                new IndexChanges.Sources(changes, catalog, truth.memories(), truth.coldMemories());
        IndexOptions options = IndexOptions.defaults().with(properties.index().vectors());
        return IndexChanges.open(directory.root(), sources, encoder, options);
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

    /// Moves memories between the tiers, from the start on.
    @Bean(initMethod = "start", destroyMethod = "close")
    TierPlanner tierPlanner(TieredMemories memories) {
        return memories.planner();
    }

    @Bean
    ErasurePlace hotTierErasure(TieredMemories memories) {
        return memories.erasurePlace();
    }
}
