package dev.palate.retrieval.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.embedding.SequenceSections;
import dev.palate.retrieval.factor.History;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SequenceScorerTest {
    private static final int ITEMS = 23;
    private static final Offset<Float> CLOSE = Offset.offset(2e-6f);

    static List<SequenceLayer> layers() {
        return List.of(new SequenceLayer.SelfAttention(48), new SequenceLayer.GatedAttention());
    }

    /// The hidden states beside the weights were computed by PyTorch ([GoldenSequence]).
    @ParameterizedTest
    @MethodSource("layers")
    void agreesWithWhatPyTorchComputed(SequenceLayer layer) throws Exception {
        GoldenSequence golden = GoldenSequence.read(layer);
        SequenceScorer scorer = new SequenceScorer(golden.model());
        assertThat(golden.model().shape().layer()).isEqualTo(layer);
        for (int user = 0; user < golden.histories().size(); user++) {
            float[] hidden = scorer.hidden(golden.histories().get(user));
            assertThat(hidden)
                    .as("user " + user)
                    .containsExactly(golden.hidden().get(user), Offset.offset(2e-5f));
        }
    }

    /// Written out once more without vectors, caches or shared code, in double precision.
    @ParameterizedTest
    @MethodSource("layers")
    void agreesWithTheFormulas(SequenceLayer layer) {
        SequenceModel model = RandomSequences.model(RandomSequences.shape(layer), ITEMS, 3);
        SequenceScorer scorer = new SequenceScorer(model);
        for (int size = 1; size <= 12; size++) {
            History history = RandomSequences.history(size, ITEMS, size);
            double[] expected = PlainSequence.hidden(model, history);
            float[] actual = scorer.hidden(history);
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) actual[i]).as("size " + size).isCloseTo(expected[i], Offset.offset(5e-5));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void appendingGivesWhatTheWholeHistoryGives(SequenceLayer layer) {
        SequenceModel model = RandomSequences.model(RandomSequences.shape(layer), ITEMS, 4);
        SequenceScorer scorer = new SequenceScorer(model);
        History all = RandomSequences.history(17, ITEMS, 5);
        SequenceScorer.Session session = scorer.open(History.EMPTY);
        for (int size = 1; size <= all.size(); size++) {
            session.append(all.items()[size - 1], all.times()[size - 1]);
            assertThat(session.size()).isEqualTo(Math.min(7, size));
            History history = new History(Arrays.copyOf(all.items(), size), Arrays.copyOf(all.times(), size));
            assertThat(session.hidden()).as("size " + size).containsExactly(scorer.hidden(history), CLOSE);
            float[] appended = new float[ITEMS];
            float[] whole = new float[ITEMS];
            session.score(appended);
            scorer.score(history, whole);
            assertThat(appended).containsExactly(whole, Offset.offset(1e-5f));
        }
    }

    @Test
    void onlyTheNewestEventsAndTheirOrderCount() {
        SequenceModel model = RandomSequences.model(RandomSequences.shape(layers().get(0)), ITEMS, 6);
        SequenceScorer scorer = new SequenceScorer(model);
        int[] newest = {3, 1, 4, 15, 9, 2, 6};
        int[] longer = {20, 21, 3, 1, 4, 15, 9, 2, 6};
        int[] swapped = {3, 1, 4, 9, 15, 2, 6};
        assertThat(scorer.hidden(History.of(longer))).isEqualTo(scorer.hidden(History.of(newest)));
        assertThat(scorer.hidden(History.of(swapped))).isNotEqualTo(scorer.hidden(History.of(newest)));
    }

    @Test
    void timesCountForGatedAttentionOnly() {
        History slow = new History(new int[] {1, 2, 3}, new long[] {0, 90_000, 900_000});
        History fast = new History(new int[] {1, 2, 3}, new long[] {0, 9, 90});
        for (SequenceLayer layer : layers()) {
            SequenceScorer scorer = new SequenceScorer(RandomSequences.model(RandomSequences.shape(layer), ITEMS, 7));
            assertThat(Arrays.equals(scorer.hidden(slow), scorer.hidden(fast)))
                    .isEqualTo(layer instanceof SequenceLayer.SelfAttention);
        }
    }

    @Test
    void anEmptyHistoryScoresNothing() {
        SequenceScorer scorer = new SequenceScorer(
                RandomSequences.model(RandomSequences.shape(new SequenceLayer.GatedAttention()), ITEMS, 8));
        float[] scores = new float[ITEMS];
        Arrays.fill(scores, 9);
        scorer.score(RandomSequences.history(5, ITEMS, 1), new float[ITEMS]);
        scorer.score(History.EMPTY, scores);
        assertThat(scores).containsOnly(0);
    }

    @Test
    void manyThreadsScoreAtOnce() throws Exception {
        SequenceScorer scorer = new SequenceScorer(
                RandomSequences.model(RandomSequences.shape(new SequenceLayer.GatedAttention()), ITEMS, 9));
        List<Callable<float[]>> calls = new ArrayList<>();
        List<float[]> expected = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            History history = RandomSequences.history(1 + i % 9, ITEMS, i);
            float[] scores = new float[ITEMS];
            scorer.score(history, scores);
            expected.add(scores);
            calls.add(() -> {
                float[] mine = new float[ITEMS];
                scorer.score(history, mine);
                return mine;
            });
        }
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<float[]>> done = pool.invokeAll(calls);
            for (int i = 0; i < done.size(); i++) {
                assertThat(done.get(i).get()).isEqualTo(expected.get(i));
            }
        }
    }

    @Test
    void elapsedTimeFallsIntoPowersOfTwo() {
        assertThat(new int[] {
                    SequenceLayer.GatedAttention.bucket(0),
                    SequenceLayer.GatedAttention.bucket(1),
                    SequenceLayer.GatedAttention.bucket(2),
                    SequenceLayer.GatedAttention.bucket(3),
                    SequenceLayer.GatedAttention.bucket(4),
                    SequenceLayer.GatedAttention.bucket(86_400),
                    SequenceLayer.GatedAttention.bucket(Long.MAX_VALUE)
                })
                .containsExactly(0, 1, 2, 2, 3, 17, 47);
    }

    @Test
    void aModelWithoutAllItsWeightsIsRefused() {
        SequenceModel model = RandomSequences.model(RandomSequences.shape(layers().get(0)), ITEMS, 1);
        Map<String, float[]> fewer = new LinkedHashMap<>(model.weights());
        fewer.remove("1.key.bias");
        assertThatThrownBy(() -> new SequenceModel(model.shape(), model.items(), fewer))
                .hasMessage("weight {1.key.bias} must have 32 values, had none");
        Map<String, float[]> more = new LinkedHashMap<>(model.weights());
        more.put("2.key.bias", new float[32]);
        assertThatThrownBy(() -> new SequenceModel(model.shape(), model.items(), more))
                .hasMessageStartingWith("weights must be [position, ");
        Map<String, float[]> broken = new LinkedHashMap<>(model.weights());
        float[] nan = new float[32];
        nan[5] = Float.NaN;
        broken.put("1.key.bias", nan);
        assertThatThrownBy(() -> new SequenceModel(model.shape(), model.items(), broken))
                .hasMessage("weight {1.key.bias} must be finite, but value 5 is NaN");
        assertThatThrownBy(() -> new SequenceShape(new SequenceLayer.GatedAttention(), 40, 2, 2, 7))
                .hasMessage("dimension must be a multiple of 16, was 40");
        assertThatThrownBy(() -> new SequenceScorer(model).open(History.EMPTY).append(ITEMS, 0))
                .hasMessage("item row must be in [0, 23), was 23");
    }

    @Test
    void aFileGivesTheModelBack(@org.junit.jupiter.api.io.TempDir Path folder) {
        for (SequenceLayer layer : layers()) {
            SequenceModel model = RandomSequences.model(RandomSequences.shape(layer), ITEMS, 2);
            Path file = folder.resolve("m");
            SequenceSections.write(model, file);
            SequenceModel read = SequenceSections.read(file);
            assertThat(read.shape()).isEqualTo(model.shape());
            assertThat(read.items()).isEqualTo(model.items());
            assertThat(read.weights().keySet())
                    .containsExactlyElementsOf(model.weights().keySet());
            read.weights()
                    .forEach((name, values) -> assertThat(values)
                            .as(name)
                            .isEqualTo(Objects.requireNonNull(model.weights().get(name))));
        }
    }
}
