package dev.palate.memory.sql;

import dev.palate.memory.Milestone;
import dev.palate.memory.erase.ErasureLedger;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What one run erases: a user, a conversation, or memories together. Holds the rows as they stand; used by one run.
abstract sealed class ErasureTarget permits UserErasure, SomeMemories, ConversationErasure {
    private static final String BACK_UPS =
            "back-ups made before this time still hold it; a restore of one forgets it again by the erasure ledger";

    final ErasureParts parts;
    private List<ErasureRows.Stored> stored;

    ErasureTarget(ErasureParts parts, List<ErasureRows.Stored> stored) {
        this.parts = parts;
        this.stored = List.copyOf(stored);
    }

    static ErasureTarget of(ErasureParts parts, List<ErasureRows.Stored> stored) {
        return switch (stored.getFirst().subjectType()) {
            case "user" -> new UserErasure(parts, stored.getFirst());
            case ErasureRows.CONVERSATION -> new ConversationErasure(parts, stored.getFirst());
            default -> new SomeMemories(parts, stored, SomeMemories.ids(parts, stored));
        };
    }

    /// Removes it from the place.
    abstract long erase(ErasurePlace place);

    abstract long remaining(ErasurePlace place);

    abstract boolean concerns(ErasurePlace place);

    /// Does what else the database holds because of it.
    abstract List<ErasureRows.Step> follow();

    /// Deletes once more.
    ///
    /// @return how many rows were there
    abstract long deleteAgain();

    /// Blanks the codebooks that may hold its vectors, where there were any.
    ///
    /// @param memories how many it had
    List<ErasureRows.Step> codebooks(long memories) {
        if (memories == 0 || did(CodebookRows.NAME)) {
            return List.of();
        }
        return parts.database().write(transaction -> {
            List<String> blanked = CodebookRows.blankFew(transaction.handle());
            for (JobId job : jobs()) {
                ErasureRows.parts(transaction.handle(), job, Map.of("codebook", Set.copyOf(blanked)));
            }
            return List.of(new ErasureRows.Step(
                    CodebookRows.NAME, blanked.size(), CodebookRows.remarks(transaction.handle())));
        });
    }

    /// The codebooks on the receipt, where some were blanked.
    static List<ErasureReceipt.Place> askCodebooks(Handle handle, ErasureRows.Stored erasure) {
        List<String> blanked = ErasureRows.parts(handle, erasure.job(), "codebook");
        if (blanked.isEmpty()) {
            return List.of();
        }
        long left = handle.createQuery(
                        "select count(*) from codebook where sample > 0 and cast(version as varchar(20)) in (<ids>)")
                .bindList("ids", blanked)
                .mapTo(Long.class)
                .one();
        return List.of(new ErasureReceipt.Place(CodebookRows.NAME, removed(erasure, CodebookRows.NAME), left));
    }

    /// Asks, before the write that keeps the receipts, what would hold that up.
    void look() {}

    abstract List<ErasureReceipt.Place> ask(Handle handle, ErasureRows.Stored erasure);

    /// Takes what names it out of the feed. The numbers stay, since consumers wait for the newest: in the stead of a
    /// user
    /// stands the job, as a memory that is not there.
    abstract void dropFeed(Transaction transaction);

    /// What the receipt says of this one beside the numbers.
    abstract List<String> notes(Handle handle, ErasureRows.Stored one);

    List<JobId> jobs() {
        return stored.stream().map(ErasureRows.Stored::job).toList();
    }

    List<ErasureRows.Stored> stored() {
        return stored;
    }

    boolean did(String step) {
        return stored.stream().allMatch(one -> one.did(step));
    }

    int stepsDone() {
        return (int) stored.getFirst().steps().stream()
                .filter(step -> step.table().isEmpty())
                .count();
    }

    /// True when the receipt is there.
    boolean answered() {
        return stored.stream().allMatch(one -> one.receipt() != null);
    }

    void record(ErasureRows.Step step, double progress) {
        stored = parts.database().write(transaction -> {
            List<ErasureRows.Stored> fresh = new ArrayList<>();
            for (ErasureRows.Stored one : stored) {
                ErasureRows.step(transaction, one.job(), step, progress);
                fresh.add(ErasureRows.find(transaction.handle(), one.job()).orElseThrow());
            }
            return List.copyOf(fresh);
        });
    }

    /// Writes it into the ledger, and into the database how far the ledger has been heeded.
    void inscribe() {
        List<ErasureLedger.Erased> erased = stored.stream()
                .map(one -> new ErasureLedger.Erased(
                        one.subjectType(),
                        Objects.requireNonNull(one.subjectId()),
                        // What came after the deletion is not meant.
                        one.subjectType().equals(ErasureRows.MEMORIES)
                                ? one.createdAt()
                                : parts.clock().instant()))
                .toList();
        long before = parts.ledger().length();
        long after = parts.ledger().append(erased);
        Milestone.LEDGER_WRITTEN.reached();
        parts.database().write(transaction -> LedgerMark.advance(transaction, before, after));
    }

    /// Asks every place again and keeps the receipt; where something was found it is erased once more first.
    void answer() {
        List<ErasurePlace> asked =
                parts.places().stream().filter(this::concerns).toList();
        for (ErasurePlace place : asked) {
            if (remaining(place) > 0) {
                erase(place);
            }
        }
        // A place that was not asked is not on the receipt.
        List<ErasureReceipt.Place> elsewhere = asked.stream()
                .map(place -> new ErasureReceipt.Place(
                        place.name(), removed(stored.getFirst(), place.name()), remaining(place)))
                .toList();
        look();
        stored = parts.database().write(transaction -> {
            List<ErasureRows.Stored> fresh = new ArrayList<>();
            for (ErasureRows.Stored one : stored) {
                List<ErasureReceipt.Place> places = new ArrayList<>(ask(transaction.handle(), one));
                places.addAll(elsewhere);
                ErasureReceipt receipt = new ErasureReceipt(
                        one.job().value(),
                        one.subjectType(),
                        transaction.now(),
                        places,
                        allNotes(transaction.handle(), one));
                String hash = parts.ledger().hash(one.subjectType(), Objects.requireNonNull(one.subjectId()));
                ErasureRows.clear(transaction, one.job(), hash, owner(one), receipt);
                fresh.add(ErasureRows.find(transaction.handle(), one.job()).orElseThrow());
            }
            dropFeed(transaction);
            return List.copyOf(fresh);
        });
    }

    private List<String> allNotes(Handle handle, ErasureRows.Stored one) {
        List<String> notes = new ArrayList<>();
        one.steps().forEach(step -> notes.addAll(step.notes()));
        notes.addAll(notes(handle, one));
        notes.add(BACK_UPS);
        return notes;
    }

    private @Nullable String owner(ErasureRows.Stored one) {
        if (one.subjectType().equals("user")) {
            return parts.ledger().hash("user", Objects.requireNonNull(one.subjectId()));
        }
        return one.about() instanceof Subject.OfUser(UserId user)
                ? parts.ledger().hash("user", user.value())
                : null;
    }

    static long removed(ErasureRows.Stored erasure, String step) {
        return erasure.steps().stream()
                .filter(done -> done.name().equals(step))
                .mapToLong(ErasureRows.Step::removed)
                .sum();
    }

    /// When each was begun.
    List<Instant> begun() {
        return stored.stream().map(ErasureRows.Stored::createdAt).toList();
    }

    /// Records the end, or that the log is still in use.
    void end(Dialect.Wiped wiped) {
        boolean logEmptied = wiped.done();
        parts.database().write(transaction -> {
            for (ErasureRows.Stored one : stored) {
                ErasureReceipt receipt = Objects.requireNonNull(one.receipt());
                ErasureReceipt whole = receipt.with(new ErasureReceipt.Place(ErasureRun.LOG, 0, logEmptied ? 0 : 1));
                for (ErasureReceipt.Place place : wiped.places()) {
                    whole = whole.with(place);
                }
                whole = whole.with(wiped.notes());
                if (logEmptied) {
                    ErasureRows.end(transaction, one.job(), whole, whole.summary());
                } else {
                    ErasureRows.keep(transaction, one.job(), whole);
                    ErasureRows.say(
                            transaction,
                            one.job(),
                            JobStatus.RUNNING,
                            0.95,
                            "a reader keeps the write-ahead log in use; it is emptied once that has gone");
                }
            }
            return true;
        });
    }
}
