package dev.palate.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.annotation.JsonSerialize;

class ShortDecimalsTest {
    record Shown(
            @JsonSerialize(using = ShortDecimals.One.class) double score,

            @JsonSerialize(using = ShortDecimals.One.class) @Nullable
            Double propensity,

            @JsonSerialize(using = ShortDecimals.ByName.class) @Nullable
            Map<String, Double> parts) {}

    @Test
    void numbersHaveSevenDecimalsAndNoTail() {
        assertThat(written(0)).isEqualTo("0.0");
        assertThat(written(-0.0)).isEqualTo("0.0");
        assertThat(written(3)).isEqualTo("3.0");
        assertThat(written(-12.5)).isEqualTo("-12.5");
        assertThat(written(0.0632191151380539)).isEqualTo("0.0632191");
        assertThat(written(0.99999999)).isEqualTo("1.0");
        assertThat(written(-0.00000001)).isEqualTo("0.0");
        assertThat(written(100.0000001)).isEqualTo("100.0000001");
        assertThat(written(1e-7)).isEqualTo("0.0000001");
        assertThat(written(100_719_925.5)).isEqualTo("100719925.5");
    }

    @Test
    void whatIsTooLargeIsWrittenWhole() {
        assertThat(written(1.25e17)).isEqualTo("1.25E17");
        assertThat(written(-Double.MAX_VALUE)).isEqualTo(Double.toString(-Double.MAX_VALUE));
        assertThat(written(Double.NaN)).isEqualTo("\"NaN\"");
    }

    @Test
    void everyNumberIsReadBackWithinHalfOfTheLastDecimal() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 20_000; round++) {
            double value = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-9, 9));
            double read = Double.parseDouble(written(value));
            assertThat(read).isCloseTo(value, within(0.5e-7 + Math.ulp(value)));
        }
    }

    @Test
    void namesKeepTheirOrderAndAbsenceStaysAbsent() {
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("text", 1.5);
        parts.put("als \"x\"", -0.1234567891);
        assertThat(json(new Shown(1, 0.25, parts))).isEqualTo("""
                        {"score":1.0,"propensity":0.25,"parts":{"text":1.5,"als \\"x\\"":-0.1234568}}""");
        assertThat(json(new Shown(1, null, null))).isEqualTo("""
                {"score":1.0,"propensity":null,"parts":null}""");
        assertThat(JsonBuffers.mapper()
                        .valueToTree(new Shown(1, null, parts))
                        .at("/parts/text")
                        .asDouble())
                .isEqualTo(1.5);
    }

    private static String written(double value) {
        String json = json(new Shown(value, null, null));
        return json.substring("{\"score\":".length(), json.indexOf(",\"propensity\""));
    }

    private static String json(Shown shown) {
        return JsonBuffers.mapper().writeValueAsString(shown);
    }
}
