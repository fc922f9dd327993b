package dev.palate.memory.gate;

import dev.palate.memory.Ids;
import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Page;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one door through which words get into memories: chat, requests, pages and imports all write here. A
/// write takes its subject for itself, reads what is active, asks the gates, lets the rivals of a slot give way
/// by one rule, and writes in one commit. What only says something about a memory from the inside, such as its
/// strength, needs no gate.
///
/// A refusal is a verdict of a gate, or a lock or a revision in the way; that the store is busy, late or broken
/// is thrown as what it is, and nothing is then kept as refused. Thread-safe.
public final class GatedMemories {
    private static final Logger LOG = LoggerFactory.getLogger(GatedMemories.class);
    private static final int ATTEMPTS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Stores stores;
    private final Memories memories;
    private final Gates gates;
    private final Ids ids;
    private final InstantSource clock;
    private final SubjectLanes lanes;

    /// What is written to and asked.
    public record Stores(Memories memories, Rejections rejections, Consents consents, Similarity similarity) {}

    /// A change of a stored memory.
    ///
    /// @param expected the revision it was made on; absent for whatever is there
    /// @param next the memory as it is to be, of the memory as it is now; called again when somebody else was
    ///     faster. The same memory for no change
    public record Change(
            MemoryId memory, OptionalLong expected, Actor actor, String cause, UnaryOperator<Memory> next) {}

    /// Over the stores and the gates.
    public GatedMemories(Stores stores, Gates gates, Ids ids, InstantSource clock) {
        this(stores, gates, ids, clock, new SubjectLanes(PATIENCE));
    }

    private GatedMemories(Stores stores, Gates gates, Ids ids, InstantSource clock, SubjectLanes lanes) {
        this.stores = stores;
        this.memories = stores.memories();
        this.gates = gates;
        this.ids = ids;
        this.clock = clock;
        this.lanes = lanes;
    }

    /// The same door for memories that come in bulk; see [GatePolicy#inBulk].
    public GatedMemories inBulk() {
        return new GatedMemories(stores, new Gates(gates.policy().inBulk()), ids, clock, lanes);
    }

    /// What it writes to and asks.
    public Stores stores() {
        return stores;
    }

    /// The gates.
    public Gates gates() {
        return gates;
    }

    /// Judges the offers one after the other, writes what passes in one commit, and keeps the rest among the
    /// rejections.
    ///
    /// @param offers at most 1,000
    /// @param cause of the revisions; empty for the gates' own reasons
    /// @return what became of each
    /// @throws MemoryException what the store could not do, such as `BUSY`, `DEADLINE`, `STORAGE`; `NOT_FOUND`
    ///     when the user is not there
    public List<Written> offer(List<Offer> offers, Actor actor, String cause) {
        List<Written> results = judged(offers, actor, cause);
        List<Rejection> refused = new ArrayList<>();
        for (int i = 0; i < offers.size(); i++) {
            Written result = results.get(i);
            if (result.outcome() == Written.Outcome.REJECT) {
                refused.add(rejection(offers.get(i), result.reason()));
            }
        }
        keep(refused, results);
        return results;
    }

    private Rejection rejection(Offer offer, String reason) {
        Proposal proposal = offer.proposal();
        LOG.info(
                "memory refused: subject {} {}, source {}, reason {}",
                proposal.subject().type(),
                proposal.subject().id(),
                proposal.sourceId(),
                reason);
        String id = offer.as() == null ? ids.next() : offer.as().id().value();
        return Rejection.of(id, proposal, reason, gates.policy().key(), clock.instant());
    }

    // What was written is acknowledged, also where the list of refusals cannot be kept.
    private void keep(List<Rejection> refused, List<Written> results) {
        try {
            stores.rejections().add(refused);
        } catch (MemoryException e) {
            if (results.stream().noneMatch(Written::changed)) {
                throw e;
            }
            LOG.warn("{} refusals could not be kept: {}", refused.size(), e.code());
        }
    }

    /// Judges one proposal again that was refused before, and writes it when it passes; a refusal is not kept.
    ///
    /// @throws MemoryException as [#offer]
    public Written again(Proposal proposal, Actor actor, String cause) {
        return judged(List.of(Offer.said(proposal)), actor, cause).getFirst();
    }

    // Somebody may change a memory from the inside between reading and writing: read again, a few times.
    private List<Written> judged(List<Offer> offers, Actor actor, String cause) {
        Set<Subject> subjects =
                offers.stream().map(offer -> offer.proposal().subject()).collect(Collectors.toSet());
        return lanes.within(subjects, () -> {
            for (int attempt = 1; ; attempt++) {
                try {
                    return once(offers, actor, cause);
                } catch (MemoryException e) {
                    if (e.code() != Code.REVISION_CONFLICT && e.code() != Code.LOCKED) {
                        throw e;
                    }
                    if (attempt == ATTEMPTS) {
                        String reason = e.code().name().toLowerCase(Locale.ROOT);
                        return offers.stream()
                                .map(offer -> new Written(
                                        Written.Outcome.REJECT,
                                        null,
                                        offer.proposal().text(),
                                        reason))
                                .toList();
                    }
                }
            }
        });
    }

    private List<Written> once(List<Offer> offers, Actor actor, String cause) {
        Instant now = clock.instant();
        Batch batch = new Batch(memories::standing, ids::next, actor, cause, now);
        List<Batch.Fate> fates = new ArrayList<>();
        Map<MemoryId, Memory> known = new HashMap<>();
        int written = 0;
        for (Offer offer : offers) {
            Batch.Fate fate = fate(offer, batch, known, written, now);
            written += fate.memory() == null ? 0 : 1;
            fates.add(fate);
        }
        memories.put(batch.writes()).forEach(stored -> known.put(stored.id(), stored));
        return fates.stream().map(fate -> written(fate, batch, known)).toList();
    }

    private Batch.Fate fate(Offer offer, Batch batch, Map<MemoryId, Memory> known, int written, Instant now) {
        Memory as = offer.as();
        if (as != null) {
            Memory there = batch.writes(as.id()) ? as : batch.resting(as);
            there = there == null ? memories.memory(as.id()).orElse(null) : there;
            if (there != null) {
                known.putIfAbsent(there.id(), there);
                return new Batch.Fate(Written.Outcome.MERGE, there.id(), there.text(), Written.REPEATED);
            }
        }
        Subject subject = offer.proposal().subject();
        List<Memory> active = offer.over() ? List.of() : batch.active(subject);
        return batch.take(offer, gates.check(offer.proposal(), context(subject, active, written, batch, now)));
    }

    private static Written written(Batch.Fate fate, Batch batch, Map<MemoryId, Memory> stored) {
        MemoryId id = fate.memory();
        if (id == null) {
            return new Written(fate.outcome(), null, fate.text(), fate.reason());
        }
        Memory memory = stored.get(id);
        if (memory == null) {
            // Reinforced so often that it was left as it is.
            memory = Objects.requireNonNull(batch.kept(id), "a fate names what is stored or active");
        }
        return new Written(fate.outcome(), memory, memory.text(), fate.reason());
    }

    private GateContext context(Subject subject, List<Memory> active, int written, Batch batch, Instant now) {
        Set<SensitiveClass> consents = subject instanceof Subject.OfUser(UserId user)
                ? stores.consents().of(user)
                : Set.of();
        MemoryFilter held = new MemoryFilter(subject, Set.of(), Set.of(MemoryStatus.QUARANTINED), null);
        return new GateContext(
                active,
                written,
                consents,
                stores.similarity(),
                () -> memories.page(held, null, Page.MAX_LIMIT).items().size()
                        + batch.made(subject, MemoryStatus.QUARANTINED),
                since -> memories.writtenSince(subject, since) + batch.made(subject),
                now);
    }

    /// Changes a stored memory. Words that are new to it pass the gates for words; a memory that is in force
    /// afterwards and speaks of something else than before, or was not in force, takes its slot: others of that
    /// slot, or of the same words where there is none, give way in the same commit, unless one is locked or
    /// believed more.
    ///
    /// @return the memory as stored
    /// @throws RefusedException when a rule refuses it
    /// @throws MemoryException `NOT_FOUND` when there is none, `REVISION_CONFLICT` when it is not at the
    ///     revision expected, `LOCKED` against all but operators, and what the store could not do
    public Memory change(Change change) {
        Subject subject = read(change).subject();
        return lanes.within(Set.of(subject), () -> {
            for (int attempt = 1; ; attempt++) {
                Memory before = read(change);
                try {
                    return changed(change, before);
                } catch (MemoryException e) {
                    if (e.code() != Code.REVISION_CONFLICT || attempt == ATTEMPTS) {
                        throw e;
                    }
                }
            }
        });
    }

    private Memory read(Change change) {
        Memory memory = memories.memory(change.memory())
                .orElseThrow(() -> new MemoryException(
                        Code.NOT_FOUND, "there is no memory " + change.memory() + "; it may have been forgotten"));
        OptionalLong expected = change.expected();
        if (expected.isPresent() && expected.getAsLong() != memory.revision()) {
            throw new MemoryException(
                    Code.REVISION_CONFLICT,
                    "memory " + memory.id() + " is at revision " + memory.revision() + ", the edit was made on "
                            + expected.getAsLong() + "; read it again");
        }
        return memory;
    }

    private Memory changed(Change change, Memory before) {
        Instant now = clock.instant();
        Memory made = change.next().apply(before);
        if (made.equals(before)) {
            return before;
        }
        Memory next = made.draft().revision(before.revision()).updatedAt(now).build();
        boolean meaning = !Meaning.of(next).equals(Meaning.of(before));
        if (meaning && before.trust() == Trust.OPERATOR && !change.actor().operator()) {
            throw new RefusedException(
                    RefusedException.LOWER_TRUST,
                    "memory " + before.id() + " was written by an operator; only an operator changes what it says");
        }
        List<Memory> active = memories.standing(before.subject()).stream()
                .filter(memory -> !memory.endedAt(now))
                .toList();
        if (!next.text().equals(before.text()) || !Objects.equals(next.slot(), before.slot())) {
            checkWords(next, active, now);
        }
        List<Memories.Write> writes = new ArrayList<>();
        boolean inForce = next.status() == MemoryStatus.ACTIVE;
        if (inForce && (meaning || before.status() != MemoryStatus.ACTIVE)) {
            List<Memory> rivals = rivals(next, active);
            checkRoom(before, rivals, active);
            for (Memory rival : rivals) {
                writes.add(
                        new Memories.Write(Batch.closed(rival, next, now), change.actor(), "replaced by " + next.id()));
            }
        }
        writes.add(new Memories.Write(next, change.actor(), change.cause()));
        return memories.put(writes).getLast();
    }

    /// What a memory says, without how much and until when it counts.
    private record Meaning(
            String text,
            MemoryKind kind,
            double polarity,
            @Nullable Slot slot,
            @Nullable Instant until,
            MemoryStatus status) {
        static Meaning of(Memory memory) {
            return new Meaning(
                    memory.text(), memory.kind(), memory.polarity(), memory.slot(), memory.validTo(), memory.status());
        }
    }

    private void checkWords(Memory next, List<Memory> active, Instant now) {
        Subject subject = next.subject();
        Proposal proposal = new Proposal(
                subject,
                next.kind(),
                next.text(),
                next.polarity(),
                next.trust(),
                next.slot(),
                next.text(),
                next.text(),
                "",
                Role.USER);
        Batch nothing = new Batch(missing -> active, ids::next, Actor.SYSTEM, "", now);
        Verdict verdict = gates.checkWords(proposal, context(subject, active, 0, nothing, now));
        if (!(verdict instanceof Verdict.Accept)) {
            throw RefusedException.words(verdict.reason());
        }
    }

    /// The active memories that give way to one: those of its slot, or of its words where it has none.
    private static List<Memory> rivals(Memory next, List<Memory> active) {
        List<Memory> rivals = active.stream()
                .filter(other -> !other.id().equals(next.id()) && other.kind() != MemoryKind.PROFILE)
                .filter(other -> sameThing(next, other))
                .toList();
        for (Memory rival : rivals) {
            if (rival.locked()) {
                throw new RefusedException(
                        RefusedException.LOCKED,
                        "memory " + rival.id() + " speaks of the same and is locked; unlock it first");
            }
            if (rival.trust().compareTo(next.trust()) < 0) {
                throw new RefusedException(
                        RefusedException.LOWER_TRUST,
                        "memory " + rival.id() + " speaks of the same and is believed more ("
                                + rival.trust().key() + "); change that one");
            }
        }
        return rivals;
    }

    private static boolean sameThing(Memory one, Memory other) {
        Slot slot = one.slot();
        Slot held = other.slot();
        if (slot == null || held == null) {
            return slot == null && held == null && Words.normal(one.text()).equals(Words.normal(other.text()));
        }
        return slot.key().equals(held.key());
    }

    private void checkRoom(Memory before, List<Memory> rivals, List<Memory> active) {
        long there = active.stream()
                .filter(memory ->
                        memory.kind() != MemoryKind.PROFILE && !memory.id().equals(before.id()))
                .count();
        int most = gates.policy().perSubject();
        boolean asked = gates.policy().order().contains("subject-quota");
        if (asked && before.status() != MemoryStatus.ACTIVE && there - rivals.size() >= most) {
            throw new RefusedException(
                    RefusedException.SUBJECT_FULL,
                    "there are " + there + " active memories, as many as may be; forget one first");
        }
    }
}
