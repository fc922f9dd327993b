package dev.palate.retrieval.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.ranking.RankerWeights;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.ranking.SignalWeights;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class WeightFitTest {
    private static final WeightFit.Options OPTIONS = WeightFit.Options.DEFAULT;

    /// Users walk along a ring of items, one after the other: transitions know what comes, popularity does not.
    private static Histories walks(int users, int length) {
        SplittableRandom random = new SplittableRandom(3);
        Histories.Builder builder = new Histories.Builder(60);
        for (int user = 0; user < users; user++) {
            int start = random.nextInt(60);
            for (int step = 0; step < length; step++) {
                builder.add(user, (start + step) % 60, 1_000L * step + user);
            }
        }
        return builder.build();
    }

    @Test
    void theSourceThatKnowsGetsTheWeight() {
        HeldOut heldOut = HeldOut.of(walks(400, 10), HeldOut.Protocol.LAST_EVENTS);
        RankerWeights weights = WeightFit.fit(heldOut, sources(heldOut.known()), OPTIONS, 1, 2, Progress.NONE);
        assertThat(weights.examples()).isGreaterThan(350);
        assertThat(weights.buckets()).hasSize(1);
        assertThat(weights.buckets().getFirst().from()).isEqualTo(9);
        double transitions = weights.forHistory(9).of(Signal.TRANSITIONS);
        assertThat(transitions).isGreaterThan(2 * Math.abs(weights.forHistory(9).of(Signal.POP)));
        // On the scale of the fixed weights of the same signals.
        double fixed =
                Math.abs(SignalWeights.WARM.of(Signal.TRANSITIONS)) + Math.abs(SignalWeights.WARM.of(Signal.POP));
        assertThat(transitions + Math.abs(weights.forHistory(9).of(Signal.POP))).isCloseTo(fixed, Offset.offset(1e-9));
    }

    @Test
    void threadsChangeNothingAndSamplesAreDrawnBySeed() {
        HeldOut heldOut = HeldOut.of(walks(300, 8), HeldOut.Protocol.LAST_EVENTS);
        Map<Signal, Scorer> sources = sources(heldOut.known());
        WeightFit.Options few = new WeightFit.Options(true, HeldOut.Protocol.LAST_EVENTS, 10, 100, 100, 1, 1);
        RankerWeights one = WeightFit.fit(heldOut, sources, few, 5, 1, Progress.NONE);
        assertThat(WeightFit.fit(heldOut, sources, few, 5, 3, Progress.NONE)).isEqualTo(one);
        assertThat(WeightFit.fit(heldOut, sources, few, 6, 1, Progress.NONE)).isNotEqualTo(one);
        assertThat(one.examples()).isBetween(80, 100);
    }

    @Test
    void aFewExamplesAreNoReasonToLeaveTheFixedWeights() {
        HeldOut heldOut = HeldOut.of(walks(15, 8), HeldOut.Protocol.LAST_EVENTS);
        assertThat(WeightFit.fit(heldOut, sources(heldOut.known()), OPTIONS, 1, 1, Progress.NONE))
                .isEqualTo(RankerWeights.FIXED);
    }

    @Test
    void historiesOfOtherLengthsGetOtherWeightsWhereThereAreEnough() {
        Histories.Builder builder = new Histories.Builder(60);
        SplittableRandom random = new SplittableRandom(9);
        for (int user = 0; user < 1_000; user++) {
            boolean walker = user % 2 == 0;
            int length = walker ? 4 : 30;
            int start = random.nextInt(60);
            for (int step = 0; step < length; step++) {
                builder.add(user, walker ? (start + step) % 60 : (start + step * step * 7) % 60, 1_000L * step + user);
            }
        }
        HeldOut heldOut = HeldOut.of(builder.build(), HeldOut.Protocol.LAST_EVENTS);
        RankerWeights weights = WeightFit.fit(heldOut, sources(heldOut.known()), OPTIONS, 1, 1, Progress.NONE);
        assertThat(weights.buckets()).hasSizeGreaterThan(1);
        assertThat(weights.forHistory(3).weights())
                .isNotEqualTo(weights.forHistory(40).weights());
    }

    @Test
    void theLatestEventsAreThoseAfterOneCut() {
        Histories histories = walks(200, 10);
        HeldOut latest = HeldOut.of(histories, HeldOut.Protocol.LATEST);
        assertThat(latest.latest()).isTrue();
        for (int i = 0; i < latest.users().length; i++) {
            History known = latest.known().of(latest.users()[i]);
            assertThat(known.times()[known.size() - 1]).isLessThan(latest.now());
            for (int item : latest.truth()[i]) {
                assertThat(known.items()).doesNotContain(item);
            }
        }
        assertThat(latest.known().eventCount()).isEqualTo(1_800);
        // Thirty users are too few for a cut in time: then each user's last event.
        assertThat(HeldOut.of(walks(30, 10), HeldOut.Protocol.LATEST).latest()).isFalse();
    }

    private static Map<Signal, Scorer> sources(Histories known) {
        return Map.of(
                Signal.TRANSITIONS,
                Transitions.fit(known, Transitions.Options.DEFAULT)
                        .scorer(Transitions.DECAY)
                        .logarithmic(),
                Signal.POP,
                Popularity.of(known).logarithmic());
    }
}
