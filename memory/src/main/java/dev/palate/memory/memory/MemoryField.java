package dev.palate.memory.memory;

import dev.palate.memory.Require;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A field of a memory that a condition may ask for.
public enum MemoryField {
    /// Whom or what it is about: `user` or `item`.
    SUBJECT_TYPE(Type.KEY, memory -> memory.subject().type()),
    /// What it says: `preference`, `constraint`, ...
    KIND(Type.KEY, memory -> memory.kind().key()),
    /// `active`, `superseded`, `quarantined`, `expired`.
    STATUS(Type.KEY, memory -> memory.status().key()),
    /// `operator`, `stated`, ...
    TRUST(Type.KEY, memory -> memory.trust().key()),
    /// `facet:value`.
    SLOT(Type.KEY, memory -> memory.slot() == null ? null : memory.slot().toString()),
    /// The part of the slot before the colon.
    FACET(Type.KEY, memory -> memory.slot() == null ? null : memory.slot().facet()),
    /// BCP 47.
    LANGUAGE(Type.KEY, memory -> memory.language().toLowerCase(Locale.ROOT)),
    /// The words.
    TEXT(Type.KEY, memory -> memory.text().toLowerCase(Locale.ROOT)),
    /// Kept without effect.
    MUTED(Type.FLAG, Memory::muted),
    /// Only an operator may change it.
    LOCKED(Type.FLAG, Memory::locked),
    /// In [-1, 1].
    POLARITY(Type.NUMBER, Memory::polarity),
    /// In [0, 1].
    STRENGTH(Type.NUMBER, Memory::strength),
    /// In [0, 1].
    CONFIDENCE(Type.NUMBER, Memory::confidence),
    /// Counted from 1.
    REVISION(Type.NUMBER, memory -> (double) memory.revision()),
    /// How many things it rests on.
    EVIDENCE(Type.NUMBER, memory -> (double) memory.evidence().size()),
    /// True in the world from then.
    VALID_FROM(Type.TIME, Memory::validFrom),
    /// True until then.
    VALID_TO(Type.TIME, Memory::validTo),
    /// First written.
    CREATED_AT(Type.TIME, Memory::createdAt),
    /// Last changed.
    UPDATED_AT(Type.TIME, Memory::updatedAt);

    /// What its values are.
    public enum Type {
        /// A text in lower case.
        KEY,
        /// A number.
        NUMBER,
        /// A time, ISO 8601 in UTC.
        TIME,
        /// `true` or `false`.
        FLAG
    }

    private final Type type;
    private final Function<Memory, @Nullable Comparable<?>> value;

    MemoryField(Type type, Function<Memory, @Nullable Comparable<?>> value) {
        this.type = type;
        this.value = value;
    }

    /// What its values are.
    public Type type() {
        return type;
    }

    /// The memory's value, null when it has none.
    public @Nullable Comparable<?> of(Memory memory) {
        return value.apply(memory);
    }

    /// The name in lower case, as in the API.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// A value of this field.
    ///
    /// @throws IllegalArgumentException when the text is none
    public Comparable<?> parse(String text) {
        return switch (type) {
            case KEY -> text.toLowerCase(Locale.ROOT);
            case FLAG -> {
                if (!text.equals("true") && !text.equals("false")) {
                    throw new IllegalArgumentException(key() + " must be true or false, was " + text);
                }
                yield Boolean.valueOf(text);
            }
            case NUMBER -> {
                try {
                    yield Double.valueOf(text);
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(key() + " must be a number, was " + text, e);
                }
            }
            case TIME -> {
                try {
                    yield Require.time(key(), Instant.parse(text));
                } catch (DateTimeParseException e) {
                    throw new IllegalArgumentException(
                            key() + " must be a time such as 2026-01-31T12:00:00Z, was " + text, e);
                }
            }
        };
    }

    /// The field of a key.
    ///
    /// @throws IllegalArgumentException naming the keys allowed
    public static MemoryField ofKey(String key) {
        for (MemoryField field : values()) {
            if (field.key().equals(key)) {
                return field;
            }
        }
        throw new IllegalArgumentException("a field must be one of "
                + String.join(
                        ", ", Arrays.stream(values()).map(MemoryField::key).toList()) + ", was " + key);
    }
}
