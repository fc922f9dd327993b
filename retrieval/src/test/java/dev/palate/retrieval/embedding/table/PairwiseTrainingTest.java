package dev.palate.retrieval.embedding.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import dev.palate.retrieval.factor.Histories;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PairwiseTrainingTest {
    private static final long SEED = Long.getLong("test.seed", 20_260_204L);
    private static final int USERS = 60;
    private static final int ITEMS = 40;
    private static final int DIMENSION = 12;

    /// Users of two tastes, each with half of the items of their taste; even users like even items.
    private static Histories tastes() {
        SplittableRandom random = new SplittableRandom(SEED);
        Histories.Builder builder = new Histories.Builder(ITEMS);
        for (int user = 0; user < USERS; user++) {
            for (int item = user % 2; item < ITEMS; item += 2) {
                if (random.nextBoolean()) {
                    builder.add(user, item, item);
                }
            }
        }
        return builder.withUserCount(USERS).build();
    }

    private static PairwiseModel trained(TableSpec items, int batch, int threads) {
        Histories histories = tastes();
        PairwiseModel model = PairwiseModel.create(
                EmbeddingTables.create(new TableSpec.Full(USERS, DIMENSION, SEED)),
                EmbeddingTables.create(items, histories.itemCounts()),
                PairwiseModel.byFrequency(histories.itemCounts()));
        PairwiseTraining.run(
                model, histories, new PairwiseTraining.Options(40, 0.05, 0.001, batch, threads), SEED, Progress.NONE);
        return model;
    }

    private static double ordered(PairwiseModel model) {
        return ordered(model, false);
    }

    /// The share of pairs of an item of the user's taste and one of the other taste that are in order.
    ///
    /// @param had whether the first of a pair is one that was learnt from, or one that was not
    private static double ordered(PairwiseModel model, boolean had) {
        Histories histories = tastes();
        float[] scores = new float[ITEMS];
        int pairs = 0;
        int right = 0;
        for (int user = 0; user < USERS; user++) {
            model.score(user, scores);
            List<Integer> seen = new ArrayList<>();
            for (int item : histories.of(user).items()) {
                seen.add(item);
            }
            for (int own = user % 2; own < ITEMS; own += 2) {
                for (int other = 1 - user % 2; other < ITEMS && seen.contains(own) == had; other += 2) {
                    pairs++;
                    right += scores[own] > scores[other] ? 1 : 0;
                }
            }
        }
        return right / (double) pairs;
    }

    static List<TableSpec> tables() {
        List<TableSpec> tables = new ArrayList<>();
        for (TableCases one : TableCases.all()) {
            // Rows of 50 are enough for 40 items. Product-quantised codes say nothing before a full table was learnt.
            if (!(one.spec() instanceof TableSpec.ProductQuantised)
                    && one.spec().dimension() == DIMENSION) {
                tables.add(one.spec());
            }
        }
        return tables;
    }

    @ParameterizedTest
    @MethodSource("tables")
    void everyTableLearns(TableSpec spec) {
        PairwiseModel model = trained(spec, 1, 1);
        TableSpec roomy = roomy(spec);
        if (roomy.equals(spec)) {
            assertThat(ordered(model, true)).as("%s, seed %d", spec, SEED).isGreaterThan(0.9);
            assertThat(ordered(model, false)).as("%s, seed %d", spec, SEED).isGreaterThan(0.8);
        } else {
            // A few rows shared among all items learn what was seen, but cannot tell two tastes apart on what was not.
            assertThat(ordered(model, true)).as("%s, seed %d", spec, SEED).isGreaterThan(0.62);
            PairwiseModel wide = trained(roomy, 1, 1);
            assertThat(ordered(wide, true)).as("%s, seed %d", roomy, SEED).isGreaterThan(0.9);
            assertThat(ordered(wide, false)).as("%s, seed %d", roomy, SEED).isGreaterThan(0.8);
        }
    }

    /// A spec of the same kind under which few items share, where the given one is too coarse for that.
    private static TableSpec roomy(TableSpec spec) {
        return switch (spec) {
            case TableSpec.Hashed _ -> new TableSpec.Hashed(2_000, DIMENSION, SEED);
            case TableSpec.Robe robe -> new TableSpec.Robe(20_000, DIMENSION, robe.block(), robe.signed(), SEED);
            case TableSpec.MixedRadix digits
            when digits.combination() == Combination.ADD ->
                new TableSpec.MixedRadix(50, DIMENSION, List.of(50, 2), Combination.ADD, SEED);
            case TableSpec.ChineseRemainder parts
            when parts.combination() == Combination.CONCATENATE ->
                new TableSpec.ChineseRemainder(50, DIMENSION, List.of(50, 51), Combination.CONCATENATE, SEED);
            case TableSpec.HotCold parts
            when parts.cold() instanceof TableSpec.Hashed ->
                new TableSpec.HotCold(parts.hotRows(), parts.hot(), new TableSpec.Hashed(2_000, DIMENSION, SEED));
            default -> spec;
        };
    }

    @Test
    void anyNumberOfThreadsGivesTheSame() {
        TableSpec spec = TableSpec.Quantised.caching(50, DIMENSION, 8, 0.1, SEED);
        PairwiseModel one = trained(spec, 200, 1);
        PairwiseModel again = trained(spec, 200, 1);
        PairwiseModel three = trained(spec, 200, 3);
        float[] scores = new float[ITEMS];
        float[] others = new float[ITEMS];
        for (int user = 0; user < USERS; user++) {
            one.score(user, scores);
            for (PairwiseModel other : List.of(again, three)) {
                other.score(user, others);
                assertThat(others).isEqualTo(scores);
            }
        }
        assertThat(ordered(one)).as("seed %d", SEED).isGreaterThan(0.85);
    }

    /// The recipe of MEC: learn, cluster, go on with the codebooks.
    @Test
    void codebooksOfALearntTableKeepItsOrderAndLearnOn() {
        Histories histories = tastes();
        PairwiseModel full = trained(new TableSpec.Full(ITEMS, DIMENSION, SEED), 1, 1);
        int[] counts = new int[ITEMS];
        for (int item = 0; item < ITEMS; item++) {
            counts[(int) full.itemIds()[item]] = histories.itemCounts()[item];
        }
        PairwiseModel coded = full.with(
                full.users(),
                EmbeddingTables.compress(
                        new TableSpec.ProductQuantised(ITEMS, DIMENSION, 6, SEED), full.items(), counts),
                full.biases().clone());
        double before = ordered(coded);
        assertThat(before).as("seed %d", SEED).isGreaterThan(0.8);
        PairwiseTraining.run(
                coded, histories, new PairwiseTraining.Options(10, 0.02, 0.001, 1, 1), SEED, Progress.NONE);
        assertThat(ordered(coded)).as("seed %d", SEED).isGreaterThan(Math.max(0.8, before - 0.02));
    }

    @Test
    void idsGoByFrequency() {
        assertThat(PairwiseModel.byFrequency(new int[] {3, 9, 3, 12})).containsExactly(2, 1, 3, 0);
    }
}
