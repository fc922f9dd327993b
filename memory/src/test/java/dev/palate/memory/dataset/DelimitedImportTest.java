package dev.palate.memory.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Delimited files as shops and media companies write them, into a real truth.
class DelimitedImportTest {
    private static final Path SHARED = Path.of(System.getProperty("palate.project.root", ".."), "..", "shared", "data");

    @TempDir
    Path folder;

    private ImportFixture store;
    private Path data;

    @BeforeEach
    void open() throws IOException {
        store = ImportFixture.open(folder.resolve("data"));
        data = Files.createDirectory(folder.resolve("set"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(data.resolve(name), content);
    }

    private DelimitedReader reader() {
        return new DelimitedReader(List.of(data), DelimitedOptions.DEFAULT);
    }

    private Item item(String id) {
        return store.truth().catalog().item(new ItemId(id)).orElseThrow();
    }

    private List<Interaction> of(String user) {
        return store.truth().interactions().ofUser(new UserId(user), 100);
    }

    private static DelimitedOptions columns(Map<Column, String> columns) {
        return new DelimitedOptions(null, columns, null, 5);
    }

    @Test
    void aShopsFolderComesInWithItsOwnHeaders() throws IOException {
        file("products.csv", """
                \ufeffSKU;Product Name;Category;Price;Description;Brand
                A-1;"Coffee; dark";Food|Drinks|Food;4,99;"Roasted slowly.
                Says ""hello"" in the morning.";Aroma
                A-2;Tea;"[""Drinks"", ""Hot""]";;;
                """.replace("\n", "\r\n"));
        file("events.tsv", """
                event_time\tevent_type\tproduct_id\tcustomer_id\tsession
                1577836800\tpurchase\tA-1\tann\tx
                1577836801000\tclick\tA-2\tann\tx
                2020-01-01T00:00:02Z\tview\tA-2\tbob\ty
                2020-01-01 00:00:03 UTC\tbuy\tA-2\tbob\ty
                2020-01-01T01:00:04+01:00\tpurchase\tA-1\tbob\ty
                2020-01-02\tview\tA-1\tbob\ty
                """);
        file("customers.csv", "customer_id,name\nann,Ann B.\n");
        file("tags.psv", "user_id|item_id|tag\nann|A-1|Strong\nbob|A-1|strong\nbob|A-1|morning\n");
        DatasetImport.Result result = store.run(reader(), 0);
        assertThat(result.rejected()).isZero();
        assertThat(result.items().rows()).isEqualTo(2);
        assertThat(result.tags()).isEqualTo(3);
        Item coffee = item("A-1");
        assertThat(coffee.title()).isEqualTo("Coffee; dark");
        assertThat(coffee.categories()).containsExactly("Food", "Drinks");
        assertThat(coffee.description()).isEqualTo("Roasted slowly.\nSays \"hello\" in the morning.");
        assertThat(coffee.attributes()).isEqualTo(Map.of("Price", "4,99", "Brand", "Aroma"));
        assertThat(coffee.tags()).containsExactly("strong", "morning");
        assertThat(item("A-2").categories()).containsExactly("Drinks", "Hot");
        assertThat(item("A-2").attributes()).isEmpty();
        assertThat(store.truth().users().user(new UserId("ann")).orElseThrow().name())
                .isEqualTo("Ann B.");
        assertThat(of("ann"))
                .extracting(Interaction::at)
                .containsExactly(Instant.ofEpochSecond(1_577_836_800), Instant.ofEpochSecond(1_577_836_801));
        assertThat(of("ann"))
                .extracting(Interaction::feedback)
                .containsExactly(new Feedback.Purchased(), new Feedback.Viewed());
        assertThat(of("bob"))
                .extracting(Interaction::at)
                .containsExactly(
                        Instant.parse("2020-01-01T00:00:02Z"),
                        Instant.parse("2020-01-01T00:00:03Z"),
                        Instant.parse("2020-01-01T00:00:04Z"),
                        Instant.parse("2020-01-02T00:00:00Z"));
        assertThat(store.run(reader(), 0).changedNothing()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", textBlock = """
            movieId,title,genres -> ,
            id;name;category -> ;
            sku|product_title|year -> |
            'asin,title,a|b|c|d|e|f,department' -> ,
            """)
    void theDelimiterIsSeenInTheHeader(String header, String delimiter) throws IOException {
        assertThat(Header.of(file("items.csv", header + "\n"), DelimitedOptions.DEFAULT)
                        .delimiter())
                .isEqualTo(delimiter.charAt(0));
    }

    @Test
    void ratingsOfAnotherScaleAndDecimalCommasAreBroughtToFive() throws IOException {
        file("items.csv", "id,title,year\n1,One,1999-05-01\n2,Two,2001.0\n");
        file("ratings.csv", "user;item_id;score;date\nu;1;9;1000\nu;2;7,5;1001\nu;1;0;1002\nu;1;11;1003\n");
        DatasetImport.Result result =
                store.run(new DelimitedReader(List.of(data), new DelimitedOptions(null, Map.of(), null, 10)), 1);
        assertThat(item("1").year()).isEqualTo(1999);
        assertThat(item("2").year()).isEqualTo(2001);
        assertThat(of("u"))
                .extracting(Interaction::feedback)
                .containsExactly(new Feedback.Rated(4.5), new Feedback.Rated(3.75));
        assertThat(result.examples())
                .extracting(RejectedRow::reason)
                .containsExactly(
                        "rating must be a number in [1.0, 10.0], was 0",
                        "rating must be a number in [1.0, 10.0], was 11");
    }

    @Test
    void badRowsAreListedWithLineColumnValueAndWhatIsAllowed() throws IOException {
        file("items.csv", """
                item_id,title,year,hidden
                1,One,1999,no
                2,,1999,
                3,Three,soon,
                4,Four,1999,maybe
                ,Five,1999,
                6,"Six
                and a half",1999,
                7,"Seven"th,1999,
                8,Eight
                9,Nine,1999,
                """);
        file("interactions.csv", """
                user_id,item_id,type,timestamp
                u,1,hated,5
                u,1,liked,yesterday
                u,77,liked,5
                u,1,liked,
                """);
        DatasetImport.Result result = store.run(reader(), 1);
        assertThat(result.examples())
                .extracting(row -> row.place().file() + ":" + row.place().line() + " " + row.reason())
                .containsExactly(
                        "items.csv:3 title must have 1 to 300 characters, had 0",
                        "items.csv:4 year must be a year in [1000, 3000] or a date, was soon",
                        "items.csv:5 hidden must be true or false, yes or no, 1 or 0, was maybe",
                        "items.csv:6 item_id must have 1 to 128 characters, was empty",
                        "items.csv:9 a closing quote must be followed by the delimiter or the end of the line",
                        "items.csv:10 a row must have 4 fields (item_id, title, year, hidden), had 2",
                        "interactions.csv:2 type must be rated, liked, disliked, consumed, purchased, viewed, dismissed or"
                                + " what is usual for one of them (buy, click, watch), was hated",
                        "interactions.csv:3 timestamp must be seconds or milliseconds since 1970, RFC 3339 or a date, was"
                                + " yesterday",
                        "interactions.csv:4 item 77 is neither in the data set nor in the catalog",
                        "interactions.csv:5 timestamp must be seconds or milliseconds since 1970, RFC 3339 or a date, was"
                                + " empty");
        assertThat(item("6").title()).isEqualTo("Six and a half");
        assertThat(item("9").title()).isEqualTo("Nine");
    }

    @Test
    void aQuoteLeftOpenCostsItsLineOnly() throws IOException {
        StringBuilder rows = new StringBuilder("id,title\n1,\"open\n");
        for (int i = 2; i < 3_000; i++) {
            rows.append(i).append(",Title ").append(i).append('\n');
        }
        file("items.csv", rows.toString());
        DatasetImport.Result result = store.run(reader(), 0.01);
        assertThat(result.items().rows()).isEqualTo(2_998);
        assertThat(result.examples())
                .containsExactly(new RejectedRow(
                        new DatasetRow.Place("items.csv", 2), "a quote is opened and not closed within 1000 lines"));
    }

    @Test
    void quotesAreLettersWhereTabsDelimit() throws IOException {
        file("items.tsv", "id\ttitle\n1\t\"Heroes\" by Bowie\n2\t12\" single\n3\t\"Plain\"\n");
        assertThat(store.run(reader(), 0).rejected()).isZero();
        assertThat(item("1").title()).isEqualTo("\"Heroes\" by Bowie");
        assertThat(item("2").title()).isEqualTo("12\" single");
        assertThat(item("3").title()).isEqualTo("Plain");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,One\n2,Two\n", "item_id,price\n1,2\n", "a,b\n1,2\n"})
    void aFileWithoutAHeaderThatWillDoIsRefused(String content) throws IOException {
        file("items.csv", content);
        assertThatThrownBy(this::reader)
                .isInstanceOf(MemoryException.class)
                .hasMessageContaining("no column is known for ")
                .hasMessageContaining("name it with --column ")
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.BAD_FILE);
    }

    @Test
    void whatIsMissingOrTwiceIsSaid() throws IOException {
        assertThatThrownBy(this::reader).hasMessageContaining("must hold 1 to 100 files that end in .csv");
        Path interactions = file("interactions.csv", "user_id,item_id,timestamp\nu,1,5\n");
        assertThatThrownBy(this::reader)
                .hasMessageContaining("interactions must have a column for type or rating, had user_id, item_id,"
                        + " timestamp; say what all of them are, such as --type purchased");
        Files.writeString(interactions, "user_id,item_id,rating\nu,1,5\n");
        assertThatThrownBy(this::reader).hasMessageContaining("no column is known for timestamp");
        Files.writeString(interactions, "user_id,item_id,rating,rating,timestamp\n");
        assertThatThrownBy(this::reader).hasMessageContaining("rating stands twice");
        Files.writeString(interactions, "user_id,item_id,rating,timestamp\n");
        assertThatThrownBy(() -> new DelimitedReader(List.of(data), columns(Map.of(Column.TITLE, "nom"))))
                .hasMessageContaining("--column title=nom names no header; the headers are user_id, item_id");
        assertThatThrownBy(() -> new DelimitedOptions(null, Map.of(), "rated", 5))
                .hasMessageContaining("rated needs a rating in each row");
        assertThatThrownBy(() -> new DelimitedOptions('x', Map.of(), null, 5))
                .hasMessage("the delimiter must be comma, tab, semicolon, pipe or colon, was x");
    }

    static boolean sharedDataIsThere() {
        return Files.isDirectory(SHARED);
    }

    @Test
    @EnabledIf("sharedDataIsThere")
    void aGroceryComesInByNamedColumns() {
        var options = new DelimitedOptions(
                null, Map.of(Column.TITLE, "item_id", Column.CATEGORIES, "category_id"), "purchased", 5);
        DatasetImport.Result result = store.run(
                new DelimitedReader(
                        List.of(SHARED.resolve("catalog_grocery.tsv"), SHARED.resolve("splits/grocery_loo/test.tsv")),
                        options),
                0);
        assertThat(result.items().rows()).isGreaterThan(5_000);
        assertThat(result.interactions().rows()).isGreaterThan(1_000);
        assertThat(item("1").attributes()).containsKeys("complements", "substitutes");
        assertThat(of("2177").getFirst().feedback()).isEqualTo(new Feedback.Purchased());
    }

    @Test
    void theShippedFilmsComeInByTheirHeaders() {
        Path shipped = Path.of(System.getProperty("palate.project.root", "..")).resolve("datasets/ml-latest-small");
        assertThatThrownBy(() -> new DelimitedReader(List.of(shipped), DelimitedOptions.DEFAULT))
                .hasMessageContaining("links.csv: no column is known for title")
                .hasMessageContaining("or leave the file out");
        DatasetImport.Result result = store.run(
                new DelimitedReader(
                        List.of(
                                shipped.resolve("movies.csv"),
                                shipped.resolve("ratings.csv"),
                                shipped.resolve("tags.csv")),
                        DelimitedOptions.DEFAULT),
                0);
        assertThat(result.items().rows()).isEqualTo(9_125);
        assertThat(result.interactions()).isEqualTo(new DatasetImport.Count(100_004, 100_004));
        assertThat(result.tags()).isEqualTo(1_296);
        assertThat(item("1").categories()).contains("Adventure", "Children");
    }
}
