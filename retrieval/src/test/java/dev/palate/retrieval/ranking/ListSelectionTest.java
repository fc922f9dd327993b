package dev.palate.retrieval.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.retrieval.ranking.ListSelection.Place;
import dev.palate.retrieval.ranking.ListSelection.Selection;
import dev.palate.retrieval.ranking.Variety.Quota;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListSelectionTest {
    private static final double[] SCORES = {5, 4.9, 4.8, 3, 1};
    private static final int[] ORDER = {0, 1, 2, 3, 4};

    /// The first three are the same thing, of one category; the last two had few events.
    private static final ListSelection.Traits TRAITS = new ListSelection.Traits() {
        @Override
        public double likeness(int candidate, int other) {
            return candidate < 3 && other < 3 ? 1 : 0;
        }

        @Override
        public List<String> categories(int candidate) {
            return candidate < 3 ? List.of("Drama") : List.of("War", "Drama 2");
        }

        @Override
        public int events(int candidate) {
            return candidate < 3 ? 1_000 : 3;
        }
    };

    private static Selection select(int size, Variety variety) {
        return ListSelection.select(ORDER, SCORES, size, 0, variety, TRAITS);
    }

    private static int[] candidates(Selection selection) {
        return selection.places().stream().mapToInt(Place::candidate).toArray();
    }

    private static double added(Place place, String part) {
        return place.added().getOrDefault(part, 0.0);
    }

    @Test
    void withNothingAskedForTheBestComeInOrder() {
        Selection selection = select(3, Variety.NONE);
        assertThat(candidates(selection)).containsExactly(0, 1, 2);
        assertThat(selection.places()).allSatisfy(place -> {
            assertThat(place.added()).isEmpty();
            assertThat(place.propensity()).isEqualTo(1);
            assertThat(place.score()).isEqualTo(SCORES[place.candidate()]);
        });
    }

    @Test
    void withDiversityTheLikeOfWhatIsThereComesLater() {
        Selection selection = select(4, Variety.ofDiversity(0.6));
        assertThat(candidates(selection)).containsExactly(0, 3, 1, 2);
        assertThat(selection.places())
                .extracting(place -> added(place, "diversity"))
                .usingElementComparator((one, other) -> Math.abs(one - other) < 1e-9 ? 0 : 1)
                .containsExactly(0.0, 0.0, -2.4, -2.4);
    }

    @Test
    void noveltyAddsTheDeviationOfTheScoresTimesHowLittleKnownAnItemIs() {
        Selection selection = select(5, new Variety(0, 1, List.of(), 0, 0));
        double mean = Arrays.stream(SCORES).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(SCORES)
                .map(score -> (score - mean) * (score - mean))
                .average()
                .orElseThrow());
        // Two of five are little known: their standardised value is sqrt(3/2), that of the others −sqrt(2/3).
        assertThat(candidates(selection)).containsExactly(3, 0, 1, 2, 4);
        assertThat(selection.places()).allSatisfy(place -> {
            double expected = deviation * (place.candidate() < 3 ? -Math.sqrt(2.0 / 3) : Math.sqrt(1.5));
            assertThat(added(place, "novelty")).isCloseTo(expected, within(1e-5));
            assertThat(place.score()).isCloseTo(SCORES[place.candidate()] + expected, within(1e-5));
        });
    }

    @Test
    void aQuotaPassesOverWhatWouldBreakItAndSaysSo() {
        Selection one = select(3, new Variety(0, 0, List.of(new Quota("DRAMA", 1)), 0, 0));
        assertThat(candidates(one)).containsExactly(0, 3, 4);
        assertThat(one.passedOver()).containsOnlyKeys("drama").containsEntry("drama", 2);

        Selection each = select(5, new Variety(0, 0, List.of(new Quota(null, 1)), 0, 0));
        assertThat(candidates(each)).as("shorter rather than broken").containsExactly(0, 3);
        assertThat(each.passedOver()).as("what ended the list").isEqualTo(Map.of("drama", 2, "war", 1));

        Selection but = select(5, new Variety(0, 0, List.of(new Quota(null, 1), new Quota("drama", 2)), 0, 0));
        assertThat(candidates(but)).as("a quota of its own goes before").containsExactly(0, 1, 3);
    }

    @Test
    void quotasHoldWithDiversityAndExplorationToo() {
        for (long seed = 0; seed < 50; seed++) {
            Selection selection = select(3, new Variety(0.4, 0.3, List.of(new Quota("war", 1)), 0.5, seed));
            assertThat(selection.places().stream().filter(place -> place.candidate() >= 3))
                    .as("seed " + seed)
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    /// Over many seeds an item stands first as often as its propensity says, and the seed decides alone.
    @Test
    void explorationDrawsWhatHadLittleExposureAsOftenAsItSays() {
        int seeds = 4_000;
        int[] first = new int[5];
        for (long seed = 1; seed <= seeds; seed++) {
            // Multiplied, lest the seeds differ by the generator's own step.
            Variety variety = new Variety(0, 0, List.of(), 0.3, seed * 0x9E37_79B9L);
            Selection selection = select(3, variety);
            assertThat(select(3, variety)).isEqualTo(selection);
            Place place = selection.places().getFirst();
            first[place.candidate()]++;
            double expected = place.candidate() == 0 ? 0.7 : 0.15;
            assertThat(place.propensity()).isCloseTo(expected, within(1e-12));
            assertThat(place.explored()).isEqualTo(place.candidate() != 0);
            assertThat(place.score()).as("it is lifted to the place it took").isEqualTo(5);
            assertThat(added(place, "exploration")).isCloseTo(5 - SCORES[place.candidate()], within(1e-12));
        }
        assertThat(first[1] + first[2]).as("items of much exposure").isZero();
        assertThat(first[0]).isCloseTo((int) (0.7 * seeds), within(120));
        assertThat(first[3]).isCloseTo((int) (0.15 * seeds), within(100));
        assertThat(first[4]).isCloseTo((int) (0.15 * seeds), within(100));
    }

    /// Weighing what was shown by its propensity gives the reward that a list without exploration would have had.
    @Test
    void inversePropensitiesGiveBackWhatThePlainListEarns() {
        double[] reward = {0.9, 0.2, 0.4, 0.1, 0.6};
        double sum = 0;
        int seeds = 20_000;
        for (long seed = 1; seed <= seeds; seed++) {
            Place place = select(1, new Variety(0, 0, List.of(), 0.5, seed * 0x9E37_79B9L))
                    .places()
                    .getFirst();
            sum += place.candidate() == 0 ? reward[0] / place.propensity() : 0;
        }
        assertThat(sum / seeds).isCloseTo(reward[0], within(0.03));
    }

    @Test
    void whatIsBestAndExplorableHasBothChances() {
        ListSelection.Traits unknown = new ListSelection.Traits() {
            @Override
            public double likeness(int candidate, int other) {
                return 0;
            }

            @Override
            public List<String> categories(int candidate) {
                return List.of();
            }

            @Override
            public int events(int candidate) {
                return 0;
            }
        };
        for (long seed = 1; seed < 40; seed++) {
            Place place = ListSelection.select(
                            ORDER, SCORES, 1, 0, new Variety(0, 0, List.of(), 0.4, seed * 77), unknown)
                    .places()
                    .getFirst();
            assertThat(place.propensity()).isCloseTo(place.candidate() == 0 ? 0.68 : 0.08, within(1e-12));
        }
    }

    @Test
    void scoresNeverIncreaseAndTheReserveComesAfterTheList() {
        IntStream.range(0, 30).forEach(seed -> {
            double before = Double.POSITIVE_INFINITY;
            for (Place place :
                    select(5, new Variety(0.5, 0.5, List.of(), 0.5, 31L * seed)).places()) {
                assertThat(place.score()).isLessThanOrEqualTo(before);
                before = place.score();
            }
        });
        Selection reserved = ListSelection.select(
                ORDER, SCORES, 2, 2, new Variety(0, 0, List.of(new Quota("drama", 1)), 0, 0), TRAITS);
        assertThat(candidates(reserved)).containsExactly(0, 3, 1, 2);
    }

    @Test
    void fewerCandidatesThanAskedForAreAllTaken() {
        assertThat(select(9, Variety.ofDiversity(1)).places()).hasSize(5);
        assertThat(ListSelection.select(new int[0], new double[0], 9, 3, Variety.ofDiversity(1), TRAITS)
                        .places())
                .isEmpty();
    }

    @Test
    void wishesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> Variety.ofDiversity(1.5)).hasMessage("diversity must be in [0.0, 1.0], was 1.5");
        assertThatThrownBy(() -> new Variety(0, -1, List.of(), 0, 0))
                .hasMessage("novelty must be in [0.0, 1.0], was -1.0");
        assertThatThrownBy(() -> new Variety(0, 0, List.of(), 0.6, 0))
                .hasMessage("exploration must be in [0.0, 0.5], was 0.6");
        assertThatThrownBy(() -> new Variety(0, 0, List.of(new Quota("War", 2), new Quota("war", 3)), 0, 0))
                .hasMessage("quotas must name each category once, two are for war");
        assertThatThrownBy(() -> new Quota(null, 0)).hasMessage("at_most of a quota must be in [1, 100], was 0");
        assertThatThrownBy(() -> new Variety(
                        0,
                        0,
                        IntStream.range(0, 33)
                                .mapToObj(at -> new Quota("c" + at, 1))
                                .toList(),
                        0,
                        0))
                .hasMessage("number of quotas must be in [0, 32], was 33");
    }
}
