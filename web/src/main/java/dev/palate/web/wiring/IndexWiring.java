package dev.palate.web.wiring;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.change.Changes;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.MiniLmEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.web.PalateProperties;
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
            DataDirectory directory, Changes changes, Catalog catalog, Memories memories, TextEncoder encoder) {
        IndexChanges.Sources sources = new IndexChanges.Sources(changes, catalog, memories);
        return IndexChanges.open(directory.root(), sources, encoder, IndexOptions.defaults());
    }
}
