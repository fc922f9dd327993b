package dev.palate.retrieval.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.Activation;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.Histories;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QualityGateTest {
    private static final int ITEMS = 80;
    private static final int USERS = 250;
    private static final int STEPS = 24;
    private static final long STEP = 10_000;

    @TempDir
    Path folder;

    /// Users walk along a ring; what they will do next is well told by what they did last. With `noise` every event
    /// goes to any item instead.
    private static TrainingInput walks(int steps, boolean noise) {
        SplittableRandom random = new SplittableRandom(5);
        List<String> ids = new ArrayList<>();
        for (int item = 0; item < ITEMS; item++) {
            ids.add("i" + (100 + item));
        }
        Histories.Builder builder = new Histories.Builder(ITEMS);
        for (int user = 0; user < USERS; user++) {
            int start = random.nextInt(ITEMS);
            for (int step = 0; step < steps; step++) {
                int item = noise && step < STEPS ? random.nextInt(ITEMS) : (start + step) % ITEMS;
                builder.add(user, item, STEP * step + user);
            }
        }
        return new TrainingInput(0, Vocabulary.sorted(ids), builder.build());
    }

    private static ModelSnapshot train(TrainingInput input, TrainingOptions options, String version, long now) {
        return Training.run(
                input,
                options,
                new ModelVersion(version),
                InstantSource.fixed(Instant.ofEpochSecond(now)),
                Progress.NONE);
    }

    @Test
    void aGoodModelPassesAndAWorseOneIsNotActivated() {
        ModelRegistry registry = ModelRegistry.open(folder);
        TrainingOptions options = TrainingOptions.defaults(1, 1);
        ModelSnapshot first = train(walks(STEPS, false), options, "v1", STEP * STEPS);
        assertThat(first.verdict().accepted()).isTrue();
        assertThat(first.verdict().against()).isEqualTo("popularity");
        assertThat(first.verdict().low()).isPositive();
        first.write(registry.file(new ModelVersion("v1")));
        registry.activate(new ModelVersion("v1"));

        // More of the same walks: as good as the one in use, judged on what came after its training.
        TrainingOptions judged = options.against(registry.file(new ModelVersion("v1")));
        ModelSnapshot second = train(walks(STEPS + 6, false), judged, "v2", STEP * (STEPS + 6));
        assertThat(second.verdict().against()).isEqualTo("v1");
        assertThat(second.verdict().accepted()).isTrue();
        second.write(registry.file(new ModelVersion("v2")));
        registry.activate(new ModelVersion("v2"));

        // A log whose past was garbled: what it learns is worse at what comes next.
        ModelSnapshot third = train(walks(STEPS + 6, true), judged, "v3", STEP * (STEPS + 6));
        assertThat(third.verdict().against()).isEqualTo("v1");
        assertThat(third.verdict().accepted()).isFalse();
        assertThat(third.verdict().high()).isNegative();
        third.write(registry.file(new ModelVersion("v3")));
        ModelVersion bad = new ModelVersion("v3");
        assertThatThrownBy(() -> registry.activate(bad))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.REFUSED))
                .hasMessageContaining("worse than what it would replace (NDCG@10 -");
        assertThat(registry.active().orElseThrow().about().version()).isEqualTo(new ModelVersion("v2"));

        Instant noon = Instant.parse("2026-03-01T12:00:00Z");
        assertThatThrownBy(() -> registry.activate(bad, new Activation.Order("operator:k", noon, "  ")))
                .hasMessageContaining("or activate it with a reason");
        assertThatThrownBy(() -> new Activation.Order("operator:k", noon, "x".repeat(501)))
                .hasMessage("a reason has at most 500 characters, had 501");
        registry.activate(bad, new Activation.Order("operator:k", noon, "the old log\nwas wrong"));
        ModelRegistry again = ModelRegistry.open(folder);
        assertThat(again.active().orElseThrow().about().version()).isEqualTo(bad);
        assertThat(again.activations())
                .hasSize(3)
                .first()
                .isEqualTo(new Activation("v3", noon, "operator:k", "the old log was wrong", true));
        assertThat(again.heads()).extracting(head -> head.verdict().accepted()).containsExactly(false, true, true);
        again.rollBack(new Activation.Order("operator:k", noon, ""));
        assertThat(again.activations().getFirst())
                .isEqualTo(new Activation("v2", noon, "operator:k", "rolled back from v3", false));
    }
}
