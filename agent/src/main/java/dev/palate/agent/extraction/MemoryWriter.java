package dev.palate.agent.extraction;

import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.domain.Reading;
import dev.palate.memory.Ids;
import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.Consents;
import dev.palate.memory.gate.GateContext;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.gate.InjectionGate;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Rejection;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.gate.SensitiveClass;
import dev.palate.memory.gate.Similarity;
import dev.palate.memory.gate.Verdict;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.text.Languages;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one way in for memories that people state: extraction, gates, then the truth. Thread-safe; a memory that is
/// answered as written is on disk.
///
/// A refused proposal is answered with its reason code and logged without its text.
public final class MemoryWriter {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryWriter.class);
    private static final int MAX_EVIDENCE = 32;
    private static final int ATTEMPTS = 3;
    private static final int LANES = 64;
    private static final double REINFORCEMENT = 0.3;

    private final Stores stores;
    private final Memories memories;
    private final MessageReader reader;
    private final CatalogSnapshots snapshots;
    private final MemoryExtractor extractor = new MemoryExtractor();
    private final Gates gates;
    private final Ids ids;
    private final InstantSource clock;
    private final List<ReentrantLock> lanes =
            Stream.generate(ReentrantLock::new).limit(LANES).toList();

    /// Something said.
    ///
    /// @param id of the message, empty when it has none
    public record Said(Role speaker, String id, String text) {}

    /// What is written to and asked.
    public record Stores(Memories memories, Rejections rejections, Consents consents, Similarity similarity) {}

    /// What a replay of rejections came to.
    ///
    /// @param written accepted by the policy of today
    /// @param refused still refused
    /// @param skipped judged by this policy before, or kept without their words
    public record Replay(int written, int refused, int skipped) {}

    /// Over the stores and the gates.
    public MemoryWriter(
            Stores stores,
            MessageReader reader,
            CatalogSnapshots snapshots,
            Gates gates,
            Ids ids,
            InstantSource clock) {
        this.stores = stores;
        this.memories = stores.memories();
        this.reader = reader;
        this.snapshots = snapshots;
        this.gates = gates;
        this.ids = ids;
        this.clock = clock;
    }

    /// Writes what the messages say of the user; what an assistant said is refused by its gate.
    public List<Written> infer(UserId user, List<Said> messages, Actor actor) {
        List<Proposal> proposals = new ArrayList<>();
        for (Said said : messages) {
            Reading reading = reader.read(said.text(), snapshots.current());
            proposals.addAll(extractor.extract(new Subject.OfUser(user), reading, said.speaker(), said.id()));
        }
        return write(proposals, actor);
    }

    /// Writes what a message says that was read already.
    public List<Written> infer(UserId user, Reading reading, String messageId, Actor actor) {
        return write(extractor.extract(new Subject.OfUser(user), reading, Role.USER, messageId), actor);
    }

    /// Writes the text as it is, after the gates. A text that says one thing of something known takes effect like an
    /// inferred memory; any other is kept as a trait.
    ///
    /// @throws IllegalArgumentException when the text is empty or longer than 400 characters
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
        return write(List.of(proposal), actor).getFirst();
    }

    /// The memory with another text and the meaning that the text now has; not yet written. A text that the rules
    /// cannot read keeps the text and loses the slot, so that an old meaning does not go on behind new words.
    ///
    /// @throws IllegalArgumentException when the text is too long, or speaks to the machine
    public Memory reworded(Memory memory, String text) {
        if (InjectionGate.refuses(text)) {
            throw new IllegalArgumentException(
                    "text speaks to the machine rather than of the person, or holds a link (gate injection); say it"
                            + " plainly");
        }
        Memory.Draft draft = memory.draft().text(text).updatedAt(clock.instant());
        if (text.equals(memory.text())) {
            return draft.build();
        }
        List<Proposal> read =
                extractor.extract(memory.subject(), reader.read(text, snapshots.current()), Role.USER, "");
        if (read.size() != 1) {
            return draft.slot(null).polarity(0).kind(MemoryKind.TRAIT).build();
        }
        Proposal meaning = read.getFirst();
        return draft.slot(meaning.slot())
                .polarity(meaning.polarity())
                .kind(meaning.kind())
                .build();
    }

    /// Judges the subject's rejections again by the policy of today, oldest first, and writes those it lets through.
    /// What this policy has refused already is left alone. The quota of a turn does not apply.
    public Replay replay(Subject subject, Actor actor) {
        int written = 0;
        int refused = 0;
        int skipped = 0;
        String policy = gates.policy().key();
        for (Rejection rejection :
                stores.rejections().page(subject, null, Rejections.MOST).items().reversed()) {
            if (!rejection.replayable() || rejection.policy().equals(policy)) {
                skipped++;
                continue;
            }
            Written result = writeOne(rejection.proposal(), 0, actor);
            if (result.memory() != null) {
                stores.rejections().remove(rejection.id());
                written++;
            } else {
                stores.rejections().judged(rejection.id(), result.reason(), policy);
                refused++;
            }
        }
        return new Replay(written, refused, skipped);
    }

    private List<Written> write(List<Proposal> proposals, Actor actor) {
        List<Written> results = new ArrayList<>();
        List<Rejection> rejections = new ArrayList<>();
        int written = 0;
        for (Proposal proposal : proposals) {
            Written result = writeOne(proposal, written, actor);
            written += result.memory() == null ? 0 : 1;
            if (result.memory() == null) {
                LOG.info(
                        "memory refused: subject {} {}, source {}, reason {}",
                        proposal.subject().type(),
                        proposal.subject().id(),
                        proposal.sourceId(),
                        result.reason());
                rejections.add(Rejection.of(
                        ids.next(), proposal, result.reason(), gates.policy().key(), clock.instant()));
            }
            results.add(result);
        }
        stores.rejections().add(rejections);
        return results;
    }

    // Another writer may change a memory between reading and writing: read again, a few times.
    private Written writeOne(Proposal proposal, int written, Actor actor) {
        // What is judged must be what is written to: two writers of one subject would both find no duplicate.
        ReentrantLock lane = lanes.get(Math.floorMod(proposal.subject().hashCode(), LANES));
        lane.lock();
        try {
            return judged(proposal, written, actor);
        } finally {
            lane.unlock();
        }
    }

    private Written judged(Proposal proposal, int written, Actor actor) {
        for (int attempt = 1; ; attempt++) {
            try {
                // A profile says nothing of its own: it is no duplicate, no rival, and does not fill a quota.
                List<Memory> active = memories.active(proposal.subject()).stream()
                        .filter(memory -> memory.kind() != MemoryKind.PROFILE)
                        .toList();
                Verdict verdict = gates.check(proposal, context(proposal.subject(), active, written));
                return carryOut(proposal, verdict, active, actor);
            } catch (MemoryException e) {
                if (e.code() != MemoryException.Code.REVISION_CONFLICT || attempt == ATTEMPTS) {
                    return refused(proposal, e.code().name().toLowerCase(Locale.ROOT));
                }
            }
        }
    }

    private GateContext context(Subject subject, List<Memory> active, int written) {
        Set<SensitiveClass> consents = subject instanceof Subject.OfUser(UserId user)
                ? stores.consents().of(user)
                : Set.of();
        MemoryFilter held = new MemoryFilter(subject, Set.of(), Set.of(MemoryStatus.QUARANTINED), null);
        return new GateContext(
                active,
                written,
                consents,
                stores.similarity(),
                () -> memories.page(held, null, Page.MAX_LIMIT).items().size(),
                clock.instant());
    }

    private Written carryOut(Proposal proposal, Verdict verdict, List<Memory> active, Actor actor) {
        return switch (verdict) {
            case Verdict.Accept _ -> added(Written.Outcome.ADD, List.of(), fresh(proposal), "", actor);
            case Verdict.Quarantine(String reason) ->
                added(
                        Written.Outcome.QUARANTINE,
                        List.of(),
                        fresh(proposal).draft().status(MemoryStatus.QUARANTINED).build(),
                        reason,
                        actor);
            case Verdict.Reject(String reason) -> refused(proposal, reason);
            case Verdict.Merge(MemoryId into, String reason) -> {
                Memory merged = reinforced(of(active, into), proposal);
                Memory stored = memories.put(List.of(new Memories.Write(merged, actor, reason)))
                        .getFirst();
                yield new Written(Written.Outcome.MERGE, stored, stored.text(), reason);
            }
            case Verdict.Supersede(MemoryId replaced, String reason) -> {
                Memory fresh = fresh(proposal);
                Memory closed = of(active, replaced)
                        .draft()
                        .status(MemoryStatus.SUPERSEDED)
                        .validTo(fresh.validFrom())
                        .supersededBy(fresh.id())
                        .updatedAt(fresh.createdAt())
                        .build();
                yield added(
                        Written.Outcome.SUPERSEDE,
                        List.of(new Memories.Write(closed, actor, reason)),
                        fresh,
                        reason,
                        actor);
            }
        };
    }

    private Written added(
            Written.Outcome outcome, List<Memories.Write> before, Memory memory, String reason, Actor actor) {
        List<Memories.Write> writes = new ArrayList<>(before);
        writes.add(new Memories.Write(memory, actor, reason.isEmpty() ? "stated" : reason));
        Memory stored = memories.put(writes).getLast();
        return new Written(outcome, stored, stored.text(), reason);
    }

    private static Written refused(Proposal proposal, String reason) {
        return new Written(Written.Outcome.REJECT, null, proposal.text(), reason);
    }

    private static Memory of(List<Memory> active, MemoryId id) {
        return active.stream()
                .filter(memory -> memory.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a gate named memory " + id + ", which is not active"));
    }

    private Memory fresh(Proposal proposal) {
        return Memory.fresh(
                        new MemoryId(ids.next()),
                        proposal.subject(),
                        proposal.kind(),
                        proposal.text(),
                        proposal.polarity(),
                        proposal.trust(),
                        proposal.slot(),
                        List.of(evidence(proposal)),
                        clock.instant())
                .draft()
                .language(Languages.of(proposal.quote()))
                .build();
    }

    private Memory reinforced(Memory memory, Proposal proposal) {
        List<Evidence> evidence = new ArrayList<>(memory.evidence());
        evidence.add(evidence(proposal));
        Instant now = clock.instant();
        boolean firmer = proposal.kind() == MemoryKind.CONSTRAINT && memory.kind() == MemoryKind.PREFERENCE;
        return memory.draft()
                .kind(firmer ? MemoryKind.CONSTRAINT : memory.kind())
                .text(firmer ? proposal.text() : memory.text())
                .strength(memory.strength() + (1 - memory.strength()) * REINFORCEMENT)
                .evidence(evidence.subList(Math.max(0, evidence.size() - MAX_EVIDENCE), evidence.size()))
                .updatedAt(now)
                .build();
    }

    private static Evidence evidence(Proposal proposal) {
        String type = proposal.trust() == Trust.OPERATOR ? "operator" : "message";
        return new Evidence(type, proposal.sourceId(), proposal.quote());
    }
}
