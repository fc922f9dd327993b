package dev.palate.memory.gate;

import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.text.Languages;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What one call is about to write, in one commit, and the active memories as they will be then: each proposal
/// is judged beside what the earlier ones of the call come to. Not thread-safe.
final class Batch {
    private static final double REINFORCEMENT = 0.3;
    /// From that revision on a memory is reinforced once a day, so that its history stays small however often
    /// it is said.
    private static final int MANY_REVISIONS = 100;

    private static final Duration REST = Duration.ofDays(1);

    private final Function<Subject, List<Memory>> read;
    private final Supplier<String> ids;
    private final Actor actor;
    private final String cause;
    private final Instant now;
    private final Map<Subject, Map<MemoryId, Memory>> active = new HashMap<>();
    private final Map<MemoryId, Memories.Write> pending = new LinkedHashMap<>();

    /// What becomes of a proposal.
    ///
    /// @param memory whose stored state is the answer, absent when refused
    record Fate(Written.Outcome outcome, @Nullable MemoryId memory, String text, String reason) {
        static Fate refused(Proposal proposal, String reason) {
            return new Fate(Written.Outcome.REJECT, null, proposal.text(), reason);
        }
    }

    /// @param read gives the active memories of a subject
    /// @param cause of what is new; empty for the usual ones, which merges and supersessions have of their own
    Batch(Function<Subject, List<Memory>> read, Supplier<String> ids, Actor actor, String cause, Instant now) {
        this.read = read;
        this.ids = ids;
        this.actor = actor;
        this.cause = cause;
        this.now = now;
    }

    /// The active memories of the subject as they will be, oldest first.
    List<Memory> active(Subject subject) {
        return List.copyOf(of(subject).values());
    }

    private Map<MemoryId, Memory> of(Subject subject) {
        return active.computeIfAbsent(subject, missing -> {
            Map<MemoryId, Memory> byId = new LinkedHashMap<>();
            // A profile says nothing of its own, and what is past its time nothing any more: neither is a duplicate or
            // a
            // rival, nor fills a quota.
            read.apply(missing).stream()
                    .filter(memory -> memory.kind() != MemoryKind.PROFILE && !memory.endedAt(now))
                    .forEach(memory -> byId.put(memory.id(), memory));
            return byId;
        });
    }

    /// How many memories of the subject it makes.
    long made(Subject subject) {
        return fresh(subject).count();
    }

    /// As above, of one status.
    long made(Subject subject, MemoryStatus status) {
        return fresh(subject).filter(memory -> memory.status() == status).count();
    }

    /// The active memory of this id.
    @Nullable
    Memory kept(MemoryId id) {
        return active.values().stream()
                .map(byId -> byId.get(id))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private Stream<Memory> fresh(Subject subject) {
        return pending.values().stream()
                .map(Memories.Write::memory)
                .filter(memory -> memory.revision() == 0 && memory.subject().equals(subject));
    }

    /// The writes, in an order that closes before it opens.
    List<Memories.Write> writes() {
        return List.copyOf(pending.values());
    }

    /// The memory of this id, when it is part of the batch.
    boolean writes(MemoryId id) {
        return pending.containsKey(id);
    }

    /// The active memory that rests on what the offer rests on, the offer's own for one.
    @Nullable
    Memory resting(Memory offered) {
        return of(offered.subject()).values().stream()
                .filter(memory -> memory.evidence().stream()
                        .anyMatch(evidence -> offered.evidence().stream()
                                .anyMatch(own -> !own.id().isEmpty()
                                        && own.id().equals(evidence.id())
                                        && own.type().equals(evidence.type()))))
                .findFirst()
                .orElse(null);
    }

    /// Carries out a verdict.
    Fate take(Offer offer, Verdict verdict) {
        Proposal proposal = offer.proposal();
        return switch (verdict) {
            case Verdict.Accept _ -> added(Written.Outcome.ADD, fresh(offer), "");
            case Verdict.Quarantine(String reason) ->
                added(
                        Written.Outcome.QUARANTINE,
                        fresh(offer).draft().status(MemoryStatus.QUARANTINED).build(),
                        reason);
            case Verdict.Reject(String reason) -> Fate.refused(proposal, reason);
            case Verdict.Merge(MemoryId into, String reason) -> merged(named(proposal, into), offer, reason);
            case Verdict.Supersede(MemoryId replaced, String reason) ->
                superseded(named(proposal, replaced), fresh(offer), reason);
        };
    }

    private Fate merged(Memory into, Offer offer, String reason) {
        Proposal proposal = offer.proposal();
        boolean firmer = proposal.kind() == MemoryKind.CONSTRAINT && into.kind() == MemoryKind.PREFERENCE;
        if (!firmer
                && into.revision() >= MANY_REVISIONS
                && into.updatedAt().plus(REST).isAfter(now)) {
            return new Fate(Written.Outcome.MERGE, into.id(), into.text(), Written.REPEATED);
        }
        Memory merged = into.draft()
                .kind(firmer ? MemoryKind.CONSTRAINT : into.kind())
                .text(firmer ? proposal.text() : into.text())
                .strength(into.strength() + (1 - into.strength()) * REINFORCEMENT)
                .evidence(Evidence.with(into.evidence(), evidence(offer)))
                .updatedAt(now)
                .build();
        write(merged, reason);
        return new Fate(Written.Outcome.MERGE, merged.id(), merged.text(), reason);
    }

    // Of two imported memories of one slot the one that holds later is in force, whatever their order.
    private Fate superseded(Memory old, Memory fresh, String reason) {
        if (fresh.trust() == Trust.IMPORTED && fresh.validFrom().isBefore(old.validFrom())) {
            Memory past = fresh.draft()
                    .status(MemoryStatus.SUPERSEDED)
                    .validTo(old.validFrom())
                    .supersededBy(old.id())
                    .build();
            return added(Written.Outcome.SUPERSEDE, past, reason);
        }
        write(closed(old, fresh, now), reason);
        return added(Written.Outcome.SUPERSEDE, fresh, reason);
    }

    /// The memory as it is once another has taken its slot.
    static Memory closed(Memory old, Memory next, Instant now) {
        Instant end = next.revision() == 0 ? next.validFrom() : now;
        return old.draft()
                .status(MemoryStatus.SUPERSEDED)
                .validTo(end)
                .supersededBy(next.id())
                .updatedAt(now)
                .build();
    }

    private Fate added(Written.Outcome outcome, Memory memory, String reason) {
        write(memory, reason);
        return new Fate(outcome, memory.id(), memory.text(), reason);
    }

    private void write(Memory next, String reason) {
        Memories.Write before = pending.get(next.id());
        String why = !cause.isEmpty() ? cause : reason.isEmpty() ? "stated" : reason;
        pending.put(next.id(), new Memories.Write(next, actor, before == null ? why : before.cause()));
        if (next.status() == MemoryStatus.ACTIVE) {
            of(next.subject()).put(next.id(), next);
        } else {
            of(next.subject()).remove(next.id());
        }
    }

    private Memory named(Proposal proposal, MemoryId id) {
        Memory memory = of(proposal.subject()).get(id);
        if (memory == null) {
            throw new IllegalStateException("a gate named memory " + id + ", which is not active");
        }
        return memory;
    }

    private Memory fresh(Offer offer) {
        Memory as = offer.as();
        Proposal proposal = offer.proposal();
        return as != null
                ? as
                : Memory.fresh(
                                new MemoryId(ids.get()),
                                proposal.subject(),
                                proposal.kind(),
                                proposal.text(),
                                proposal.polarity(),
                                proposal.trust(),
                                proposal.slot(),
                                List.of(evidence(offer)),
                                now)
                        .draft()
                        .language(Languages.of(proposal.quote()))
                        .build();
    }

    private static Evidence evidence(Offer offer) {
        Memory as = offer.as();
        if (as != null && !as.evidence().isEmpty()) {
            return as.evidence().getLast();
        }
        Proposal proposal = offer.proposal();
        String type = proposal.trust() == Trust.OPERATOR ? "operator" : "message";
        return new Evidence(type, proposal.sourceId(), proposal.quote());
    }
}
