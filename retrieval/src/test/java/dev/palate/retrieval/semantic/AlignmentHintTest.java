package dev.palate.retrieval.semantic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AlignmentHintTest {
    private final VectorTable factors =
            new VectorTable(2, new float[] {1, 0, 0.9f, 0.1f, 0, 1, 0.7f, 0.7f, -1, 0, 5, 1});
    private final int[] counts = {50, 50, 50, 50, 50, 2};

    @Test
    void namesTheNearestThatEnoughPeopleHad() {
        AlignmentHint hint = AlignmentHint.of(new float[] {2, 0}, factors, counts, 20, -1, 0);
        assertThat(hint.like()).containsExactly(0, 1, 3);
        assertThat(hint.text(List.of("Alien", "Aliens", "The Thing")))
                .isEqualTo("Liked by people who like: Alien; Aliens; The Thing (guessed from its text)");
        assertThat(AlignmentHint.of(new float[] {2, 0}, factors, counts, 1, 0, 7)
                        .like())
                .containsExactly(1, 5, 3);
        assertThat(new AlignmentHint(List.of(4), 7).text(List.of("Clue"))).endsWith("Clue (7 had it)");
    }

    @Test
    void saysNothingWhereNothingIsNear() {
        AlignmentHint none = AlignmentHint.of(new float[] {0, -1}, factors, counts, 20, -1, 0);
        assertThat(none.like()).isEmpty();
        assertThat(none.text(List.of())).isEmpty();
        assertThat(AlignmentHint.of(new float[2], factors, counts, 20, -1, 0).like())
                .isEmpty();
        assertThatThrownBy(() -> none.text(List.of("x"))).hasMessageContaining("one title for each of 0");
    }

    @Test
    void neverHasMoreThanSixtyTokens() {
        SplittableRandom random = new SplittableRandom(8);
        String signs = "abcdefghijk LMNOPQ 0123456789 -:;,.!?'\" äöüßéñ 東京物語 кино \uD83D\uDE80 ";
        int[] points = signs.codePoints().toArray();
        for (int trial = 0; trial < 10_000; trial++) {
            List<String> titles = IntStream.range(0, 3)
                    .mapToObj(title -> IntStream.range(0, 1 + random.nextInt(300))
                            .map(at -> points[random.nextInt(points.length)])
                            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                            .toString())
                    .toList();
            String text = new AlignmentHint(List.of(0, 1, 2), random.nextInt(Integer.MAX_VALUE)).text(titles);
            assertThat(AlignmentHint.tokens(text)).isLessThanOrEqualTo(AlignmentHint.MAX_TOKENS);
        }
    }

    @Test
    void keepsShortTitlesWhole() {
        String text = new AlignmentHint(List.of(0, 1, 2), 12).text(List.of("Twelve Monkeys", "Blade Runner", "Brazil"));
        assertThat(text).contains("Twelve Monkeys; Blade Runner; Brazil");
    }
}
