package dev.palate.memory.sql;

import dev.palate.memory.JsonBuffers;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Columns that hold JSON. Stateless, thread-safe.
final class Json {
    private static final JsonMapper MAPPER = JsonBuffers.mapper();
    private static final TypeReference<List<String>> STRINGS = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> MAP = new TypeReference<>() {};

    private Json() {}

    static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    static <T> T read(String json, TypeReference<T> type) {
        return MAPPER.readValue(json, type);
    }

    static <T> T read(String json, Class<T> type) {
        return MAPPER.readValue(json, type);
    }

    static List<String> strings(String json) {
        return read(json, STRINGS);
    }

    static Map<String, String> map(String json) {
        return read(json, MAP);
    }
}
