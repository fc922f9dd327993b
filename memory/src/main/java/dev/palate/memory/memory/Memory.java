package dev.palate.memory.memory;

import dev.palate.memory.Require;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A text about a subject, with its meaning and where it came from.
///
/// @param text 1 to 400 characters
/// @param polarity in [-1, 1]: dislike to like; 0 where neither applies
/// @param strength in [0, 1], raised by reinforcement
/// @param confidence in [0, 1]
/// @param slot what it speaks of, absent for free text
/// @param evidence at most 32, newest last
/// @param validFrom true in the world from then
/// @param validTo true until then, absent while open
/// @param supersededBy the memory that replaced it
/// @param muted kept but without effect
/// @param locked only an operator may change it
/// @param language BCP 47, `und` when unknown
/// @param revision 0 before the first write, then counted up by the store
public record Memory(
        MemoryId id,
        Subject subject,
        MemoryKind kind,
        String text,
        double polarity,
        double strength,
        double confidence,
        Trust trust,
        @Nullable Slot slot,
        List<Evidence> evidence,
        Instant validFrom,
        @Nullable Instant validTo,
        @Nullable MemoryId supersededBy,
        MemoryStatus status,
        boolean muted,
        boolean locked,
        String language,
        Instant createdAt,
        Instant updatedAt,
        long revision) {
    /// The longest text.
    public static final int MAX_TEXT = 400;

    public Memory {
        Require.text("memory text", text, 1, MAX_TEXT);
        Require.range("polarity", polarity, -1, 1);
        Require.range("strength", strength, 0, 1);
        Require.range("confidence", confidence, 0, 1);
        evidence = List.copyOf(evidence);
        Require.range("number of evidence", evidence.size(), 0, 32);
        Require.text("language", language, 2, 35);
        Require.range("revision", revision, 0, Long.MAX_VALUE);
    }

    /// An active memory as it is first written, created and valid from now.
    public static Memory fresh(
            MemoryId id,
            Subject subject,
            MemoryKind kind,
            String text,
            double polarity,
            Trust trust,
            @Nullable Slot slot,
            List<Evidence> evidence,
            Instant now) {
        return new Memory(
                id,
                subject,
                kind,
                text,
                polarity,
                0.5,
                0.9,
                trust,
                slot,
                evidence,
                now,
                null,
                null,
                MemoryStatus.ACTIVE,
                false,
                false,
                "und",
                now,
                now,
                0);
    }

    /// True when it may influence a list: active, not muted, valid at the time.
    public boolean effectiveAt(Instant now) {
        return status == MemoryStatus.ACTIVE && !muted && !now.isBefore(validFrom) && !endedAt(now);
    }

    /// True when its time is over.
    public boolean endedAt(Instant now) {
        return validTo != null && !now.isBefore(validTo);
    }

    /// As it counts at the time: one that is active in the store and past its end is expired.
    public Memory at(Instant now) {
        return status == MemoryStatus.ACTIVE && endedAt(now)
                ? draft().status(MemoryStatus.EXPIRED).build()
                : this;
    }

    /// A copy to change field by field.
    public Draft draft() {
        return new Draft(this);
    }

    /// A mutable copy of a memory; [#build] gives the next value. Not thread-safe.
    public static final class Draft {
        private final Memory base;
        private MemoryKind kind;
        private String text;
        private double polarity;
        private double strength;
        private double confidence;
        private Trust trust;
        private @Nullable Slot slot;
        private List<Evidence> evidence;
        private @Nullable Instant validTo;
        private @Nullable MemoryId supersededBy;
        private MemoryStatus status;
        private boolean muted;
        private boolean locked;
        private String language;
        private Instant updatedAt;
        private long revision;

        private Draft(Memory memory) {
            base = memory;
            kind = memory.kind;
            text = memory.text;
            polarity = memory.polarity;
            strength = memory.strength;
            confidence = memory.confidence;
            trust = memory.trust;
            slot = memory.slot;
            evidence = memory.evidence;
            validTo = memory.validTo;
            supersededBy = memory.supersededBy;
            status = memory.status;
            muted = memory.muted;
            locked = memory.locked;
            language = memory.language;
            updatedAt = memory.updatedAt;
            revision = memory.revision;
        }

        /// Sets the kind.
        public Draft kind(MemoryKind value) {
            kind = value;
            return this;
        }

        /// Sets the text.
        public Draft text(String value) {
            text = value;
            return this;
        }

        /// Sets the polarity.
        public Draft polarity(double value) {
            polarity = value;
            return this;
        }

        /// Sets the strength.
        public Draft strength(double value) {
            strength = value;
            return this;
        }

        /// Sets the confidence.
        public Draft confidence(double value) {
            confidence = value;
            return this;
        }

        /// Sets the trust.
        public Draft trust(Trust value) {
            trust = value;
            return this;
        }

        /// Sets the slot.
        public Draft slot(@Nullable Slot value) {
            slot = value;
            return this;
        }

        /// Sets the evidence.
        public Draft evidence(List<Evidence> value) {
            evidence = value;
            return this;
        }

        /// Sets the validTo.
        public Draft validTo(@Nullable Instant value) {
            validTo = value;
            return this;
        }

        /// Sets the supersededBy.
        public Draft supersededBy(@Nullable MemoryId value) {
            supersededBy = value;
            return this;
        }

        /// Sets the status.
        public Draft status(MemoryStatus value) {
            status = value;
            return this;
        }

        /// Sets the muted.
        public Draft muted(boolean value) {
            muted = value;
            return this;
        }

        /// Sets the locked.
        public Draft locked(boolean value) {
            locked = value;
            return this;
        }

        /// Sets the language.
        public Draft language(String value) {
            language = value;
            return this;
        }

        /// Sets the updatedAt.
        public Draft updatedAt(Instant value) {
            updatedAt = value;
            return this;
        }

        /// Sets the revision.
        public Draft revision(long value) {
            revision = value;
            return this;
        }

        /// The memory with the changes made.
        public Memory build() {
            return new Memory(
                    base.id,
                    base.subject,
                    kind,
                    text,
                    polarity,
                    strength,
                    confidence,
                    trust,
                    slot,
                    evidence,
                    base.validFrom,
                    validTo,
                    supersededBy,
                    status,
                    muted,
                    locked,
                    language,
                    base.createdAt,
                    updatedAt,
                    revision);
        }
    }
}
