package dev.palate.retrieval.candidate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.retrieval.semantic.SemanticAdapter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdaptedItemsTest {
    private static final int DIMENSION = 64;
    private static final int KNOWN = 100;

    private final HashingEncoder encoder = new HashingEncoder(DIMENSION, 1);
    private final EncodingVersion encoding = EncodingVersion.uncentred(encoder);

    private CatalogSnapshot catalog(int items) {
        return CatalogSnapshot.of(IntStream.range(0, items)
                .mapToObj(i -> Item.of(new ItemId("i%05d".formatted(i)), "No. " + i, null, List.of()))
                .toList());
    }

    private TextVectors texts(CatalogSnapshot catalog) {
        float[] raw = new float[catalog.size() * DIMENSION];
        for (int row = 0; row < catalog.size(); row++) {
            System.arraycopy(encoder.encode(catalog.item(row).title()), 0, raw, row * DIMENSION, DIMENSION);
        }
        var matrix = new TextVectors.Matrix(
                DIMENSION, catalog.items().stream().map(Item::id).toList(), raw);
        return () -> matrix;
    }

    private CollaborativeModel model(CatalogSnapshot catalog) {
        // Large, so that adapting thousands takes longer than beginning with it.
        int hidden = 512;
        float[] layer = new float[hidden * DIMENSION];
        for (int i = 0; i < layer.length; i++) {
            layer[i] = (i % 7 - 3) * 0.1f;
        }
        var adapter = new CollaborativeModel.Adapter(
                encoding.id(),
                SemanticAdapter.of(DIMENSION, layer, layer.clone()),
                catalog.items().stream().limit(KNOWN).map(Item::id).toList());
        return new CollaborativeModel() {
            @Override
            public Optional<Loaded> current() {
                return Optional.empty();
            }

            @Override
            public Optional<Adapter> adapter() {
                return Optional.of(adapter);
            }
        };
    }

    /// More than are adapted at once: a replay over another model must not begin before they are there.
    @Test
    void manyNewItemsAreWaitedFor() throws InterruptedException {
        CatalogSnapshot catalog = catalog(KNOWN + 3_000);
        CollaborativeModel model = model(catalog);
        TextVectors texts = texts(catalog);
        AdaptedItems adapted = new AdaptedItems(model);
        Optional<CentredVectors> space = new CentredVectors.Source(texts, encoder, () -> encoding).of(catalog);
        assertThat(adapted.of(catalog, space.orElseThrow()))
                .as("they are made in the background")
                .isEmpty();
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!adapted.ready(catalog, space) && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertThat(adapted.of(catalog, space.get())).isPresent();

        Sources sources =
                new Sources(model, texts, encoder, () -> encoding, (words, filter, limit) -> List.of(), Themes.NONE);
        var view = new Freshness.View(catalog, ItemStatistics.none(catalog), new Freshness.Basis(Instant.EPOCH, 0));
        assertThat(sources.awaitLearnt(view, Duration.ofNanos(1)))
                .as("without time to wait")
                .isFalse();
        assertThat(sources.awaitLearnt(view, Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void aModelWithoutAnAdapterIsNotWaitedFor() throws InterruptedException {
        CatalogSnapshot catalog = catalog(KNOWN);
        Sources sources = new Sources(
                CollaborativeModel.NONE,
                texts(catalog),
                encoder,
                () -> encoding,
                (words, filter, limit) -> List.of(),
                Themes.NONE);
        var view = new Freshness.View(catalog, ItemStatistics.none(catalog), new Freshness.Basis(Instant.EPOCH, 0));
        assertThat(sources.awaitLearnt(view, Duration.ofNanos(1))).isTrue();
    }
}
