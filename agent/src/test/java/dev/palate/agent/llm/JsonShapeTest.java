package dev.palate.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.AgentException;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JsonShapeTest {
    private static JsonShape.Obj shape() {
        var properties = new LinkedHashMap<String, JsonShape>();
        properties.put("genres", new JsonShape.Arr(new JsonShape.Enumeration(List.of("horror", "comedy")), 2));
        properties.put("stars", new JsonShape.Whole(1, 5));
        return new JsonShape.Obj(properties);
    }

    @Test
    void readsWhatFits() {
        assertThat(shape().parse("{\"genres\":[\"horror\"],\"stars\":5}")
                        .get("stars")
                        .intValue())
                .isEqualTo(5);
    }

    @Test
    void saysWhereAndWhatOtherwise() {
        refuses("{\"genres\":[\"western\"],\"stars\":5}", "at $.genres[0] expected one of the given names");
        refuses("{\"genres\":[],\"stars\":6}", "at $.stars expected a whole number in [1, 5]");
        refuses("{\"genres\":[],\"stars\":1.5}", "at $.stars expected a whole number in [1, 5]");
        refuses("{\"genres\":[]}", "at $ expected the property stars");
        refuses("{\"genres\":[],\"stars\":1,\"id\":7}", "at $ expected only the properties [genres, stars]");
        refuses("{\"genres\":[],\"stars\":1} more", "at $ expected JSON, could not be parsed");
        refuses("{\"genres\":[],\"genres\":[],\"stars\":1}", "at $ expected JSON, could not be parsed");
        refuses("", "at $ expected an object");
        refuses("[".repeat(30_000), "at $ expected JSON, could not be parsed");
        refuses(" ".repeat(40_000), "at $ expected at most 32768 characters, had 40000");
        refuses(
                "{\"genres\":[\"horror\",\"horror\",\"comedy\"],\"stars\":1}",
                "at $.genres expected an array of at most 2 elements");
    }

    private static void refuses(String json, String message) {
        assertThatThrownBy(() -> shape().parse(json))
                .isInstanceOfSatisfying(
                        AgentException.class, e -> assertThat(e.codeName()).isEqualTo("model_output"))
                .hasMessage("the model's answer does not fit: " + message);
    }
}
