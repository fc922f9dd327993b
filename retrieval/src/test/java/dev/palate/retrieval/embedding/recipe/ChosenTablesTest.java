package dev.palate.retrieval.embedding.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChosenTablesTest {
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AMTL_LOG_RULE")
    void everyKindCanBeSaid(TableKind kind) {
        TableChoice choice = new TableChoice(kind, 4.5);
        assertThat(TableChoice.of(choice.text())).isEqualTo(choice);
        assertThat(new ChosenTables(" " + choice.text().toUpperCase(java.util.Locale.ROOT), "Fold-In"))
                .isEqualTo(new ChosenTables(choice.text(), ChosenTables.FOLD_IN));
    }

    @Test
    void whatIsNoTableIsRefusedWithWhatIs() {
        assertThatThrownBy(() -> new ChosenTables("svd", "fold-in"))
                .hasMessageStartingWith("palate.embedding.item-table must be none or a table: no table {svd}; give one"
                        + " of full, narrow, log-rule, amtl, int8+5%, ")
                .hasMessageEndingWith("and for a size @ with a number from 1x to 1000x, such as pq@8x")
                .message()
                .doesNotContain("amtl-log-rule");
        assertThatThrownBy(() -> new ChosenTables("pq@0.5x", "fold-in")).hasMessageContaining("from 1x to 1000x");
        assertThatThrownBy(() -> new ChosenTables("amtl-log-rule", "fold-in")).hasMessageContaining("choose amtl");
        assertThatThrownBy(() -> new ChosenTables("none", "full"))
                .hasMessage("palate.embedding.user-table is {full}, but no item table is learnt beside it: set"
                        + " palate.embedding.item-table too, such as full");
        assertThat(TableChoice.of("pq").text()).isEqualTo("pq@8x");
        assertThat(TableChoice.of("full@9x").text()).isEqualTo("full");
    }

    @Test
    void whatHurtsIsSaid() {
        assertThat(ChosenTables.NOTHING.warnings(100, 100)).isEmpty();
        assertThat(new ChosenTables("pq@8x", "narrow@4x").warnings(100, 100)).isEmpty();
        List<String> small = new ChosenTables("qr@8x", "hash@8x").warnings(1_682, 943);
        assertThat(small)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("item table qr@8x shares rows, the wrong tool for 1,682 items")
                        .contains("narrow@8x"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("user table hash@8x mixes the tastes of users")
                        .contains("only 943"));
        assertThat(new ChosenTables("qr@8x", "fold-in").warnings(5_000_000, 10)).isEmpty();
        assertThat(new ChosenTables("tt@8x", "fold-in").warnings(10, 10))
                .singleElement()
                .asString()
                .contains("in microseconds");
    }
}
