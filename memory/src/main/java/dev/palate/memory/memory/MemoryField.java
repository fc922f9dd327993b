package dev.palate.memory.memory;

import dev.palate.memory.Require;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A field of a memory that a condition may ask for.
public enum MemoryField {
    /// Its own.
    ID(Type.ID, one(memory -> memory.id().value())),
    /// Of the user it is about, none for others.
    USER_ID(
            Type.ID,
            one(memory -> memory.subject() instanceof Subject.OfUser
                    ? memory.subject().id()
                    : null)),
    /// Of the item it is about, none for others.
    ITEM_ID(
            Type.ID,
            one(memory -> memory.subject() instanceof Subject.OfItem
                    ? memory.subject().id()
                    : null)),
    /// Whom or what it is about: `user` or `item`.
    SUBJECT_TYPE(Type.KEY, one(memory -> memory.subject().type())),
    /// What it says: `preference`, `constraint`, ...
    KIND(Type.KEY, one(memory -> memory.kind().key())),
    /// `active`, `superseded`, `quarantined`, `expired`.
    STATUS(Type.KEY, one(memory -> memory.status().key())),
    /// `operator`, `stated`, ...
    TRUST(Type.KEY, one(memory -> memory.trust().key())),
    /// `facet:value`.
    SLOT(Type.KEY, one(memory -> memory.slot() == null ? null : memory.slot().toString())),
    /// The part of the slot before the colon.
    FACET(Type.KEY, one(memory -> memory.slot() == null ? null : memory.slot().facet())),
    /// BCP 47.
    LANGUAGE(Type.KEY, one(memory -> memory.language().toLowerCase(Locale.ROOT))),
    /// The words.
    TEXT(Type.KEY, one(memory -> memory.text().toLowerCase(Locale.ROOT))),
    /// Kept without effect.
    MUTED(Type.FLAG, one(Memory::muted)),
    /// Only an operator may change it.
    LOCKED(Type.FLAG, one(Memory::locked)),
    /// In [-1, 1].
    POLARITY(Type.NUMBER, one(Memory::polarity)),
    /// In [0, 1].
    STRENGTH(Type.NUMBER, one(Memory::strength)),
    /// In [0, 1].
    CONFIDENCE(Type.NUMBER, one(Memory::confidence)),
    /// Counted from 1.
    REVISION(Type.NUMBER, one(memory -> (double) memory.revision())),
    /// How many things it rests on.
    EVIDENCE(Type.NUMBER, one(memory -> (double) memory.evidence().size())),
    /// `message`, `interaction`, ... of each thing it rests on.
    EVIDENCE_TYPE(Type.KEY, each(Evidence::type)),
    /// Of each thing it rests on.
    EVIDENCE_ID(Type.ID, each(Evidence::id)),
    /// The words it rests on.
    EVIDENCE_QUOTE(Type.KEY, each(evidence -> evidence.quote().toLowerCase(Locale.ROOT))),
    /// The memory that replaced it.
    SUPERSEDED_BY(
            Type.ID,
            one(memory ->
                    memory.supersededBy() == null ? null : memory.supersededBy().value())),
    /// True in the world from then.
    VALID_FROM(Type.TIME, one(Memory::validFrom)),
    /// True until then.
    VALID_TO(Type.TIME, one(Memory::validTo)),
    /// First written.
    CREATED_AT(Type.TIME, one(Memory::createdAt)),
    /// Last changed.
    UPDATED_AT(Type.TIME, one(Memory::updatedAt));

    /// What its values are.
    public enum Type {
        /// A text as it is.
        ID,
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
    private final Function<Memory, List<Comparable<?>>> values;

    MemoryField(Type type, Function<Memory, List<Comparable<?>>> values) {
        this.type = type;
        this.values = values;
    }

    private static Function<Memory, List<Comparable<?>>> one(Function<Memory, @Nullable Comparable<?>> value) {
        return memory -> {
            @Nullable Comparable<?> one = value.apply(memory);
            return one == null ? List.of() : List.of(one);
        };
    }

    private static Function<Memory, List<Comparable<?>>> each(Function<Evidence, String> part) {
        return memory -> memory.evidence().stream()
                .map(part)
                .filter(value -> !value.isEmpty())
                .distinct()
                .<Comparable<?>>map(value -> value)
                .toList();
    }

    /// What its values are.
    public Type type() {
        return type;
    }

    /// The memory's values: one or none, but for the fields of its evidence.
    public List<Comparable<?>> of(Memory memory) {
        return values.apply(memory);
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
            case ID -> text;
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
