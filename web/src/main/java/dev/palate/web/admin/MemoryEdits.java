package dev.palate.web.admin;

import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.memory.MemoryException;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Written;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import dev.palate.web.job.ErasureDesk;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Turns what a person changed on the memories page into writes. Thread-safe.
final class MemoryEdits {
    private static final Duration RECEIPT_WAIT = Duration.ofSeconds(3);
    private static final String EDITED = "edited on the memories page";

    private final Memories memories;
    private final Slots slots;
    private final MemoryWriter writer;
    private final ErasureDesk erasures;

    MemoryEdits(Memories memories, Slots slots, MemoryWriter writer, ErasureDesk erasures) {
        this.erasures = erasures;
        this.memories = memories;
        this.slots = slots;
        this.writer = writer;
    }

    /// The viewer's memory.
    ///
    /// @throws ProblemException `not-found`, for another user's memory as well
    Memory of(UserId viewer, String id) {
        return memories.memory(Input.parameter("id", () -> new MemoryId(id)))
                .filter(memory -> memory.subject().equals(new Subject.OfUser(viewer)))
                .orElseThrow(() -> ProblemException.notFound("memory", id));
    }

    /// Adds one. Without a facet the words alone say what it means.
    ///
    /// @throws IllegalArgumentException with words for the form
    Memory add(UserId viewer, MemoryForm form, Actor actor) {
        if (form.facet().isEmpty()) {
            return kept(writer.asIs(viewer, text(form, null), Trust.STATED, actor));
        }
        Slot slot = slots.of(form, null);
        String text = text(form, slot);
        return kept(writer.propose(
                new Proposal(
                        new Subject.OfUser(viewer),
                        kind(form),
                        text,
                        polarity(form),
                        Trust.STATED,
                        slot,
                        text,
                        text,
                        "",
                        Role.USER),
                actor));
    }

    private static Memory kept(Written written) {
        Memory memory = written.memory();
        if (memory == null) {
            throw new IllegalArgumentException(
                    "Palate did not keep that (" + written.reason().replace('_', ' ') + "). Say it in other words.");
        }
        return memory;
    }

    /// Changes text, liking, kind and what it speaks of. Where only one of words and meaning was changed, the
    /// other follows: new words are read for what they mean, a new meaning is worded.
    ///
    /// @throws IllegalArgumentException with words for the form
    /// @throws MemoryException `REVISION_CONFLICT` when it is no longer at the revision given
    Memory edit(Memory seen, long revision, MemoryForm form, Actor actor) {
        refuseProfile(seen);
        return writer.change(at(seen, revision, actor), EDITED, before -> edited(before, form, actor));
    }

    private Memory edited(Memory before, MemoryForm form, Actor actor) {
        Slot slot = slots.of(form, before.slot());
        boolean meaning = kind(form) != before.kind()
                || Math.signum(polarity(form)) != Math.signum(before.polarity())
                || !Objects.equals(slot, before.slot());
        if (!meaning) {
            return form.text().isEmpty() ? before : writer.reworded(before, form.text(), actor);
        }
        boolean reword = form.text().isEmpty() || form.text().equals(before.text());
        Memory said = reword && slot != null && polarity(form) != 0
                ? writer.stated(before)
                        .draft()
                        .text(slots.sentence(kind(form), polarity(form), slot))
                        .build()
                : writer.worded(before, text(form, slot), actor);
        Memory.Draft draft = said.draft().kind(kind(form)).slot(slot);
        if (Math.signum(polarity(form)) != Math.signum(before.polarity())) {
            draft.polarity(polarity(form));
        }
        return draft.build();
    }

    private static void refuseProfile(Memory memory) {
        if (memory.kind() == MemoryKind.PROFILE) {
            throw new IllegalArgumentException(
                    "A profile is rebuilt from the memories below. Change those, or mute or lock the profile.");
        }
    }

    /// Mutes or unmutes.
    Memory mute(Memory seen, long revision, boolean on, Actor actor) {
        return writer.change(
                at(seen, revision, actor),
                on ? "muted" : "unmuted",
                before -> before.draft().muted(on).build());
    }

    /// Locks or unlocks.
    Memory lock(Memory seen, long revision, boolean on, Actor actor) {
        return writer.change(
                at(seen, revision, actor),
                on ? "locked" : "unlocked",
                before -> before.draft().locked(on).build());
    }

    /// Puts a memory that was held back into force; one that is not is left as it is.
    Memory approve(Memory seen, long revision, Actor actor) {
        return writer.approve(at(seen, revision, actor));
    }

    /// Makes an earlier state the newest one.
    Memory restore(Memory seen, long revision, long to, Actor actor) {
        refuseProfile(seen);
        return writer.restore(at(seen, revision, actor), to);
    }

    /// Erases it and waits a while for the receipt.
    ErasureState forget(Memory memory) throws InterruptedException {
        return erasures.erase(memory, RECEIPT_WAIT);
    }

    private static MemoryWriter.Edit at(Memory seen, long revision, Actor actor) {
        return new MemoryWriter.Edit(seen.id(), OptionalLong.of(revision), actor);
    }

    private static MemoryKind kind(MemoryForm form) {
        MemoryKind kind = MemoryKind.ofKey(form.kind());
        if (kind == MemoryKind.PROFILE) {
            throw new IllegalArgumentException("“Kind” must be one of the list, was profile.");
        }
        return kind;
    }

    private static double polarity(MemoryForm form) {
        return switch (form.liking()) {
            case "like" -> 1;
            case "dislike" -> -1;
            case "neither" -> 0;
            default ->
                throw new IllegalArgumentException("“Liking” must be like, dislike or neither, was " + form.liking());
        };
    }

    private String text(MemoryForm form, @Nullable Slot slot) {
        if (!form.text().isEmpty()) {
            return form.text();
        }
        if (slot == null || polarity(form) == 0) {
            throw new IllegalArgumentException("Write down what Palate should remember, at most 400 characters.");
        }
        return slots.sentence(kind(form), polarity(form), slot);
    }
}
