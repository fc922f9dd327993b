package dev.palate.retrieval.candidate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.HashingEncoder;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CentredVectorsTest {
    private static final int DIMENSION = 16;

    private final HashingEncoder encoder = new HashingEncoder(DIMENSION, 1);

    /// @param items the last of them has no vector
    private CentredVectors space(int items) {
        CatalogSnapshot catalog = CatalogSnapshot.of(IntStream.range(0, items)
                .mapToObj(i -> Item.of(new ItemId("i%07d".formatted(i)), "No. " + i, null, List.of()))
                .toList());
        float[] raw = new float[(items - 1) * DIMENSION];
        for (int row = 0; row < items - 1; row++) {
            System.arraycopy(encoder.encode(catalog.item(row).title()), 0, raw, row * DIMENSION, DIMENSION);
        }
        TextVectors.Matrix matrix = new TextVectors.Matrix(
                DIMENSION,
                catalog.items().stream().limit(items - 1).map(Item::id).toList(),
                raw);
        EncodingVersion encoding = EncodingVersion.uncentred(encoder);
        return new CentredVectors.Source(() -> matrix, encoder, () -> encoding)
                .of(catalog)
                .orElseThrow();
    }

    @Test
    void theScoresOfARowAreItsCosinesAndAreMadeOnce() {
        CentredVectors space = space(50);
        float[] scores = space.scores(7);
        for (int row = 0; row < 50; row++) {
            assertThat(scores[row]).isEqualTo(space.cosine(row, 7));
        }
        assertThat(space.scores(7)).isSameAs(scores);
        assertThat(space.scores(49)).as("without a vector").containsOnly(0);
    }

    @Test
    void whatIsKeptIsBoundedAndTheLeastLatelyAskedGoesFirst() {
        // 400,000 bytes a row: 41 rows in 16 MiB.
        CentredVectors space = space(100_000);
        float[] first = space.scores(0);
        float[] second = space.scores(1);
        for (int row = 2; row < 41; row++) {
            assertThat(space.scores(0)).isSameAs(first);
            space.scores(row);
        }
        assertThat(space.scores(41)).hasSize(100_000);
        assertThat(space.scores(0)).isSameAs(first);
        assertThat(space.scores(1)).isNotSameAs(second).isEqualTo(second);
    }
}
