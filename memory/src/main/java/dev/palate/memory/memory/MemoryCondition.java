package dev.palate.memory.memory;

import dev.palate.memory.Require;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What a memory must be like to be found: comparisons of fields, joined by and, or, not. Immutable.
public sealed interface MemoryCondition {
    /// Most parts of one condition, itself included.
    int MAX_PARTS = 64;
    /// How deep conditions may stand in each other.
    int MAX_DEPTH = 8;
    /// Every memory.
    MemoryCondition ANY = new And(List.of());

    /// True when the memory is like that.
    boolean holds(Memory memory);

    /// True when some part of it compares the field.
    boolean asks(MemoryField field);

    /// How many parts it has, itself included.
    int size();

    /// How deep it is, 1 for a comparison.
    int depth();

    /// All of them; true without any.
    record And(List<MemoryCondition> all) implements MemoryCondition {
        /// @throws IllegalArgumentException when it is too large or too deep
        public And {
            all = checked(all);
        }

        @Override
        public boolean holds(Memory memory) {
            return all.stream().allMatch(condition -> condition.holds(memory));
        }

        @Override
        public boolean asks(MemoryField field) {
            return all.stream().anyMatch(condition -> condition.asks(field));
        }

        @Override
        public int size() {
            return sizeOf(all);
        }

        @Override
        public int depth() {
            return depthOf(all);
        }
    }

    /// At least one of them; false without any.
    record Or(List<MemoryCondition> any) implements MemoryCondition {
        /// @throws IllegalArgumentException when it is too large or too deep
        public Or {
            any = checked(any);
        }

        @Override
        public boolean holds(Memory memory) {
            return any.stream().anyMatch(condition -> condition.holds(memory));
        }

        @Override
        public boolean asks(MemoryField field) {
            return any.stream().anyMatch(condition -> condition.asks(field));
        }

        @Override
        public int size() {
            return sizeOf(any);
        }

        @Override
        public int depth() {
            return depthOf(any);
        }
    }

    /// The opposite.
    record Not(MemoryCondition condition) implements MemoryCondition {
        /// @throws IllegalArgumentException when it is too large or too deep
        public Not {
            checked(List.of(condition));
        }

        @Override
        public boolean holds(Memory memory) {
            return !condition.holds(memory);
        }

        @Override
        public boolean asks(MemoryField field) {
            return condition.asks(field);
        }

        @Override
        public int size() {
            return 1 + condition.size();
        }

        @Override
        public int depth() {
            return 1 + condition.depth();
        }
    }

    /// How a field is compared.
    enum Comparison {
        /// Equal to one of the values.
        IN,
        /// Greater.
        GT,
        /// Greater or equal.
        GTE,
        /// Less.
        LT,
        /// Less or equal.
        LTE,
        /// A text with this in it.
        CONTAINS,
        /// There is a value, or, with `false`, there is none.
        EXISTS;

        /// The name in lower case, as in the API.
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// The comparison of a key.
        ///
        /// @throws IllegalArgumentException naming the keys allowed
        public static Comparison ofKey(String key) {
            for (Comparison comparison : values()) {
                if (comparison.key().equals(key)) {
                    return comparison;
                }
            }
            throw new IllegalArgumentException("a comparison must be one of "
                    + String.join(
                            ", ", Arrays.stream(values()).map(Comparison::key).toList()) + ", was " + key);
        }
    }

    /// A comparison of one field. A memory without a value in the field fits none but `exists: false`; one with
    /// several fits when one of them does.
    ///
    /// @param values 1 to 100 for `in`, 1 for others; as [MemoryField#parse] gives them, a flag for `exists`
    record Is(MemoryField field, Comparison comparison, List<Comparable<?>> values) implements MemoryCondition {
        private static final int MAX_VALUES = 100;

        /// @throws IllegalArgumentException for too many or no values, or a comparison that the field has not
        public Is {
            values = List.copyOf(values);
            int most = comparison == Comparison.IN ? MAX_VALUES : 1;
            Require.range("number of values of " + field.key(), values.size(), 1, most);
            boolean ordered = field.type() == MemoryField.Type.NUMBER || field.type() == MemoryField.Type.TIME;
            boolean fits = switch (comparison) {
                case IN, EXISTS -> true;
                case GT, GTE, LT, LTE -> ordered;
                case CONTAINS -> field.type() == MemoryField.Type.KEY;
            };
            if (!fits) {
                throw new IllegalArgumentException(
                        field.key() + " cannot be compared by " + comparison.key() + "; use in or exists");
            }
        }

        @Override
        public boolean holds(Memory memory) {
            List<Comparable<?>> there = field.of(memory);
            if (comparison == Comparison.EXISTS) {
                return values.getFirst().equals(!there.isEmpty());
            }
            return there.stream().anyMatch(this::fits);
        }

        private boolean fits(Comparable<?> value) {
            return switch (comparison) {
                case IN -> values.contains(value);
                case GT -> order(value) > 0;
                case GTE -> order(value) >= 0;
                case LT -> order(value) < 0;
                case LTE -> order(value) <= 0;
                case CONTAINS -> value.toString().contains(values.getFirst().toString());
                case EXISTS -> throw new IllegalStateException("answered before");
            };
        }

        // Values of one field are of one type.
        @SuppressWarnings("unchecked")
        private int order(Comparable<?> value) {
            return ((Comparable<Object>) value).compareTo(values.getFirst());
        }

        @Override
        public boolean asks(MemoryField other) {
            return field == other;
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public int depth() {
            return 1;
        }
    }

    private static List<MemoryCondition> checked(List<MemoryCondition> parts) {
        Require.range("number of parts of a condition", sizeOf(parts), 1, MAX_PARTS);
        Require.range("depth of a condition", depthOf(parts), 1, MAX_DEPTH);
        return List.copyOf(parts);
    }

    private static int sizeOf(List<MemoryCondition> parts) {
        return 1 + parts.stream().mapToInt(MemoryCondition::size).sum();
    }

    private static int depthOf(List<MemoryCondition> parts) {
        return 1 + parts.stream().mapToInt(MemoryCondition::depth).max().orElse(0);
    }
}
