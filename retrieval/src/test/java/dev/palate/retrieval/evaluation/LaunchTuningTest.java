package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.retrieval.dynamic.DynamicMemory;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.semantic.IdAligner;
import dev.palate.retrieval.semantic.PriorFoldIn;
import dev.palate.retrieval.semantic.VectorTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How text gives way to events is chosen on what a replay kept, which says the same as the replay itself.
class LaunchTuningTest {
    private static final LaunchBlend PLAIN = new LaunchBlend(2, 1, 1);

    @Test
    void aSampleThatKeptAllSaysWhatTheReplaySaid() {
        ColdTask task = ColdEvaluationTest.task();
        List<LaunchBlend> blends =
                List.of(PLAIN, new LaunchBlend(5, 0.85, 0.9), new LaunchBlend(1, 1, 1.1, List.of(-0.4, 0.2, 0.6, 0.3)));
        for (LaunchBlend blend : blends) {
            LaunchSample sample = new LaunchSample(task, 100_000);
            LaunchSimulation.Outcome outcome = replayed(task, blend, sample);
            assertThat(sample.kept()).isEqualTo(sample.events());
            assertThat(sample.hits(blend))
                    .as(blend.toString())
                    .isEqualTo(outcome.blend().hits());
            for (int part = 0; part < LaunchSimulation.PARTS; part++) {
                assertThat(sample.partHits()[part])
                        .isEqualTo(outcome.parts().get(part).hits());
            }
        }
    }

    @Test
    void aSampleKeepsSmallBucketsWholeAndSharesTheRest() {
        assertThat(LaunchSample.every(new int[] {10, 20, 400, 1_000, 90_000}, 3_000))
                .containsExactly(1, 1, 1, 1, 58);
        assertThat(LaunchSample.every(new int[] {0, 500, 500, 500, 500}, 1_000)).containsExactly(1, 2, 2, 2, 2);
        ColdTask task = ColdEvaluationTest.task();
        LaunchSample sample = new LaunchSample(task, 60);
        replayed(task, PLAIN, sample);
        assertThat(IntStream.of(sample.kept()).sum()).isBetween(40, 60);
        assertThat(sample.events()).isNotEqualTo(sample.kept());
    }

    @Test
    void liftsLieBetweenTheirKnots() {
        LaunchBlend blend = new LaunchBlend(2, 1, 1, List.of(0.4, 0.2, -0.2, 0.1));
        assertThat(List.of(blend.lift(0), blend.lift(1), blend.lift(5), blend.lift(17)))
                .containsExactly(0.4, 0.2, -0.2, 0.1);
        assertThat(blend.lift(2)).isBetween(-0.2, 0.2);
        assertThat(blend.lift(59)).isCloseTo(0, within(0.002));
        assertThat(List.of(blend.lift(60), blend.lift(100_000))).containsOnly(0.0);
        assertThat(blend.lifted(1, 0.5).lifts()).containsExactly(0.4, 0.5, -0.2, 0.1);
        assertThatThrownBy(() -> new LaunchBlend(2, 1, 1, List.of(0.1)))
                .hasMessage("lifts are given at [0, 1, 5, 17] events, were [0.1]");
    }

    /// Items of many events score far above all others, so that those of few are on no list until they are lifted.
    @Test
    void whatIsCrowdedOutIsLifted() {
        int items = 120;
        Random random = new Random(5);
        int[] seen = IntStream.range(0, items)
                .map(item -> item < 40 ? 200 : item < 80 ? 12 : 0)
                .toArray();
        List<LaunchSample> samples = List.of(crowded(seen, random), crowded(seen, random));
        List<String> log = new ArrayList<>();
        LaunchBlend chosen = LaunchTuning.choose(samples, List.of(PLAIN, new LaunchBlend(2, 1, 0.9)), log::add);
        assertThat(chosen.lift(0)).isGreaterThan(0.2);
        assertThat(chosen.lift(12)).isGreaterThan(0.1);
        for (LaunchSample sample : samples) {
            assertThat(sample.hits(chosen)[0]).isGreaterThan(sample.hits(PLAIN)[0]);
            assertThat(sample.hits(chosen)[3]).isGreaterThan(sample.hits(PLAIN)[3]);
        }
        assertThat(log).hasSize(2).allMatch(line -> line.contains("in standard errors"));
        assertThat(LaunchTuning.choose(samples, List.of(PLAIN, new LaunchBlend(2, 1, 0.9)), _ -> {}))
                .isEqualTo(chosen);
    }

    private static LaunchSample crowded(int[] seen, Random random) {
        LaunchSample sample = new LaunchSample(ColdEvaluationTest.task(), 100_000);
        for (int arrival = 0; arrival < 600; arrival++) {
            int place = random.nextInt(seen.length);
            float[] words = new float[seen.length];
            float[] memory = new float[seen.length];
            for (int at = 0; at < seen.length; at++) {
                float crowd = seen[at] == 200 ? 1 : -0.5f;
                words[at] = (float) (crowd + 0.6 * random.nextGaussian() + (at == place ? 0.6 : 0));
                memory[at] = (float) (crowd + 0.6 * random.nextGaussian() + (at == place ? 0.6 : 0));
            }
            // A part by itself finds each kind of item as often.
            boolean found = random.nextInt(3) == 0;
            sample.add(LaunchSimulation.bucket(seen[place]), place, words, memory, seen, new BitSet(), new boolean[] {
                found, false, false
            });
        }
        return sample;
    }

    private static LaunchSimulation.Outcome replayed(ColdTask task, LaunchBlend blend, LaunchSample sample) {
        ColdModels models = new ColdModels(task, ColdEvaluationTest.texts(task), 1, 1, (p, d, n) -> {});
        VectorTable vectors = ColdEvaluationTest.texts(task).of(task, ItemFields.Choice.TITLE);
        ItemFactors factors = models.factors(ImplicitAls.Options.DEFAULT);
        int[] everybody = IntStream.range(0, task.users().size()).toArray();
        return LaunchSimulation.run(
                task,
                new LaunchSimulation.Parts(
                        vectors,
                        factors,
                        models.foldIn(factors, everybody),
                        models.aligned(vectors, factors, IdAligner.Options.DEFAULT)),
                models.memory(vectors, DynamicMemory.Options.of(vectors.dimension())),
                new LaunchSimulation.Tried(blend, List.of(PriorFoldIn.Options.DEFAULT)),
                sample);
    }
}
