package dev.palate.web.memory;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.palate.memory.Page;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.tier.RecalledMemory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A memory as answered; names follow Mem0 where it has them.
///
/// @param memory its text
/// @param userId of the subject when that is a user
/// @param score in a search, higher is nearer; absent elsewhere
/// @param scoreDetails the parts of the score
/// @param expirationDate from when it no longer holds
/// @param revision also the `ETag`
record MemoryView(
        String id,
        String memory,
        @Nullable String userId,
        SubjectView subject,
        @Nullable Double score,
        @Nullable Details scoreDetails,
        String kind,
        double polarity,
        double strength,
        double confidence,
        String trust,
        @Nullable String slot,
        List<Evidence> evidence,
        Instant validFrom,
        @Nullable Instant expirationDate,
        @Nullable String supersededBy,
        String status,
        boolean muted,
        boolean locked,
        String language,
        Instant createdAt,
        Instant updatedAt,
        long revision) {
    /// Whom or what it is about.
    record SubjectView(String type, String id) {}

    /// What a search score is made of.
    record Details(
            double semantic,
            double bm25,
            double slot,
            double trust,
            double decay,
            @JsonProperty("final") double score) {
        static Details of(RecalledMemory recalled) {
            return new Details(
                    recalled.semantic(),
                    recalled.bm25(),
                    recalled.slot(),
                    recalled.trust(),
                    recalled.decay(),
                    recalled.score());
        }
    }

    static MemoryView of(Memory memory) {
        return of(memory, null);
    }

    static MemoryView of(Memory memory, @Nullable RecalledMemory recalled) {
        Subject subject = memory.subject();
        Slot slot = memory.slot();
        return new MemoryView(
                memory.id().value(),
                memory.text(),
                subject instanceof Subject.OfUser ? subject.id() : null,
                new SubjectView(subject.type(), subject.id()),
                recalled == null ? null : recalled.score(),
                recalled == null ? null : Details.of(recalled),
                memory.kind().key(),
                memory.polarity(),
                memory.strength(),
                memory.confidence(),
                memory.trust().key(),
                slot == null ? null : slot.toString(),
                memory.evidence(),
                memory.validFrom(),
                memory.validTo(),
                memory.supersededBy() == null ? null : memory.supersededBy().value(),
                memory.status().key(),
                memory.muted(),
                memory.locked(),
                memory.language(),
                memory.createdAt(),
                memory.updatedAt(),
                memory.revision());
    }

    /// A page, newest change first.
    record Listing(List<MemoryView> results, @Nullable String nextCursor) {
        static Listing of(Page<Memory> page) {
            return new Listing(page.items().stream().map(MemoryView::of).toList(), page.nextCursor());
        }

        /// As they count at the time.
        static Listing of(Page<Memory> page, Instant now) {
            return new Listing(
                    page.items().stream()
                            .map(memory -> MemoryView.of(memory.at(now)))
                            .toList(),
                    page.nextCursor());
        }
    }

    /// One recorded state.
    ///
    /// @param changes what differs from the state before, by field; empty for the first
    record RevisionView(
            long revision,
            MemoryView state,
            List<MemoryDiff> changes,
            String actor,
            String cause,
            Instant recordedAt) {}

    /// All states, oldest first.
    record History(String id, List<RevisionView> history) {
        static History of(String id, List<Revision> revisions) {
            List<RevisionView> views = new ArrayList<>();
            @Nullable Memory before = null;
            for (Revision revision : revisions) {
                Memory state = revision.state();
                views.add(new RevisionView(
                        state.revision(),
                        MemoryView.of(state),
                        before == null ? List.of() : MemoryDiff.of(before, state),
                        revision.actor().value(),
                        revision.cause(),
                        revision.recordedAt()));
                before = state;
            }
            return new History(id, views);
        }
    }
}
