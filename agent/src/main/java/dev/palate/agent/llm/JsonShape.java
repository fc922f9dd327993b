package dev.palate.agent.llm;

import dev.palate.agent.AgentException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The shape of a structured answer: a closed subset of JSON schema in which everything is bounded. All properties
/// of
/// an object are required and come in the given order; there are no others.
public sealed interface JsonShape {
    /// Most members of an enum or elements of an array.
    int MAX_MEMBERS = 256;
    /// Longest text value, in characters.
    int MAX_TEXT = 1_000;
    /// Longest answer that [#parse] reads, in characters.
    int MAX_JSON = 32_768;

    /// An object.
    ///
    /// @param properties name to shape, 1 to [#MAX_MEMBERS], names `[A-Za-z_][A-Za-z0-9_]*`
    record Obj(SequencedMap<String, JsonShape> properties) implements JsonShape {
        /// @throws IllegalArgumentException for no or too many properties, or a bad name
        public Obj {
            properties = new LinkedHashMap<>(properties);
            checkMembers("properties", properties.size());
            for (String name : properties.keySet()) {
                if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                    throw new IllegalArgumentException(
                            "property name must match [A-Za-z_][A-Za-z0-9_]*, was '" + name + "'");
                }
            }
        }
    }

    /// An array of like elements.
    ///
    /// @param element shape of each
    /// @param maxElements 1 to [#MAX_MEMBERS]; an empty array is always allowed
    record Arr(JsonShape element, int maxElements) implements JsonShape {
        /// @throws IllegalArgumentException outside the range
        public Arr {
            checkMembers("maxElements", maxElements);
        }
    }

    /// One of some names: the closed vocabulary of this call.
    ///
    /// @param values 1 to [#MAX_MEMBERS]
    record Enumeration(List<String> values) implements JsonShape {
        /// @throws IllegalArgumentException for no or too many values
        public Enumeration {
            values = List.copyOf(values);
            checkMembers("enum values", values.size());
        }
    }

    /// Free text without line breaks.
    ///
    /// @param maxCharacters 1 to [#MAX_TEXT]
    record Text(int maxCharacters) implements JsonShape {
        /// @throws IllegalArgumentException outside the range
        public Text {
            if (maxCharacters < 1 || maxCharacters > MAX_TEXT) {
                throw new IllegalArgumentException(
                        "maxCharacters must be in [1, " + MAX_TEXT + "], was " + maxCharacters);
            }
        }
    }

    /// A whole number.
    ///
    /// @param min smallest allowed
    /// @param max largest allowed
    record Whole(int min, int max) implements JsonShape {
        /// @throws IllegalArgumentException for min > max
        public Whole {
            if (min > max) {
                throw new IllegalArgumentException("min must be at most max, was " + min + " > " + max);
            }
        }
    }

    /// A number with a fraction.
    ///
    /// @param min smallest allowed
    /// @param max largest allowed
    record Real(double min, double max) implements JsonShape {
        /// @throws IllegalArgumentException unless min <= max
        public Real {
            if (!(min <= max)) {
                throw new IllegalArgumentException("min must be at most max, was " + min + " > " + max);
            }
        }
    }

    /// True or false.
    record Truth() implements JsonShape {}

    /// An object with one property.
    static Obj object(String name, JsonShape shape) {
        return new Obj(new LinkedHashMap<>(Map.of(name, shape)));
    }

    /// A text as a JSON string with its quotes.
    static String quote(String text) {
        return Reader.JSON.writeValueAsString(text);
    }

    /// Reads an answer and checks it against this shape; unknown, missing or out-of-range values are refused.
    ///
    /// @throws AgentException `MODEL_OUTPUT`, with the place and the rule but without the text
    default JsonNode parse(String json) {
        if (json.length() > MAX_JSON) {
            throw refused("$", "at most " + MAX_JSON + " characters, had " + json.length());
        }
        JsonNode node;
        try {
            node = Reader.JSON.readTree(json);
        } catch (JacksonException e) {
            throw refused("$", "JSON, could not be parsed");
        }
        check(this, node, "$");
        return node;
    }

    private static void check(JsonShape shape, JsonNode node, String at) {
        switch (shape) {
            case Obj object -> checkObject(object, node, at);
            case Arr array -> checkArray(array, node, at);
            case Enumeration one ->
                require(node.isString() && one.values().contains(node.stringValue()), at, "one of the given names");
            case Text text ->
                require(
                        node.isString() && node.stringValue().length() <= text.maxCharacters(),
                        at,
                        "a text of at most " + text.maxCharacters() + " characters");
            case Whole whole ->
                require(
                        node.isIntegralNumber()
                                && node.canConvertToInt()
                                && node.intValue() >= whole.min()
                                && node.intValue() <= whole.max(),
                        at,
                        "a whole number in [" + whole.min() + ", " + whole.max() + "]");
            case Real real ->
                require(
                        node.isNumber() && node.doubleValue() >= real.min() && node.doubleValue() <= real.max(),
                        at,
                        "a number in [" + real.min() + ", " + real.max() + "]");
            case Truth _ -> require(node.isBoolean(), at, "true or false");
        }
    }

    private static void checkObject(Obj object, JsonNode node, String at) {
        require(node.isObject(), at, "an object");
        for (String name : node.propertyNames()) {
            require(
                    object.properties().containsKey(name),
                    at,
                    "only the properties " + object.properties().keySet());
        }
        object.properties().forEach((name, shape) -> {
            JsonNode value = node.get(name);
            require(value != null, at, "the property " + name);
            if (value != null) {
                check(shape, value, at + "." + name);
            }
        });
    }

    private static void checkArray(Arr array, JsonNode node, String at) {
        require(
                node.isArray() && node.size() <= array.maxElements(),
                at,
                "an array of at most " + array.maxElements() + " elements");
        for (int i = 0; i < node.size(); i++) {
            check(array.element(), node.get(i), at + "[" + i + "]");
        }
    }

    private static void require(boolean holds, String at, String expected) {
        if (!holds) {
            throw refused(at, expected);
        }
    }

    private static AgentException refused(String at, String expected) {
        return new AgentException(
                AgentException.Code.MODEL_OUTPUT,
                "the model's answer does not fit: at " + at + " expected " + expected);
    }

    private static void checkMembers(String what, int count) {
        if (count < 1 || count > MAX_MEMBERS) {
            throw new IllegalArgumentException(what + " must be 1 to " + MAX_MEMBERS + ", were " + count);
        }
    }

    /// Holds the shared, thread-safe reader.
    final class Reader {
        private static final JsonMapper JSON = JsonMapper.builder()
                .enable(tools.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(tools.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();

        private Reader() {}
    }
}
