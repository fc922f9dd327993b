package dev.palate.agent.extraction;

import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.domain.Reading;
import dev.palate.memory.MemoryException;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.GatedMemories;
import dev.palate.memory.gate.Offer;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Written;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.text.Languages;
import dev.palate.memory.user.UserId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/// Reads what people say and writes it through the one door of [GatedMemories]: what was said in a talk, what
/// was written down as it is, what was edited, approved, restored or judged again. Thread-safe; a memory that
/// is answered as written is on disk.
///
/// A refused proposal is answered with its reason code and logged without its text. What the store could not do
/// is thrown.
public final class MemoryWriter {
    private final GatedMemories door;
    private final Memories memories;
    private final MessageReader reader;
    private final CatalogSnapshots snapshots;
    private final MemoryExtractor extractor = new MemoryExtractor();
    private final InstantSource clock;

    /// Something said.
    ///
    /// @param id of the message, empty when it has none
    public record Said(Role speaker, String id, String text) {}

    /// What is to be changed, by whom.
    ///
    /// @param expected the revision it was seen at; absent for whatever is there
    public record Edit(MemoryId memory, OptionalLong expected, Actor actor) {}

    /// Through the door.
    public MemoryWriter(GatedMemories door, MessageReader reader, CatalogSnapshots snapshots, InstantSource clock) {
        this.door = door;
        this.memories = door.stores().memories();
        this.reader = reader;
        this.snapshots = snapshots;
        this.clock = clock;
    }

    /// Writes what the messages say of the user, all of it in one commit; what an assistant said is refused by
    /// its gate.
    ///
    /// @throws MemoryException what the store could not do; `NOT_FOUND` when the user is not there
    public List<Written> infer(UserId user, List<Said> messages, Actor actor) {
        List<Proposal> proposals = new ArrayList<>();
        for (Said said : messages) {
            Reading reading = reader.read(said.text(), snapshots.current());
            proposals.addAll(extractor.extract(new Subject.OfUser(user), reading, said.speaker(), said.id()));
        }
        return write(proposals, actor);
    }

    /// Writes what a message says that was read already.
    ///
    /// @throws MemoryException what the store could not do; `NOT_FOUND` when the user is not there
    public List<Written> infer(UserId user, Reading reading, String messageId, Actor actor) {
        return write(extractor.extract(new Subject.OfUser(user), reading, Role.USER, messageId), actor);
    }

    /// Writes the text as it is, after the gates. A text that says one thing of something known takes effect
    /// like an inferred memory; any other is kept as a trait.
    ///
    /// @throws IllegalArgumentException when the text is empty or longer than 400 characters
    /// @throws MemoryException what the store could not do; `NOT_FOUND` when the user is not there
    public Written asIs(UserId user, String text, Trust trust, Actor actor) {
        Subject subject = new Subject.OfUser(user);
        Reading reading = reader.read(text, snapshots.current());
        List<Proposal> read = extractor.extract(subject, reading, Role.USER, "");
        Proposal proposal = read.size() == 1
                ? new Proposal(
                        subject,
                        read.getFirst().kind(),
                        text,
                        read.getFirst().polarity(),
                        trust,
                        read.getFirst().slot(),
                        text,
                        text,
                        "",
                        Role.USER)
                : new Proposal(subject, MemoryKind.TRAIT, text, 0, trust, null, text, text, "", Role.USER);
        return propose(proposal, actor);
    }

    /// Writes what somebody put together, after the gates.
    ///
    /// @throws MemoryException what the store could not do; `NOT_FOUND` when the user is not there
    public Written propose(Proposal proposal, Actor actor) {
        return write(List.of(proposal), actor).getFirst();
    }

    private List<Written> write(List<Proposal> proposals, Actor actor) {
        return door.offer(proposals.stream().map(Offer::said).toList(), actor, "");
    }

    /// Changes a memory; see [GatedMemories#change].
    ///
    /// @param next the memory as it is to be, of the memory as it is
    public Memory change(Edit edit, String cause, UnaryOperator<Memory> next) {
        return door.change(new GatedMemories.Change(edit.memory(), edit.expected(), edit.actor(), cause, next));
    }

    /// Puts a memory that was held back into force; one that is not is left as it is.
    ///
    /// @throws dev.palate.memory.gate.RefusedException when one that is locked or believed more speaks of the
    ///     same
    public Memory approve(Edit edit) {
        return change(
                edit,
                "approved",
                memory -> memory.status() == MemoryStatus.QUARANTINED
                        ? memory.draft().status(MemoryStatus.ACTIVE).build()
                        : memory);
    }

    /// Makes an earlier state the newest one, as a new revision.
    ///
    /// @throws MemoryException `NOT_FOUND` when there was no such state
    /// @throws dev.palate.memory.gate.RefusedException when the gates do not take its words today, or one that
    ///     is locked or believed more speaks of the same
    public Memory restore(Edit edit, long revision) {
        return change(
                edit,
                "restore of revision " + revision,
                memory -> memories.history(memory.id()).stream()
                        .map(Revision::state)
                        .filter(earlier -> earlier.revision() == revision)
                        .findAny()
                        .orElseThrow(() -> new MemoryException(
                                MemoryException.Code.NOT_FOUND,
                                "there is no revision " + revision + " of memory " + memory.id()
                                        + "; its history names those" + " that are there")));
    }

    /// The memory with another text and the meaning that the text now has; not yet written. A text that the
    /// rules cannot read keeps the text and loses the slot, so that an old meaning does not go on behind new
    /// words. What a person corrected is what that person says: the words are evidence, and count as stated.
    ///
    /// @throws IllegalArgumentException when the text is too long
    public Memory reworded(Memory memory, String text, Actor actor) {
        if (text.equals(memory.text())) {
            return memory;
        }
        Memory said = worded(memory, text, actor);
        List<Proposal> read =
                extractor.extract(memory.subject(), reader.read(text, snapshots.current()), Role.USER, "");
        if (read.size() != 1) {
            return said.draft().slot(null).polarity(0).kind(MemoryKind.TRAIT).build();
        }
        Proposal meaning = read.getFirst();
        return said.draft()
                .slot(meaning.slot())
                .polarity(meaning.polarity())
                .kind(meaning.kind())
                .build();
    }

    /// The memory with words that a person gave it, and the meaning it had; not yet written.
    ///
    /// @throws IllegalArgumentException when the text is too long
    public Memory worded(Memory memory, String text, Actor actor) {
        Memory said = stated(memory);
        if (text.equals(memory.text())) {
            return said;
        }
        String type = actor.operator() ? "operator" : "message";
        return said.draft()
                .text(text)
                .language(Languages.of(text))
                .evidence(Evidence.with(memory.evidence(), new Evidence(type, "", text)))
                .build();
    }

    /// The memory as one that a person looked at and corrected; not yet written.
    public Memory stated(Memory memory) {
        return memory.draft()
                .trust(memory.trust() == Trust.OPERATOR ? Trust.OPERATOR : Trust.STATED)
                .updatedAt(clock.instant())
                .build();
    }
}
