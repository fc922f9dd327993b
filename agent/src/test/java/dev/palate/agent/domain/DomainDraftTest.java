package dev.palate.agent.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.dataset.DatasetReader;
import dev.palate.memory.dataset.DatasetRow;
import dev.palate.memory.dataset.JsonLinesReader;
import dev.palate.memory.dataset.MovieLensReader;
import dev.palate.memory.dataset.RejectedRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Drafts of packs from the two shipped catalogs, and how packs and catalogs go together.
class DomainDraftTest {
    private static final Speech SPEECH = new Speech("product", "products", "category", "Have it", Set.of(), List.of());

    private static List<Item> items(String dataset) {
        Path folder = Path.of(System.getProperty("palate.project.root", ".."))
                .resolve("datasets")
                .resolve(dataset);
        DatasetReader reader = dataset.equals("small-shop") ? new JsonLinesReader(folder) : new MovieLensReader(folder);
        List<Item> items = new ArrayList<>();
        reader.items(new DatasetReader.Sink() {
            @Override
            public void row(DatasetRow row) {
                if (row instanceof DatasetRow.ItemRow(DatasetRow.Place _, Item item)) {
                    items.add(item);
                }
            }

            @Override
            public void rejected(RejectedRow row) {
                throw new AssertionError(row);
            }
        });
        return items;
    }

    private static DomainPack draft(List<Item> items) {
        var draft = new DomainDraft("draft", SPEECH);
        items.forEach(draft::add);
        return draft.pack();
    }

    private static List<String> words(DomainPack pack, String category) {
        return pack.categories().stream()
                .filter(each -> each.category().equals(category))
                .findFirst()
                .orElseThrow()
                .words();
    }

    @Test
    void aShopsCategoriesTagsAndTitlesBecomeWords() {
        List<Item> items = items("small-shop");
        DomainPack pack = draft(items);
        assertThat(words(pack, "Mugs and Cups")).containsExactly("mugs and cups", "mugs", "mug", "cups", "cup");
        assertThat(words(pack, "Knives")).contains("knife");
        assertThat(pack.themes()).extracting(DomainPack.Theme::id).contains("camping", "fair trade", "black tea");
        assertThat(pack.aliases())
                .contains(new DomainPack.Alias("Kilimani Peak, whole beans 500 g", List.of("Kilimani Peak")))
                // Two moka pots have other names in front.
                .extracting(DomainPack.Alias::title)
                .doesNotContain("Cone One Dripper, ceramic");
        assertThat(pack.commonWords()).contains("kettle", "glass").doesNotContain("kilimani", "sencha");
        assertThat(pack.amounts()).extracting(Amount::attribute).containsExactly("price");
        DomainFit fit = DomainFit.of(pack, items);
        assertThat(fit.described()).isEqualTo(items.size());
        assertThat(fit.foreign()).isFalse();
        assertThat(fit.empty()).isEmpty();
    }

    @Test
    void aDraftOfTheFilmsDescribesEveryFilmWithAGenre() {
        List<Item> items = items("ml-latest-small");
        DomainFit fit = DomainFit.of(draft(items), items);
        long dated = items.stream().filter(item -> !item.categories().isEmpty()).count();
        assertThat(fit.described()).isEqualTo((int) dated);
    }

    @Test
    void aPackOfAnotherDomainIsSeen() {
        DomainFit fit = DomainFit.of(DomainPackFile.films(), items("small-shop"));
        assertThat(fit.foreign()).isTrue();
        assertThat(fit.unnamed()).startsWith("Coffee Makers").contains("Tea");
        assertThat(DomainFit.of(DomainPackFile.films(), items("ml-latest-small"))
                        .foreign())
                .isFalse();
        assertThat(DomainFit.of(DomainPackFile.shop(), items("small-shop")))
                .satisfies(shop -> assertThat(shop.foreign()).isFalse())
                .satisfies(shop -> assertThat(shop.unnamed()).isEmpty())
                .satisfies(shop -> assertThat(shop.empty()).isEmpty())
                .satisfies(shop -> assertThat(shop.unheld()).isEmpty());
    }

    @Test
    void nothingToGoByIsRefused() {
        var draft = new DomainDraft("draft", SPEECH);
        draft.add(Item.of(new ItemId("1"), "Alone", null, List.of()));
        assertThatThrownBy(draft::pack)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the catalog has 1 items and neither categories nor tags: there is nothing to draft a pack"
                        + " from");
    }

    @Test
    void aCategoryThatThePackLacksIsUnderstoodByItsName() {
        var lexicon = new Lexicon(DomainPackFile.films());
        var items = List.of(
                Item.of(new ItemId("1"), "Ohm", null, List.of("Telenovela")),
                Item.of(new ItemId("2"), "Watt", null, List.of("Comedy")));
        var catalog = new CatalogSnapshot(items, Map.of(), lexicon);
        Reading reading = new MessageReader(lexicon).read("two telenovelas please, no comedies", catalog);
        assertThat(reading.claims())
                .extracting(claim -> claim.mention().label() + " " + claim.stance())
                .contains("telenovela WANTED", "comedies EXCLUDED");
    }

    @Test
    void theSingularIsFound() {
        assertThat(List.of(
                        "coffee beans",
                        "knives",
                        "dishes",
                        "glasses",
                        "boxes",
                        "berries",
                        "bus",
                        "glass",
                        "loaves",
                        "olives"))
                .extracting(Folding::singular)
                .containsExactly(
                        "coffee bean", "knife", "dish", "glass", "box", "berry", "bus", "glass", "loave", "olive");
    }
}
