package dev.palate.agent.llm.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.llm.JsonShape;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class GbnfTest {
    /// The number grammars use alternatives, groups, ranges and literals only: as a regular expression they can be
    /// compared with the numbers themselves.
    private static Pattern regex(JsonShape shape) {
        String rule = Gbnf.of(shape).substring("root ::= ".length()).strip();
        return Pattern.compile(rule.replaceAll("\"([^\"]*)\"", "\\\\Q$1\\\\E").replace(" ", ""));
    }

    @Test
    void wholeRangesAcceptExactlyTheirNumbers() {
        long seed = Long.getLong("test.seed", 12L);
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            int min = random.nextInt(-1_200, 1_200);
            int max = min + random.nextInt(1 + random.nextInt(2_400));
            Pattern pattern = regex(new JsonShape.Whole(min, max));
            for (int n = min - 30; n <= max + 30; n++) {
                assertThat(pattern.matcher(Integer.toString(n)).matches())
                        .as("seed %d: %d in [%d, %d]", seed, n, min, max)
                        .isEqualTo(n >= min && n <= max);
            }
            assertThat(pattern.matcher("007").matches()).isFalse();
            assertThat(pattern.matcher("-0").matches()).isFalse();
        }
        Pattern widest = regex(new JsonShape.Whole(Integer.MIN_VALUE, Integer.MAX_VALUE));
        assertThat(widest.matcher("-2147483648").matches()).isTrue();
        assertThat(widest.matcher("-2147483649").matches()).isFalse();
        assertThat(widest.matcher("2147483647").matches()).isTrue();
        assertThat(widest.matcher("2147483648").matches()).isFalse();
    }

    @Test
    void quotesNames() {
        assertThat(Gbnf.of(new JsonShape.Enumeration(List.of("a\"b\\c", "ä"))))
                .isEqualTo("root ::= ( \"\\\"a\\\\\\\"b\\\\\\\\c\\\"\" | \"\\\"ä\\\"\" )\n");
    }

    @Test
    void wordsAllowOnlyTheGivenMarks() {
        assertThat(Gbnf.words(List.of("A", "B")))
                .isEqualTo("root ::= [^\\[\\]\\x00-\\x1F] ( [^\\[\\]\\x00-\\x1F] | \"[[A]]\" | \"[[B]]\" )*\n");
    }
}
