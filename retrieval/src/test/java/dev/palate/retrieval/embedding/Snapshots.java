package dev.palate.retrieval.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.ItemNeighbours;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.ranking.RankerWeights;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.semantic.SemanticAdapter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
                Optional.empty(),
                neighbours,
                ItemNeighbours.empty(3),
                neighbours,
                ItemNeighbours.empty(3),
                new Popularity(new int[] {3, 1, 2}),
                RankerWeights.FIXED,
                Verdict.UNJUDGED);
    }

    /// The same with everything that later builds added.
    static ModelSnapshot full(String version) {
        ModelSnapshot tiny = tiny(version);
        ItemFactors sparse =
                new ItemFactors(new float[] {4, -1, 2}, new ImplicitAls.Options(1, 0.01, 0.02, 0.5, 3, 2, 1));
        RankerWeights ranker = new RankerWeights(
                List.of(
                        new RankerWeights.Bucket(1, Map.of(Signal.CF, 0.25, Signal.POP, -0.5)),
                        new RankerWeights.Bucket(7, Map.of(Signal.CF, 0.1, Signal.POP, -0.25))),
                123);
        return new ModelSnapshot(
                        tiny.about(),
                        tiny.items(),
                        tiny.factors(),
                        Optional.of(sparse),
                        tiny.ease(),
                        tiny.knn(),
                        tiny.transitions(),
                        tiny.transitions(),
                        tiny.popularity(),
                        ranker,
                        new Verdict(false, "v0", 77, -0.02, -0.03, -0.01))
                .with(new TextAdapter(
                        "hashing-2",
                        new TextAdapter.Trial(60, 70, 0.25, 0.5, 0.125, 0.375),
                        Optional.of(SemanticAdapter.of(2, new float[] {1, 2, 3, 4}, new float[] {0, -1, 0.5f, 2}))));
    }

    static void assertSame(ModelSnapshot actual, ModelSnapshot expected) {
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }
}
