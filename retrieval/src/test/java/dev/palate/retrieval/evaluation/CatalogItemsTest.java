package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.catalog.Item;
import dev.palate.retrieval.RetrievalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What shops write into their catalogs is read as a store keeps it.
class CatalogItemsTest {
    @TempDir
    Path folder;

    private List<Item> read(String lines) throws IOException {
        return CatalogItems.read(Files.writeString(folder.resolve("catalog.jsonl"), lines));
    }

    @Test
    void whatIsLongerThanAStoreTakesIsCut() throws IOException {
        String words = "word ".repeat(200);
        List<Item> items = read("""
                {"item_id": "a", "title": "%s", "plot": "%s", "director": ["%s"]}
                {"item_id": "b", "title": "%s😀tail"}
                {"item_id": "c", "title": "Alien", "year": 1979, "genres": ["Horror"]}
                """.formatted(words, "plot ".repeat(5_000), "name ".repeat(400), "x".repeat(299)));
        assertThat(items.get(0).title()).hasSize(300).startsWith("word word");
        assertThat(items.get(0).description()).hasSize(20_000);
        assertThat(items.get(0).attributes().get("director")).hasSize(1_000);
        assertThat(items.get(1).title()).as("no half of a character").isEqualTo("x".repeat(299));
        assertThat(items.get(2).title()).isEqualTo("Alien");
        assertThat(items.get(2).year()).isEqualTo(1979);
    }

    @Test
    void whatCannotBeAnItemIsSaid() {
        assertThatThrownBy(() ->
                        read("{\"item_id\": \"a\", \"title\": \"A\", \"genres\": [\"%s\"]}".formatted("g".repeat(500))))
                .isInstanceOf(RetrievalException.class)
                .hasMessageContaining("item {a}: ")
                .hasMessageContaining("500");
    }
}
