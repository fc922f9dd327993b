package dev.palate.retrieval.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a lab may be asked for.
class LabOrderTest {
    private static final List<String> HASH = List.of("hash");
    private static final List<String> HALF = List.of("2x");

    @Test
    void withinTheLimitsItIsTaken() {
        LabOrder most = new LabOrder(List.of("all"), Collections.nCopies(16, "1000x"), 10);
        assertThat(most.request(1).ratios()).containsExactly(1000.0);
        assertThat(most.request(1).seeds()).hasSize(10);
        assertThat(new LabOrder(HASH, List.of(" 1x ", "1.5x"), 1).request(1).ratios())
                .containsExactly(1.0, 1.5);
    }

    @Test
    void beyondThemItSaysWhatWasWrong() {
        refused(List.of(), HALF, 1, "number of tables must be in [1, ");
        refused(Collections.nCopies(100, "hash"), HALF, 1, "number of tables must be in [1, ");
        refused(Arrays.asList("hash", null), HALF, 1, "tables must be a list of texts, one of them was null");
        refused(HASH, Arrays.asList((String) null), 1, "budgets must be a list of texts, one of them was null");
        refused(HASH, List.of(), 1, "number of budgets must be in [1, 16], was 0");
        refused(HASH, Collections.nCopies(17, "2x"), 1, "number of budgets must be in [1, 16], was 17");
        refused(HASH, HALF, 0, "seeds must be in [1, 10], was 0");
        refused(HASH, HALF, 11, "seeds must be in [1, 10], was 11");
        refused(List.of("z".repeat(5_000)), HALF, 1, "no table {" + "z".repeat(40) + "}; give all, or some of full,");
        refused(List.of("amtl-log-rule"), HALF, 1, "give both, or {log-rule}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "8", "0x", "0.5x", "1001x", "-2x", "2.1234x", "NaNx", "1e3x", "12345x", "2x,4x"})
    void aBudgetIsANumberFromOneToAThousand(String budget) {
        refused(HASH, List.of(budget), 1, "budgets must be");
    }

    private static void refused(List<String> tables, List<String> budgets, int seeds, String message) {
        assertThatThrownBy(() -> new LabOrder(tables, budgets, seeds))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1_000));
    }
}
