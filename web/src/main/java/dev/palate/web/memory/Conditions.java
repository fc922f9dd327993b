package dev.palate.web.memory;

import dev.palate.memory.memory.MemoryCondition;
import dev.palate.memory.memory.MemoryField;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Reads conditions as sent: `{"kind":"preference"}`, `{"kind":{"in":["trait","episode"]}}`, `{"polarity":{"gt":0}}`,
/// `{"and":[…]}`, `{"or":[…]}`, `{"not":{…}}`. Several fields in one object must all hold. Stateless.
final class Conditions {
    private static final String AND = "and";
    private static final String OR = "or";
    private static final String NOT = "not";

    private Conditions() {}

    /// The condition of an object without the fields left out.
    static MemoryCondition read(JsonNode node, String pointer, Set<String> leftOut) {
        return read(node, pointer, leftOut, 1);
    }

    private static MemoryCondition read(JsonNode node, String pointer, Set<String> leftOut, int depth) {
        if (!node.isObject()) {
            throw ProblemException.invalid(
                    pointer, "a condition must be an object such as {\"kind\":\"preference\"}, was " + brief(node));
        }
        if (depth > MemoryCondition.MAX_DEPTH) {
            throw ProblemException.invalid(
                    pointer, "conditions may stand in each other " + MemoryCondition.MAX_DEPTH + " deep, not deeper");
        }
        List<MemoryCondition> parts = new ArrayList<>();
        for (var entry : node.properties()) {
            String name = entry.getKey();
            if (!leftOut.contains(name)) {
                parts.add(part(name, entry.getValue(), pointer + "/" + name, depth));
            }
        }
        return parts.size() == 1 ? parts.getFirst() : Input.at(pointer, () -> new MemoryCondition.And(parts));
    }

    private static MemoryCondition part(String name, JsonNode value, String pointer, int depth) {
        return switch (name) {
            case AND -> Input.at(pointer, () -> new MemoryCondition.And(parts(value, pointer, depth)));
            case OR -> Input.at(pointer, () -> new MemoryCondition.Or(parts(value, pointer, depth)));
            case NOT -> Input.at(pointer, () -> new MemoryCondition.Not(read(value, pointer, Set.of(), depth + 1)));
            default -> field(Input.at(pointer, () -> MemoryField.ofKey(name)), value, pointer);
        };
    }

    private static List<MemoryCondition> parts(JsonNode value, String pointer, int depth) {
        if (!value.isArray() || value.isEmpty() || value.size() > MemoryCondition.MAX_PARTS) {
            throw ProblemException.invalid(
                    pointer,
                    "must be a list of 1 to " + MemoryCondition.MAX_PARTS + " conditions, was " + brief(value));
        }
        List<MemoryCondition> parts = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            parts.add(read(value.get(i), pointer + "/" + i, Set.of(), depth + 1));
        }
        return parts;
    }

    private static MemoryCondition field(MemoryField field, JsonNode value, String pointer) {
        if (!value.isObject()) {
            return is(field, MemoryCondition.Comparison.IN, List.of(value), pointer);
        }
        List<MemoryCondition> parts = new ArrayList<>();
        for (var entry : value.properties()) {
            String at = pointer + "/" + entry.getKey();
            var comparison = Input.at(at, () -> MemoryCondition.Comparison.ofKey(entry.getKey()));
            JsonNode given = entry.getValue();
            List<JsonNode> values = given.isArray() ? given.valueStream().toList() : List.of(given);
            parts.add(is(field, comparison, values, at));
        }
        if (parts.isEmpty()) {
            throw ProblemException.invalid(pointer, "name a comparison such as {\"in\":[…]}, was {}");
        }
        return parts.size() == 1 ? parts.getFirst() : new MemoryCondition.And(parts);
    }

    private static MemoryCondition is(
            MemoryField field, MemoryCondition.Comparison comparison, List<JsonNode> values, String pointer) {
        return Input.at(pointer, () -> {
            List<Comparable<?>> parsed = new ArrayList<>();
            for (JsonNode value : values) {
                if (!value.isValueNode() || value.isNull()) {
                    throw new IllegalArgumentException(
                            "a value must be a text, a number or a flag, was " + brief(value));
                }
                parsed.add(
                        comparison == MemoryCondition.Comparison.EXISTS
                                ? (Comparable<?>) MemoryField.MUTED.parse(value.asString())
                                : field.parse(value.asString()));
            }
            return new MemoryCondition.Is(field, comparison, known(field, parsed));
        });
    }

    // A misspelt status would find nothing without a word.
    private static List<Comparable<?>> known(MemoryField field, List<Comparable<?>> values) {
        switch (field) {
            case KIND -> values.forEach(value -> dev.palate.memory.memory.MemoryKind.ofKey(value.toString()));
            case STATUS -> values.forEach(value -> MemoryStatus.ofKey(value.toString()));
            case TRUST -> values.forEach(value -> dev.palate.memory.memory.Trust.ofKey(value.toString()));
            default -> {}
        }
        return values;
    }

    private static String brief(JsonNode node) {
        String text = node.toString();
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }
}
