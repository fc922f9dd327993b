package dev.palate.agent.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.Films;
import dev.palate.agent.domain.Reading.Act;
import dev.palate.memory.catalog.ItemId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is said of the list before by the places of its items.
class PlaceReaderTest {
    private static final List<Optional<Mention.Title>> SHOWN = IntStream.rangeClosed(1, 5)
            .mapToObj(place -> Optional.of(new Mention.Title(new ItemId("p" + place), "Place " + place, 2000)))
            .toList();

    private final MessageReader reader = new MessageReader(Films.SNAPSHOT.lexicon());

    private String claims(String text, List<Optional<Mention.Title>> shown) {
        return reader.read(text, Films.SNAPSHOT, shown).claims().stream()
                .map(claim -> claim.stance() + " " + claim.mention().slot().value())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            I've seen the first two, I hated the first one    | HATED p1, SEEN p2
            I loved the second one                            | LIKED p2
            I have seen the 3rd one already                   | SEEN p3
            the last one was great                            | LIKED p5
            I've seen the last two                            | SEEN p4, SEEN p5
            more like the first, but not horror               | EXCLUDED horror, REFERENCE p1
            something like number 4                           | REFERENCE p4
            something like #2                                 | REFERENCE p2
            I've seen your second suggestion                  | SEEN p2
            I've seen all of these                            | SEEN p1, SEEN p2, SEEN p3, SEEN p4, SEEN p5
            I've seen them all                                | SEEN p1, SEEN p2, SEEN p3, SEEN p4, SEEN p5
            I don't want any of these                         | EXCLUDED p1, EXCLUDED p2, EXCLUDED p3, EXCLUDED p4, EXCLUDED p5
            the second one is not available, something like it? | REFERENCE p2
            I've seen the third film                          | SEEN p3
            I've seen the seventh one                         | ''
            I've seen number 9                                | ''
            the first time was fun                            | ''
            give me a second                                  | ''
            first of all, hello                               | ''
            both of them are fine                             | ''
            some of them are fine                             | ''
            my number one rule                                | ''
            something from the last five years                | ''
            I've seen a lot in the last two weeks             | ''
            I loved the first three Harry Potter movies       | LIKED 4896
            I've seen the first two seasons of Fargo          | SEEN 608
            Shrek 2 is great but I hated the first one        | LIKED 8360
            I love the Bond films, especially the first one   | ''
            I hate musicals, all of them                      | HATED musical
            I don't like any of those superhero films         | DISLIKED superhero
            I love westerns, I've seen them all               | LIKED western
            My first choice would be a western                | WANTED western
            the last one I watched was boring                 | ''
            It's my birthday on the 3rd, something fun        | ''
            I loved the first movie we watched together       | ''
            Alien is my #1                                    | WANTED alien
            Are any of these on Netflix?                      | ''
            I've seen the first and the third one             | SEEN p1, SEEN p3
            thanks! I loved the second one.                   | LIKED p2
            I've seen none of these                           | ''
            I loved none of these                             | DISLIKED p1, DISLIKED p2, DISLIKED p3, DISLIKED p4, DISLIKED p5
            I've seen all of these but the third one          | REFERENCE p3
            My cats, I love them all                          | ''
            I watched six movies this week and hated all of them | ''
            My friends recommended stuff and I hated all of them | ''
            I hated the last one Tarantino made               | ''
            I loved the first one Nolan directed              | ''
            Bond is great but I hated the first one           | ''
            i love the bond films but hated the first one     | ''
            I watched two films last night, the second was boring | ''
            i read the books but hated the first movie        | ''
            The last movie was boring, give me something      | ''
            With sequels the first is always the best         | ''
            I loved it from the first                         | ''
            I loved number 3 of the saga                      | ''
            """)
    void placesAreWhatWasShownThere(String text, String expected) {
        assertThat(claims(text, SHOWN)).isEqualTo(expected);
        assertThat(claims(text, List.of())).doesNotContain("p1", "p2", "p3", "p4", "p5");
    }

    @Test
    void whatIsGoneIsNotSpokenOf() {
        List<Optional<Mention.Title>> left = List.of(Optional.empty(), SHOWN.get(1));
        assertThat(claims("I loved the first one", left)).isEmpty();
        assertThat(claims("I've seen the first two", left)).isEqualTo("SEEN p2");
    }

    @Test
    void goreIsRuledOutAndNoMood() {
        assertThat(claims("no gore please", List.of())).isEqualTo("EXCLUDED gore");
    }

    @Test
    void whereTitlesAreNamedThemMeansThose() {
        assertThat(claims("I loved Alien and Heat, all of them", SHOWN)).doesNotContain("p1");
        assertThat(claims("I've seen the first Terminator", SHOWN)).doesNotContain("p1");
        assertThat(claims("I've seen both of them", SHOWN.subList(0, 2))).isEqualTo("SEEN p1, SEEN p2");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            has it won anything?                | ''
            is it any good?                     | ''
            who directed it?                    | ''
            how long is that one?               | ''
            tell me more about it               | ''
            what is the second one about?       | p2
            tell me about number 3              | p3
            is the first one scary?             | p1
            was the last one any good?          | p5
            Who directed Heat?                  | 6
            what is it about                    | ''
            """)
    void questionsAboutAnItemAskForItsFacts(String text, String about) {
        Reading reading = reader.read(text, Films.SNAPSHOT, SHOWN);
        assertThat(reading.acts()).contains(Act.ABOUT);
        assertThat(reading.about().stream().map(ItemId::value).collect(Collectors.joining(",")))
                .isEqualTo(about);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            is there anything like the second one?
            how about something like Heat?
            what about Heat?
            show me something like it
            is it possible to get a western?
            I loved the second one
            what should I watch?
            can you recommend something like that one?
            What can I watch tonight? I loved Heat
            What's a good movie if I loved Heat?
            What do you have for someone who loved Alien?
            how about a comedy with robots in it?
            What else have you got with dogs in it?
            Is it OK to ask for two? A western and a comedy
            """)
    void wishesAreNoQuestionsAboutAnItem(String text) {
        assertThat(reader.read(text, Films.SNAPSHOT, SHOWN).acts()).doesNotContain(Act.ABOUT);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            something from the last ten years     | 10
            films of the past 5 years             | 5
            a comedy from the last decade         | 10
            the last couple of decades            | 20
            something recent                      | 5
            have you got a comedy from the last ten years? | 10
            What was the best comedy of the last ten years? | 10
            """)
    void latelyIsCountedFromTheNewestItem(String text, int years) {
        assertThat(reader.read(text, Films.SNAPSHOT, SHOWN).claims())
                .noneMatch(claim -> claim.mention().titled());
        int newest = Objects.requireNonNull(Films.SNAPSHOT.newestYear());
        assertThat(reader.read(text, Films.SNAPSHOT).eras())
                .singleElement()
                .satisfies(era -> assertThat(era.years().from()).isEqualTo(newest - years + 1));
        assertThat(reader.read(text, Films.SNAPSHOT).rest()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            the last two were good
            I watched it last year
            more recent ones
            the past is another country
            something to cheer me up after my recent breakup
            I haven't watched a comedy in the last ten years
            I've lived in Spain for the last 5 years, something light
            """)
    void otherPastsAreNoYears(String text) {
        assertThat(reader.read(text, Films.SNAPSHOT).eras()).isEmpty();
    }
}
