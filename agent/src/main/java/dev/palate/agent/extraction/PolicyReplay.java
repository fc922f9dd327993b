package dev.palate.agent.extraction;

import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.domain.Reading;
import dev.palate.memory.Page;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.MessageId;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.GatedMemories;
import dev.palate.memory.gate.HeldBack;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Rejection;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.gate.SensitiveClass;
import dev.palate.memory.gate.Written;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Judges again, after a change of the policy or of a consent, what gates refused or held back of a subject, and
/// writes what passes as the system with the cause `replay`. The quota of a turn does not apply, and what is locked
/// is not even reinforced. Thread-safe.
public final class PolicyReplay {
    private static final String REPLAY = "replay";

    private final GatedMemories door;
    private final Conversations conversations;
    private final MessageReader reader;
    private final CatalogSnapshots snapshots;
    private final MemoryExtractor extractor = new MemoryExtractor();
    private final HeldBack heldBack;

    /// What a replay came to.
    ///
    /// @param written refusals that the policy of today accepts
    /// @param refused still refused
    /// @param skipped judged by this policy before, or refused without keeping the words, which are nowhere else
    /// @param released quarantined memories put into force
    /// @param held still quarantined
    public record Replay(int written, int refused, int skipped, int released, int held) {
        /// Nothing yet.
        public static final Replay NONE = new Replay(0, 0, 0, 0, 0);

        /// Both together.
        public Replay plus(Replay other) {
            return new Replay(
                    written + other.written,
                    refused + other.refused,
                    skipped + other.skipped,
                    released + other.released,
                    held + other.held);
        }
    }

    /// @param conversations where the words stand that are not kept with a refusal
    public PolicyReplay(
            GatedMemories door, Conversations conversations, MessageReader reader, CatalogSnapshots snapshots) {
        this.door = door;
        this.conversations = conversations;
        this.reader = reader;
        this.snapshots = snapshots;
        heldBack = new HeldBack(door);
    }

    /// Judges what was refused, oldest first, then what is quarantined, oldest first; at most
    /// [Rejections#MOST] of the one and [Page#MAX_LIMIT] of the other. What was refused as sensitive is read again
    /// from its message, as long as that is there.
    ///
    /// @throws dev.palate.memory.MemoryException what the store could not do; what was written before stays written
    public Replay of(Subject subject) {
        Replay replay = Replay.NONE;
        for (Rejection rejection :
                rejections().page(subject, null, Rejections.MOST).items().reversed()) {
            replay = replay.plus(again(rejection));
        }
        var quarantined = new MemoryFilter(subject, Set.of(), Set.of(MemoryStatus.QUARANTINED), null);
        List<Memory> held = door.stores()
                .memories()
                .page(quarantined, null, Page.MAX_LIMIT)
                .items()
                .reversed();
        for (Memory memory : held) {
            boolean released = heldBack.release(memory, REPLAY);
            replay = replay.plus(new Replay(0, 0, 0, released ? 1 : 0, released ? 0 : 1));
        }
        return replay;
    }

    private Rejections rejections() {
        return door.stores().rejections();
    }

    private Replay again(Rejection rejection) {
        String policy = door.gates().policy().key();
        if (!rejection.replayable()) {
            return sensitive(rejection, policy);
        }
        if (rejection.policy().equals(policy)) {
            return new Replay(0, 0, 1, 0, 0);
        }
        Written result = door.again(rejection.proposal(), Actor.SYSTEM, REPLAY);
        return ended(rejection, result.memory() != null, result.reason(), policy);
    }

    private Replay ended(Rejection rejection, boolean written, String reason, String policy) {
        if (written) {
            rejections().remove(rejection.id());
            return new Replay(1, 0, 0, 0, 0);
        }
        rejections().judged(rejection.id(), reason, policy);
        return new Replay(0, 1, 0, 0, 0);
    }

    /// What the message says that is sensitive; it may have been refused for several things, each once.
    private Replay sensitive(Rejection rejection, String policy) {
        List<Proposal> said =
                message(rejection).map(message -> said(rejection, message)).orElse(List.of());
        if (said.isEmpty()) {
            return new Replay(0, 0, 1, 0, 0);
        }
        boolean all = true;
        String reason = rejection.reason();
        for (Proposal proposal : said) {
            if (!there(proposal)) {
                Written result = door.again(proposal, Actor.SYSTEM, REPLAY);
                all &= result.memory() != null;
                reason = result.memory() == null ? result.reason() : reason;
            }
        }
        return ended(rejection, all, reason, policy);
    }

    private Optional<Message> message(Rejection rejection) {
        String id = rejection.proposal().sourceId();
        if (id.isEmpty()) {
            return Optional.empty();
        }
        return conversations
                .message(new MessageId(id))
                .filter(message -> message.role() == Role.USER && ofSubject(rejection.proposal(), message));
    }

    // The id of a message that came by the API may be that of anybody's.
    private boolean ofSubject(Proposal proposal, Message message) {
        return conversations
                .conversation(message.conversation())
                .filter(talk -> proposal.subject().equals(new Subject.OfUser(talk.user())))
                .isPresent();
    }

    private List<Proposal> said(Rejection rejection, Message message) {
        Reading reading = reader.read(message.text(), snapshots.current());
        return extractor
                .extract(
                        rejection.proposal().subject(),
                        reading,
                        Role.USER,
                        message.id().value())
                .stream()
                .filter(proposal -> !SensitiveClass.of(proposal.quote()).isEmpty()
                        || !SensitiveClass.of(proposal.text()).isEmpty())
                .toList();
    }

    /// True when the message is remembered for that already.
    private boolean there(Proposal proposal) {
        return door.stores().memories().standing(proposal.subject()).stream()
                .filter(memory -> Objects.equals(memory.slot(), proposal.slot())
                        && (proposal.slot() != null || memory.text().equals(proposal.text())))
                .flatMap(memory -> memory.evidence().stream())
                .anyMatch(evidence -> evidence.id().equals(proposal.sourceId()));
    }
}
