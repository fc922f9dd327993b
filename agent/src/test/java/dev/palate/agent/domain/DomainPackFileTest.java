package dev.palate.agent.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.AgentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packs are refused with the field that is wrong.
class DomainPackFileTest {
    @TempDir
    Path folder;

    private Path file(String json) throws IOException {
        return Files.writeString(folder.resolve("pack.json"), json);
    }

    private void refused(String json, String message) throws IOException {
        Path file = file(json);
        assertThatThrownBy(() -> DomainPackFile.read(file))
                .isInstanceOfSatisfying(
                        AgentException.class, e -> assertThat(e.code()).isEqualTo(AgentException.Code.BAD_FILE))
                .hasMessageContaining("pack.json")
                .hasMessageContaining(message);
    }

    @Test
    void theShippedPackLoads() {
        DomainPack films = DomainPackFile.films();
        assertThat(films.name()).isEqualTo("films");
        assertThat(films.categories()).hasSizeGreaterThan(15);
        assertThat(films.themes()).extracting(DomainPack.Theme::id).contains("slasher", "space", "heist");
    }

    @Test
    void theShopLoadsAndIsAsItsFileSays() {
        DomainPack shop = DomainPackFile.of("shop");
        assertThat(shop.speech().plural()).isEqualTo("products");
        assertThat(shop.speech().examples()).isNotEmpty();
        assertThat(shop.widerTitles()).isNull();
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        for (String name : DomainPackFile.SHIPPED) {
            DomainPack pack = DomainPackFile.of(name);
            assertThat(DomainPackFile.read(file(DomainPackFile.text(pack)))).isEqualTo(pack);
        }
    }

    @Test
    void aSettingIsAShippedPackOrAFile() {
        assertThatThrownBy(() -> DomainPackFile.of("books"))
                .isInstanceOf(AgentException.class)
                .hasMessage(
                        "a domain pack is films, shop or a file, was 'books', which is no file; ./palate domain draft"
                                + " makes one");
    }

    @Test
    void aSmallPackLoads() throws IOException {
        DomainPack pack = DomainPackFile.read(file("""
                {"version": 1, "name": "shop", "language": "en", "noun": "product",
                 "categories": [{"category": "Tea", "label": "teas", "words": ["tea"]}]}
                """));
        assertThat(pack.categories()).hasSize(1);
        assertThat(pack.themes()).isEmpty();
        assertThat(pack.speech())
                .isEqualTo(new Speech("product", "products", "category", "Had it", Set.of(), List.of()));
    }

    @Test
    void wrongPacksAreRefused() throws IOException {
        refused("{", "is not JSON");
        refused("[]", "must hold an object for the pack");
        refused("{\"version\": 2}", "has version 2; this build reads version 1");
        refused("{\"version\": 1, \"nane\": \"x\"}", "unknown field nane in the pack; allowed are aliases,");
        refused("{\"version\": 1}", "has no text in field name");
        String start = "{\"version\": 1, \"name\": \"x\", \"language\": \"en\", \"noun\": \"x\", ";
        refused(start + "\"themes\": {}}", "has no list in field themes");
        refused(start + "\"facets\": [{\"id\": \"A!\", \"label\": \"a\", \"words\": [\"a\"]}]}", "facet id must match");
        refused(start + "\"facets\": [{\"id\": \"a\", \"label\": \"a\", \"words\": []}]}", "number of words of a");
        refused(
                start + "\"facets\": [{\"id\": \"a\", \"label\": \"a\", \"words\": [\"b\"], \"more\": [1]}]}",
                "has 1 in field more, which holds texts");
        refused(start + "\"nouns\": [3]}", "has 3 in field nouns, which holds texts");
        String theme = "{\"id\": \"a\", \"label\": \"a\", \"words\": [\"a\"]}";
        refused(start + "\"themes\": [" + theme + "," + theme + "]}", "theme id must be unique, 'a' is there twice");
        assertThatThrownBy(() -> DomainPackFile.read(folder.resolve("none.json")))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("cannot be read");
    }
}
