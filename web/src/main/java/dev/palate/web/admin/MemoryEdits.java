package dev.palate.web.admin;

import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.extraction.Written;
import dev.palate.memory.Ids;
import dev.palate.memory.MemoryException;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import dev.palate.web.job.ErasureDesk;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes what a person changed on the memories page. A memory of the same slot gives way to the one written, in the
/// same commit. Thread-safe.
final class MemoryEdits {
    private static final int MAX_EVIDENCE = 32;
    private static final Duration RECEIPT_WAIT = Duration.ofSeconds(3);
    private static final String WRITTEN = "written on the memories page";
    private static final String EDITED = "edited on the memories page";

    private final Memories memories;
    private final Slots slots;
    private final MemoryWriter writer;
    private final ErasureDesk erasures;
    private final Ids ids;
    private final InstantSource clock;

    MemoryEdits(
            Memories memories, Slots slots, MemoryWriter writer, ErasureDesk erasures, Ids ids, InstantSource clock) {
        this.erasures = erasures;
        this.memories = memories;
        this.slots = slots;
        this.writer = writer;
        this.ids = ids;
        this.clock = clock;
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
            return addAsSaid(viewer, text(form, null), actor);
        }
        Instant now = clock.instant();
        Slot slot = slots.of(form, null);
        Memory fresh = Memory.fresh(
                new MemoryId(ids.next()),
                new Subject.OfUser(viewer),
                kind(form),
                text(form, slot),
                polarity(form),
                Trust.STATED,
                slot,
                List.of(new Evidence("operator", "", form.text())),
                now);
        return write(fresh, actor, WRITTEN);
    }

    private Memory addAsSaid(UserId viewer, String text, Actor actor) {
        Written written = writer.asIs(viewer, text, Trust.STATED, actor);
        Memory memory = written.memory();
        if (memory == null) {
            throw new IllegalArgumentException(
                    "Palate did not keep that (" + written.reason().replace('_', ' ') + "). Say it in other words.");
        }
        return memory;
    }

    /// Changes text, liking, kind and what it speaks of. Where only one of words and meaning was changed, the other
    /// follows: new words are read for what they mean, a new meaning is worded.
    ///
    /// @throws IllegalArgumentException with words for the form
    /// @throws MemoryException `REVISION_CONFLICT` when it is no longer at the revision given
    Memory edit(Memory before, long revision, MemoryForm form, Actor actor) {
        refuseProfile(before);
        Slot slot = slots.of(form, before.slot());
        boolean meaning = kind(form) != before.kind()
                || Math.signum(polarity(form)) != Math.signum(before.polarity())
                || !Objects.equals(slot, before.slot());
        if (!meaning && !form.text().isEmpty() && !form.text().equals(before.text())) {
            Memory.Draft said = stated(writer.reworded(before, form.text())).evidence(withWords(before, form.text()));
            return write(at(said, revision), actor, EDITED);
        }
        boolean reword = meaning && polarity(form) != 0 && form.text().equals(before.text());
        Memory.Draft draft = stated(before)
                .text(reword && slot != null ? slots.sentence(kind(form), polarity(form), slot) : text(form, slot))
                .kind(kind(form))
                .slot(slot);
        if (Math.signum(polarity(form)) != Math.signum(before.polarity())) {
            draft.polarity(polarity(form));
        }
        return write(at(draft, revision), actor, EDITED);
    }

    private static void refuseProfile(Memory memory) {
        if (memory.kind() == MemoryKind.PROFILE) {
            throw new IllegalArgumentException(
                    "A profile is rebuilt from the memories below. Change those, or mute or lock the profile.");
        }
    }

    // What a person corrected is what that person says.
    private static Memory.Draft stated(Memory memory) {
        return memory.draft().trust(memory.trust() == Trust.OPERATOR ? Trust.OPERATOR : Trust.STATED);
    }

    private static List<Evidence> withWords(Memory before, String text) {
        List<Evidence> all = new ArrayList<>(before.evidence());
        all.add(new Evidence("operator", "", text));
        return all.subList(Math.max(0, all.size() - MAX_EVIDENCE), all.size());
    }

    /// Mutes or unmutes.
    Memory mute(Memory before, long revision, boolean on, Actor actor) {
        return write(at(before.draft().muted(on), revision), actor, on ? "muted" : "unmuted");
    }

    /// Locks or unlocks.
    Memory lock(Memory before, long revision, boolean on, Actor actor) {
        return write(at(before.draft().locked(on), revision), actor, on ? "locked" : "unlocked");
    }

    /// Puts a memory that was held back into force; one that is not is left as it is.
    Memory approve(Memory before, long revision, Actor actor) {
        return before.status() == MemoryStatus.QUARANTINED
                ? write(at(before.draft().status(MemoryStatus.ACTIVE), revision), actor, "approved")
                : before;
    }

    /// Makes an earlier state the newest one.
    Memory restore(Memory before, long revision, long to, Actor actor) {
        refuseProfile(before);
        Memory state = memories.history(before.id()).stream()
                .map(Revision::state)
                .filter(earlier -> earlier.revision() == to)
                .findFirst()
                .orElseThrow(() -> ProblemException.notFound("revision", String.valueOf(to)));
        return write(at(state.draft(), revision), actor, "state " + to + " restored");
    }

    /// Deletes it for good; one that is gone already is no error.
    /// Erases it and waits a while for the receipt.
    ErasureState forget(Memory memory) throws InterruptedException {
        return erasures.erase(memory, RECEIPT_WAIT);
    }

    private Memory at(Memory.Draft draft, long revision) {
        return draft.revision(revision).updatedAt(clock.instant()).build();
    }

    private Memory write(Memory next, Actor actor, String cause) {
        List<Memories.Write> writes = new ArrayList<>();
        for (Memory rival : rivals(next)) {
            Instant now = clock.instant();
            writes.add(new Memories.Write(
                    rival.draft()
                            .status(MemoryStatus.SUPERSEDED)
                            .supersededBy(next.id())
                            .validTo(now)
                            .updatedAt(now)
                            .build(),
                    actor,
                    "replaced by one " + WRITTEN));
        }
        writes.add(new Memories.Write(next, actor, cause));
        return memories.put(writes).getLast();
    }

    private List<Memory> rivals(Memory next) {
        Slot slot = next.slot();
        if (slot == null || next.status() != MemoryStatus.ACTIVE) {
            return List.of();
        }
        return memories.active(next.subject()).stream()
                .filter(other -> !other.id().equals(next.id()) && shares(other.slot(), slot))
                .toList();
    }

    private static boolean shares(@Nullable Slot other, Slot slot) {
        return other != null && other.key().equals(slot.key());
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
