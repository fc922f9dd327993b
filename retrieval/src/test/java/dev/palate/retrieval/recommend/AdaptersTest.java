package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.index.ItemFilter;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.candidate.IndexedItems;
import dev.palate.retrieval.candidate.ItemSearch;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.training.Training;
import dev.palate.retrieval.training.TrainingInput;
import dev.palate.retrieval.training.TrainingOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real index and the real registry behind the ports of the sources.
class AdaptersTest {
    @TempDir
    Path folder;

    @Test
    void theIndexSearchesWithinTheFilterAndGivesItsVectors() throws InterruptedException {
        try (World world = new World(folder)) {
            world.truth
                    .catalog()
                    .putAll(List.of(
                            Item.of(new ItemId("a"), "Space Train", 1990, List.of("Drama")),
                            Item.of(new ItemId("b"), "Space Dog", 1990, List.of("Horror"))));
            IndexChanges.Sources followed =
                    new IndexChanges.Sources(world.truth.changes(), world.truth.catalog(), world.truth.memories());
            try (IndexChanges index =
                    IndexChanges.open(folder.resolve("index"), followed, world.encoder, IndexOptions.defaults())) {
                assertThat(index.awaitEncoded(Duration.ofSeconds(60))).isTrue();
                IndexedItems items = new IndexedItems(index.items());
                assertThat(items.search("space", ItemFilter.ALL, 10)).hasSize(2);
                assertThat(items.search("space", ItemFilter.ALL.withExcludedCategories(Set.of("horror")), 10))
                        .extracting(ItemSearch.Hit::item)
                        .containsExactly(new ItemId("a"));
                assertThat(items.current().ids()).containsExactlyInAnyOrder(new ItemId("a"), new ItemId("b"));
                assertThat(items.current()).isSameAs(items.current());
            }
        }
    }

    @Test
    void anActivatedModelIsSeenAtTheNextCall() {
        ModelRegistry registry = ModelRegistry.open(folder.resolve("models"));
        ActiveModel model = new ActiveModel(registry);
        assertThat(model.current()).isEmpty();
        Histories histories = new Histories.Builder(3)
                .add(0, 0, 1)
                .add(0, 1, 2)
                .add(1, 1, 1)
                .add(1, 2, 2)
                .build();
        ModelVersion version = ModelVersion.at(World.NOW);
        Training.run(
                        new TrainingInput(1, Vocabulary.sorted(List.of("a", "b", "c")), histories),
                        TrainingOptions.defaults(1, 1),
                        version,
                        Clock.systemUTC(),
                        Progress.NONE)
                .write(registry.file(version));
        registry.activate(version);
        assertThat(model.current()).hasValueSatisfying(loaded -> {
            assertThat(loaded.version()).isEqualTo(version.value());
            assertThat(loaded.items()).containsExactly(new ItemId("a"), new ItemId("b"), new ItemId("c"));
            assertThat(loaded.scorers()).containsOnlyKeys("cf", "cf_sparse", "ease", "knn", "transitions", "next");
        });
        assertThat(model.current().orElseThrow()).isSameAs(model.current().orElseThrow());
    }
}
