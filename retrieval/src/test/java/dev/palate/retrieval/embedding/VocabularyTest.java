package dev.palate.retrieval.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class VocabularyTest {
    @Test
    void sortsByCodePointAndFindsRows() {
        // U+1F600 is written with surrogates, which as UTF-16 units would sort before U+FF21.
        Vocabulary vocabulary = Vocabulary.sorted(List.of("9", "10", "\uD83D\uDE00", "\uFF21", "10"));
        assertThat(vocabulary.ids()).containsExactly("10", "9", "\uFF21", "\uD83D\uDE00");
        assertThat(vocabulary.row("9")).hasValue(1);
        assertThat(vocabulary.row("8")).isEmpty();
        assertThat(vocabulary.id(0)).isEqualTo("10");
    }

    @Test
    void refusesAnIdTwice() {
        assertThatThrownBy(() -> Vocabulary.inOrder(List.of("a", "b", "a")))
                .hasMessage("ids must be distinct, but {a} occurs twice");
    }
}
