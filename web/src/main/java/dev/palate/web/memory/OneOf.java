package dev.palate.web.memory;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A filter on one field: a value, or `{"in": [values]}`.
///
/// @param values any of these
record OneOf(List<String> values) {
    OneOf {
        values = List.copyOf(values);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static OneOf value(String value) {
        return new OneOf(List.of(value));
    }

    @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
    static OneOf in(@JsonProperty(value = "in", required = true) List<String> in) {
        return new OneOf(in);
    }

    static <T> Set<T> parsed(@Nullable OneOf filter, Function<String, T> parse) {
        return filter == null ? Set.of() : filter.values.stream().map(parse).collect(Collectors.toUnmodifiableSet());
    }
}
