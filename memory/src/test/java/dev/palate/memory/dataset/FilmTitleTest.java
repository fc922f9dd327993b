package dev.palate.memory.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilmTitleTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Alien (1979);Alien;1979;'';false",
                "Thing, The (1982);The Thing;1982;'';true",
                "City of Lost Children, The (Cité des enfants perdus, La) (1995);The City of Lost Children;1995;La Cité des enfants perdus;true",
                "Seven (a.k.a. Se7en) (1995);Seven;1995;Se7en;true",
                "Soldier of Orange (a.k.a. Survival Run) (Soldaat van Oranje) (1977);Soldier of Orange;1977;Survival Run|Soldaat van Oranje;true",
                "Avventura, L' (Adventure, The) (1960);L'Avventura;1960;The Adventure;true",
                "(500) Days of Summer (2009);(500) Days of Summer;2009;'';false",
                "Frontière(s) (2007);Frontière(s);2007;'';false",
                "Big Bang Theory, The (2007-);The Big Bang Theory;2007;'';true",
                "Fawlty Towers (1975-1979);Fawlty Towers;1975;'';false",
                "Women of '69, Unboxed;Women of '69, Unboxed;;'';false",
                "Paris, I Love You (Paris, je t'aime) (2006);Paris, I Love You;2006;Paris, je t'aime;true",
                "1984;1984;;'';false"
            })
    void aTitleIsTakenApart(String original, String title, @Nullable Integer year, String others, boolean rewritten) {
        FilmTitle parsed = FilmTitle.parse(original);
        assertThat(parsed.title()).isEqualTo(title);
        assertThat(parsed.year()).isEqualTo(year);
        assertThat(String.join("|", parsed.alsoKnownAs())).isEqualTo(others);
        assertThat(parsed.rewritten()).isEqualTo(rewritten);
    }
}
