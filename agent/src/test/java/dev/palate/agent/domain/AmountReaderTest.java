package dev.palate.agent.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What messages ask of a price.
class AmountReaderTest {
    private static final CatalogSnapshot CATALOG = catalog();
    private static final MessageReader READER = new MessageReader(CATALOG.lexicon());

    private static CatalogSnapshot catalog() {
        var item = new Item(
                new ItemId("1"),
                "Whetstone 1000/6000",
                null,
                List.of("Knives"),
                List.of(),
                "Two grits.",
                Map.of("price", "38"),
                false,
                null,
                null,
                0);
        return new CatalogSnapshot(List.of(item), Map.of(), new Lexicon(DomainPackFile.shop()));
    }

    private static String said(AmountWish wish) {
        return switch (wish) {
            case AmountWish.Between(Amount _, double from, double to) -> from + ".." + to;
            case AmountWish.Some(Amount _, boolean much) -> much ? "much" : "little";
            case AmountWish.Than(Amount _, boolean more) -> more ? "more" : "less";
        };
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a knife under 30 euros                    | -Infinity..30.0
            a knife under €30                         | -Infinity..30.0
            a knife for less than 29.90€              | -Infinity..29.9
            knives up to 1200 eur                     | -Infinity..1200.0
            at most 25, please                        | -Infinity..25.0
            no more than 25 euros                     | -Infinity..25.0
            more than 25 euros                        | 25.0..Infinity
            a knife over €100                         | 100.0..Infinity
            at least 20 euros                         | 20.0..Infinity
            between 20 and 40 euros                   | 20.0..40.0
            between 20 and 40                         | 20.0..40.0
            €20-40 for a gift                         | 20.0..40.0
            around 50 euros                           | 40.0..60.0
            my budget is 60                           | -Infinity..60.0
            I can spend 60 euros                      | -Infinity..60.0
            I don't want to spend more than 30 euros  | -Infinity..30.0
            nothing over 50 euros                     | -Infinity..50.0
            not above 40                              | -Infinity..40.0
            not less than 20                          | 20.0..Infinity
            no plastic under 30 euros                 | -Infinity..30.0
            under €1,500                              | -Infinity..1500.0
            under 1.500,50 euros                      | -Infinity..1500.5
            something for 20 euros                    | -Infinity..20.0
            I have 50 euros                           | -Infinity..50.0
            my old grinder cost 200 euros and broke   | ''
            the price of 2 mugs                       | ''
            a gift for children under 10              | ''
            for my dad, he is over 70                 | ''
            it should last at least 2 years           | ''
            something cheap                           | little
            nothing expensive                         | little
            not too cheap                             | much
            an expensive knife                        | much
            cheaper please                            | less
            less expensive ones                       | less
            something pricier                         | more
            a pot of 2 litres                         | ''
            ready under 30 minutes                    | ''
            the 3 best knives                         | ''
            a Whetstone 1000/6000                     | ''
            from before 1990                          | ''
            """)
    void prices(String text, String expected) {
        assertThat(READER.read(text, CATALOG).amounts().stream()
                        .map(AmountReaderTest::said)
                        .collect(Collectors.joining(" ")))
                .isEqualTo(expected);
    }
}
