package dev.palate.retrieval.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.retrieval.candidate.Evidence;
import dev.palate.retrieval.candidate.Scored;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReasonsTest {
    private static final ItemId ALIEN = new ItemId("alien");
    private static final ItemId HEAT = new ItemId("heat");

    @Test
    void theSignalsThatAddedMostSpeakAndSilentOnesDoNot() {
        Map<String, Scored> answers = Map.of(
                "pop", saying("widely liked"),
                "text", saying(""),
                "genre", saying("more Drama, which you like"),
                "cf", saying("people with your taste liked it"),
                "knn", saying("people with your taste liked it"),
                "recent", saying("popular lately"));
        Map<String, Double> parts =
                Map.of("pop", -1.0, "text", 5.0, "genre", 2.0, "cf", 3.0, "knn", 2.5, "recent", 0.1);
        List<Reasons.Found> found = new Reasons(answers)
                .of(new int[] {0}, List.of(parts), List.of())
                .getFirst()
                .found();
        assertThat(found).extracting(Reasons.Found::signal).containsExactly("cf", "genre", "recent");
        assertThat(found).extracting(Reasons.Found::share).containsExactly(3.0, 2.0, 0.1);
    }

    @Test
    void memoriesThatPushDownAreNamedThoughNotQuoted() {
        MemoryId memory = new MemoryId("m1");
        Scored against = new Scored(new float[1], 1, row -> new Evidence("", List.of(), List.of(memory)));
        Reasons.OfItem why = new Reasons(Map.of("memory", against))
                .of(new int[] {0}, List.of(Map.of("memory", -2.0)), List.of())
                .getFirst();
        assertThat(why.found()).isEmpty();
        assertThat(why.memories()).containsExactly(memory);
    }

    @Test
    void everyLikedTitleIsNamedOnTheItemItAddedMostTo() {
        Scored liked = new Scored(new float[2], 1, new Scored.Explainer() {
            @Override
            public Evidence of(int row) {
                return naming(ALIEN);
            }

            @Override
            public double share(int row, ItemId named) {
                return named.equals(HEAT) ? 0.1 + row : 1;
            }

            @Override
            public Evidence naming(ItemId named) {
                return new Evidence("because you loved " + named, List.of(named), List.of());
            }
        });
        Map<String, Scored> answers = Map.of("liked", liked, "pop", saying("widely liked"), "cf", saying("others did"));
        Map<String, Double> parts = Map.of("liked", 3.0, "pop", 2.0, "cf", 1.0);
        List<Reasons.OfItem> why =
                new Reasons(answers).of(new int[] {0, 1}, List.of(parts, parts), List.of(ALIEN, HEAT));
        assertThat(texts(why.get(0))).containsExactly("because you loved alien", "widely liked", "others did");
        assertThat(texts(why.get(1)))
                .as("the weakest other reason makes room")
                .containsExactly("because you loved heat", "because you loved alien", "widely liked");
    }

    private static List<String> texts(Reasons.OfItem why) {
        return why.found().stream().map(found -> found.evidence().text()).toList();
    }

    private static Scored saying(String text) {
        return new Scored(new float[1], 1, row -> new Evidence(text, List.of(), List.of()));
    }
}
