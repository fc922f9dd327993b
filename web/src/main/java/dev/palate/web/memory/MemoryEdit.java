package dev.palate.web.memory;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A correction as sent: what is absent stays as it is.
///
/// @param text 1 to 400 characters; what it means is found anew
/// @param polarity in [-1, 1]
/// @param muted true to keep it without effect
/// @param locked true to keep all but operators from changing it
/// @param expirationDate from when it no longer holds
record MemoryEdit(
        @Nullable String text,
        @Nullable Double polarity,
        @Nullable Boolean muted,
        @Nullable Boolean locked,
        @Nullable Instant expirationDate) {
    /// True when it changes neither words nor meaning.
    boolean onlyFlags() {
        return text == null && polarity == null && expirationDate == null;
    }

    Memory apply(Memory memory, Instant now) {
        if (text == null && polarity == null && muted == null && locked == null && expirationDate == null) {
            throw ProblemException.invalid("#", "name at least one of text, polarity, muted, locked, expiration_date");
        }
        Input.time("#/expiration_date", expirationDate);
        return Input.at("#", () -> {
            Memory.Draft draft = memory.draft().updatedAt(now);
            if (polarity != null) {
                draft.polarity(polarity);
            }
            if (muted != null) {
                draft.muted(muted);
            }
            if (locked != null) {
                draft.locked(locked);
            }
            if (expirationDate != null) {
                draft.validTo(expirationDate);
                // Given more time, it holds again.
                if (memory.status() == MemoryStatus.EXPIRED && expirationDate.isAfter(now)) {
                    draft.status(MemoryStatus.ACTIVE);
                }
            }
            return draft.build();
        });
    }
}
