package dev.palate.retrieval.embedding.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.embedding.table.TableSpec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecipeTest {
    private static Recipe.Shape shape(int rows, int dimension) {
        int[] counts = new int[rows];
        Arrays.setAll(counts, row -> 1 + 5_000 / (row + 10));
        return new Recipe.Shape(counts, dimension, 3);
    }

    /// Within the bytes, with a vector for every item, and using most of what it may.
    @ParameterizedTest
    @EnumSource
    void whatATableIsFitsItsBudget(TableKind table) {
        for (Recipe.Shape shape : List.of(shape(1_682, 64), shape(16_861, 64), shape(300, 24), shape(9, 4))) {
            for (double ratio : List.of(1.0, 2.0, 3.7, 8.0, 16.0, 60.0, 900.0)) {
                long budget = (long) (shape.fullBytes() / ratio);
                Recipe recipe = Recipe.of(table, shape, ratio);
                TableSpec spec;
                switch (recipe) {
                    case Recipe.Trained trained -> spec = trained.spec();
                    case Recipe.Compressed compressed -> spec = compressed.spec();
                    case Recipe.Adaptive adaptive -> {
                        assertThat(adaptive.bytes()).isEqualTo(budget);
                        continue;
                    }
                    case Recipe.AsAdaptive _ -> {
                        continue;
                    }
                    case Recipe.OutOfReach none -> {
                        assertThat(none.why())
                                .as("%s %s", table, ratio)
                                .matches(".+ needs \\d+ bytes, there are -?\\d+");
                        // Nine items of four values are less than a network or a cache of one row needs.
                        if (shape.rows() > 9) {
                            assertThat(ratio)
                                    .as("%s of %d rows", table, shape.rows())
                                    .isGreaterThan(1.0);
                        }
                        continue;
                    }
                }
                assertThat(spec.lastId()).isGreaterThanOrEqualTo(shape.rows() - 1L);
                assertThat(spec.dimension()).isEqualTo(shape.dimension());
                if (!table.ofOneSize()) {
                    assertThat(spec.bytes()).as("%s %s", table, ratio).isBetween(1L, budget);
                }
            }
        }
    }

    @Test
    void sizesOfAnEighthAreThoseOfTheBook() {
        Recipe.Shape shape = shape(1_682, 64);
        assertThat(Recipe.of(TableKind.NARROW, shape, 8))
                .isEqualTo(new Recipe.Trained(new TableSpec.Narrow(1_682, 64, 8, 3)));
        assertThat(Recipe.of(TableKind.HASH, shape, 8)).isEqualTo(new Recipe.Trained(new TableSpec.Hashed(210, 64, 3)));
        assertThat(Recipe.of(TableKind.PQ, shape, 8))
                .isEqualTo(new Recipe.Compressed(new TableSpec.ProductQuantised(1_682, 64, 157, 3), true));
        assertThat(Recipe.of(TableKind.HOT_HASH, shape, 8))
                .isEqualTo(new Recipe.Trained(
                        new TableSpec.HotCold(105, new TableSpec.Full(105, 64, 3), new TableSpec.Hashed(105, 64, 3))));
        // A byte for each eight values is a thirty-second, beside two centroids.
        assertThat(Recipe.of(TableKind.PQ, shape, 32)).isInstanceOf(Recipe.OutOfReach.class);
        assertThat(Recipe.factors(64)).containsExactly(4, 4, 4);
        assertThat(Recipe.factors(48)).containsExactly(3, 4, 4);
        assertThat(Recipe.factors(7)).containsExactly(1, 1, 7);
    }

    @Test
    void namesThatAreNoTableAreRefused() {
        assertThat(TableKind.of(List.of("qr", " PQ "))).containsExactly(TableKind.FULL, TableKind.PQ, TableKind.QR);
        assertThatThrownBy(() -> TableKind.of(List.of("svd")))
                .hasMessageStartingWith("no table {svd}; give all, or some of full, narrow, log-rule, ");
        assertThatThrownBy(() -> TableKind.of(List.of("amtl-log-rule")))
                .hasMessage("table {amtl-log-rule} has as many values as {amtl} keeps: give both, or {log-rule}");
    }
}
