package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

abstract class CatalogContract extends TruthContract {
    private static final Item FULL = new Item(
            new ItemId("i1"),
            "Alien",
            1979,
            List.of("Horror", "Sci-Fi"),
            List.of("space", "slow \"burn\""),
            "In space\nno one ...",
            Map.of("imdb", "tt0078748", "length", "117"),
            true,
            NOW,
            NOW.plusSeconds(5),
            0);

    @Test
    void everyFieldComesBack() {
        Item written = truth().catalog().put(FULL);
        assertThat(written).isEqualTo(FULL.withRevision(1));
        assertThat(truth().catalog().item(FULL.id())).contains(written);
        reopen();
        assertThat(truth().catalog().item(FULL.id())).contains(written);
        assertThat(truth().catalog().item(new ItemId("absent"))).isEmpty();
    }

    @Test
    void anEqualItemKeepsItsRevisionAndMakesNoChange() {
        truth().catalog().put(FULL);
        ChangeNumber before = truth().changes().latest();
        assertThat(truth().catalog().put(FULL).revision()).isEqualTo(1);
        assertThat(truth().catalog().putAll(List.of(FULL))).isZero();
        assertThat(truth().changes().latest()).isEqualTo(before);
        assertThat(truth().catalog().put(item("i1", "Aliens")).revision()).isEqualTo(2);
        assertThat(truth().changes().after(before, 10))
                .containsExactly(new Change(new ChangeNumber(2), Change.Type.ITEM, "i1", 2));
    }

    @Test
    void pagesAndScansGoInOrderOfIds() {
        List<Item> items = IntStream.range(0, 150)
                .mapToObj(i -> item("i%03d".formatted(149 - i), "Film " + i))
                .toList();
        assertThat(truth().catalog().putAll(items)).isEqualTo(150);
        assertThat(truth().catalog().count()).isEqualTo(150);
        List<String> paged = new ArrayList<>();
        @Nullable String cursor = null;
        do {
            Page<Item> page = truth().catalog().page(cursor, 50);
            page.items().forEach(item -> paged.add(item.id().value()));
            cursor = page.nextCursor();
        } while (cursor != null);
        List<String> scanned = new ArrayList<>();
        truth().catalog().scan(item -> scanned.add(item.id().value()));
        assertThat(paged).hasSize(150).isSorted().isEqualTo(scanned);
        assertThat(truth().catalog().items(items.stream().map(Item::id).toList()))
                .hasSize(150);
    }

    @Test
    void aRepeatedItemInOneListIsWrittenOnce() {
        assertThat(truth().catalog().putAll(List.of(item("a", "A"), item("a", "A"), item("a", "B"))))
                .isEqualTo(2);
        assertThat(truth().catalog().item(new ItemId("a")).orElseThrow().revision())
                .isEqualTo(2);
    }

    @Test
    void aDeletedItemIsGoneAndSaidSo() {
        truth().catalog().put(FULL);
        assertThat(truth().catalog().delete(FULL.id())).isTrue();
        assertThat(truth().catalog().delete(FULL.id())).isFalse();
        assertThat(truth().catalog().item(FULL.id())).isEmpty();
        assertThat(truth().changes().after(new ChangeNumber(1), 10))
                .containsExactly(new Change(new ChangeNumber(2), Change.Type.ITEM, "i1", 0));
    }

    @Test
    void aCursorFromElsewhereIsRefused() {
        assertThatThrownBy(() -> truth().catalog().page("%%%", 10))
                .isInstanceOf(MemoryException.class)
                .hasMessage("cursor must be one that a page of items returned, was %%%;"
                        + " leave it out to start at the first page")
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(MemoryException.Code.BAD_INPUT);
        String other = new Cursor("users", List.of("ann")).encode();
        assertThatThrownBy(() -> truth().catalog().page(other, 10)).hasMessageContaining("a page of items");
        assertThatThrownBy(() -> truth().catalog().page(null, 501))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limit must be in [1, 500], was 501");
    }
}
