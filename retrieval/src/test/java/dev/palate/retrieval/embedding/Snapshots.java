package dev.palate.retrieval.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.ItemNeighbours;
import dev.palate.retrieval.factor.Popularity;
import java.time.Instant;
import java.util.List;

/// A small snapshot with every part filled.
final class Snapshots {
    private Snapshots() {}

    static ModelSnapshot tiny(String version) {
        ModelSnapshot.About about = new ModelSnapshot.About(
                new ModelVersion(version), Instant.parse("2026-01-02T03:04:05.678Z"), 42, 1_234, 5, 17, 0.9, 0.6);
        ItemNeighbours neighbours =
                new ItemNeighbours(new int[] {0, 2, 2, 3}, new int[] {1, 2, 0}, new float[] {0.5f, -0.25f, 1});
        return new ModelSnapshot(
                about,
                Vocabulary.inOrder(List.of("10", "Amélie", "z")),
                new ItemFactors(new float[] {1, 2, -3, 0.5f, 0, 7}, new ImplicitAls.Options(2, 0.5, 0.01, 1, 10, 4, 1)),
                neighbours,
                ItemNeighbours.empty(3),
                neighbours,
                new Popularity(new int[] {3, 1, 2}));
    }

    static void assertSame(ModelSnapshot actual, ModelSnapshot expected) {
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }
}
