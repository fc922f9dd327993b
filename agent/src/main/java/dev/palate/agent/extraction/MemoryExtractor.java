package dev.palate.agent.extraction;

import dev.palate.agent.domain.Claim;
import dev.palate.agent.domain.Mention;
import dev.palate.agent.domain.Reading;
import dev.palate.agent.domain.Stance;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Proposes memories from a reading, by rules. Stateless.
///
/// A lasting view becomes a memory, a wish of the moment does not. What must not be shown comes first, so that a quota
/// hits the likings.
public final class MemoryExtractor {
    /// The proposals of a reading, constraints first.
    ///
    /// @param sourceId of the message, empty when it has none
    public List<Proposal> extract(Subject subject, Reading reading, Role speaker, String sourceId) {
        List<Proposal> proposals = new ArrayList<>();
        for (Claim claim : reading.claims()) {
            Proposal proposal = proposal(subject, reading, claim, speaker, sourceId);
            if (proposal != null) {
                proposals.add(proposal);
            }
        }
        proposals.sort(Comparator.comparing(proposal -> switch (proposal.kind()) {
            case CONSTRAINT -> 0;
            case PREFERENCE, TRAIT, THEME, PROFILE -> 1;
            case EPISODE -> 2;
        }));
        return proposals;
    }

    private static @Nullable Proposal proposal(
            Subject subject, Reading reading, Claim claim, Role speaker, String sourceId) {
        if (!claim.lasting()) {
            return null;
        }
        Mention mention = claim.mention();
        boolean title = mention instanceof Mention.Title;
        String text = text(claim.stance(), mention.label(), title);
        if (text == null) {
            return null;
        }
        boolean seen = claim.stance() == Stance.SEEN;
        return new Proposal(
                subject,
                seen ? MemoryKind.EPISODE : kind(claim.stance(), title),
                text.substring(0, Math.min(text.length(), Memory.MAX_TEXT)),
                claim.stance().sign(),
                Trust.STATED,
                seen ? new Slot("seen", mention.slot().value()) : mention.slot(),
                claim.quote(),
                reading.text(),
                sourceId,
                speaker);
    }

    private static MemoryKind kind(Stance stance, boolean title) {
        boolean firm = stance == Stance.HATED || stance == Stance.EXCLUDED;
        return firm && !title ? MemoryKind.CONSTRAINT : MemoryKind.PREFERENCE;
    }

    private static @Nullable String text(Stance stance, String label, boolean title) {
        return switch (stance) {
            case LIKED -> (title ? "Loved " : "Likes ") + label;
            case DISLIKED -> (title ? "Did not like " : "Does not like ") + label;
            case HATED -> (title ? "Hated " : "Hates ") + label;
            case SEEN -> title ? "Has seen " + label : null;
            case EXCLUDED -> title ? null : "Does not want " + label;
            case TOLERATED, WANTED, REFERENCE -> null;
        };
    }
}
