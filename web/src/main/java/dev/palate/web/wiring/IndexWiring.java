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
            DataDirectory directory, SqlTruth truth, Changes changes, Catalog catalog, TextEncoder encoder) {
        IndexChanges.Sources sources = new IndexChanges.Sources(changes, catalog, truth.memories());
        return IndexChanges.open(directory.root(), sources, encoder, IndexOptions.defaults());
    }

    /// The way to memories for everyone: what is written past it is not seen at once.
    @Bean
    TieredMemories tieredMemories(SqlTruth truth, IndexChanges index, TextEncoder encoder, Clock clock) {
        return new TieredMemories(truth.memories(), index, encoder, clock, TierOptions.defaults());
    }

    @Bean
    ErasurePlace hotTierErasure(TieredMemories memories) {
        return memories.erasurePlace();
    }
}
