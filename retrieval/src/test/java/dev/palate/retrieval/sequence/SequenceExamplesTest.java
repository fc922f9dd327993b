package dev.palate.retrieval.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SequenceExamplesTest {
    private final Histories histories = RandomSequences.circles(60, 40, 1);

    @Test
    void everyStepThatIsNotHeldOutIsSeenOnceAnEpoch() {
        SequenceSettings settings = settings(20);
        SequenceExamples examples = SequenceExamples.of(histories, Optional.empty(), settings);
        assertThat(examples.heldOut()).hasSize(20);
        Map<List<Integer>, Integer> expected = new HashMap<>();
        int steps = 0;
        for (int user = 0; user < histories.userCount(); user++) {
            steps += histories.of(user).size() - 1;
        }
        for (SequenceExamples.Window window : examples.windows()) {
            assertThat(window.positions()).isBetween(1, 7);
            for (int i = 0; i < window.positions(); i++) {
                expected.merge(List.of(window.items()[i], window.items()[i + 1]), 1, Integer::sum);
            }
        }
        assertThat(expected.values().stream().mapToInt(n -> n).sum()).isEqualTo(steps - 20);
        Map<List<Integer>, Integer> seen = new HashMap<>();
        for (List<SequenceExamples.Window> windows : examples.batches(new SplittableRandom(3))) {
            SequenceBatch batch = SequenceBatch.of(windows);
            assertThat(batch.size() * batch.length()).isLessThanOrEqualTo(settings.batchPositions());
            for (int i = 0; i < batch.places().length; i++) {
                long item = batch.items()[(int) batch.places()[i]];
                seen.merge(List.of((int) item, (int) batch.targets()[i]), 1, Integer::sum);
            }
        }
        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void aHeldOutEventIsTheLastAndNotInItsKnownHistory() {
        SequenceExamples examples = SequenceExamples.of(histories, Optional.empty(), settings(1_000));
        assertThat(examples.heldOut()).hasSize(60);
        for (int user = 0; user < 60; user++) {
            History whole = histories.of(user);
            SequenceExamples.HeldOut heldOut = examples.heldOut().get(user);
            assertThat(heldOut.items()).containsExactly(whole.items()[whole.size() - 1]);
            assertThat(heldOut.known().items()).isEqualTo(Arrays.copyOf(whole.items(), whole.size() - 1));
        }
    }

    @Test
    void givenTargetsLeaveTheHistoriesWhole() {
        SequenceTargets targets = new SequenceTargets(new int[] {4}, new int[][] {{1, 2}});
        SequenceExamples examples = SequenceExamples.of(histories, Optional.of(targets), settings(1_000));
        assertThat(examples.heldOut()).hasSize(1);
        assertThat(examples.heldOut().getFirst().known()).isEqualTo(histories.of(4));
        assertThat(examples.windows().stream()
                        .mapToInt(SequenceExamples.Window::positions)
                        .sum())
                .isEqualTo((int) histories.eventCount() - histories.userCount());
    }

    @Test
    void anItemSeenNowhereElseIsNotLookedFor() {
        Histories few = new Histories.Builder(3)
                .add(0, 0, 1)
                .add(0, 1, 2)
                .add(1, 1, 1)
                .add(1, 2, 2)
                .build();
        List<SequenceExamples.HeldOut> heldOut =
                SequenceExamples.of(few, Optional.empty(), settings(9)).heldOut();
        assertThat(heldOut).hasSize(1);
        assertThat(heldOut.getFirst().items()).containsExactly(1);
    }

    @Test
    void theSameSeedGivesTheSameBatches() {
        SequenceExamples examples = SequenceExamples.of(histories, Optional.empty(), settings(20));
        assertThat(order(examples, 5)).isEqualTo(order(examples, 5)).isNotEqualTo(order(examples, 6));
    }

    @Test
    void textsAreCentredOverTheItemsThatHaveOne() {
        ItemTexts texts = ItemTexts.centred(new float[][] {{3, 1}, {0, 0}, {1, 1}});
        assertThat(texts.itemCount()).isEqualTo(3);
        assertThat(texts.values()).containsExactly(1, 0, 0, 0, -1, 0);
        assertThatThrownBy(() -> ItemTexts.centred(new float[][] {{1}, {1, 2}}))
                .hasMessage("text vectors must have one length, but row 1 has 2 values and row 0 has 1");
    }

    @Test
    void timesDecideTheLayer() {
        assertThat(SequenceSettings.defaults(histories, 1).shape().layer())
                .isEqualTo(new SequenceLayer.GatedAttention());
        Histories.Builder untimed = new Histories.Builder(3);
        for (int user = 0; user < 5; user++) {
            untimed.add(user, 0, 0).add(user, 1, 1).add(user, 2, 2);
        }
        assertThat(SequenceSettings.defaults(untimed.build(), 1).shape().layer())
                .isInstanceOf(SequenceLayer.SelfAttention.class);
        assertThat(SequenceLoss.forItems(20_000)).isEqualTo(new SequenceLoss.FullSoftmax());
        assertThat(SequenceLoss.forItems(20_001)).isEqualTo(new SequenceLoss.SampledSoftmax(2_048));
    }

    private static List<Integer> order(SequenceExamples examples, long seed) {
        List<Integer> order = new ArrayList<>();
        for (List<SequenceExamples.Window> batch : examples.batches(new SplittableRandom(seed))) {
            batch.forEach(window -> order.add(window.items()[0]));
        }
        return order;
    }

    private static SequenceSettings settings(int heldOutUsers) {
        return new SequenceSettings(
                RandomSequences.shape(new SequenceLayer.GatedAttention()),
                new SequenceLoss.FullSoftmax(),
                0.1,
                0.001,
                0.9,
                64,
                3,
                1,
                4,
                heldOutUsers,
                1);
    }
}
