package dev.palate.memory.sql;

import dev.palate.memory.Milestone;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasureLedger;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/// What one run erases: a user, a conversation, or memories together. Holds the rows as they stand; used by one run.
abstract sealed class ErasureTarget permits ErasureTarget.OneUser, ErasureTarget.SomeMemories, ConversationErasure {
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
            case "user" -> new OneUser(parts, stored.getFirst());
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

    static final class OneUser extends ErasureTarget {
        private static final String RESTED =
                "select part_id from erasure_part where erasure_id = :job and type = 'memory'";

        private final @Nullable UserId user;

        OneUser(ErasureParts parts, ErasureRows.Stored stored) {
            super(parts, List.of(stored));
            String id = stored.subjectId();
            user = id == null ? null : new UserId(id);
        }

        private UserId user() {
            return Objects.requireNonNull(user);
        }

        @Override
        long erase(ErasurePlace place) {
            return place.erase(user());
        }

        @Override
        long remaining(ErasurePlace place) {
            return place.remaining(user());
        }

        @Override
        boolean concerns(ErasurePlace place) {
            return !place.learnsFromInteractions() || removed(stored().getFirst(), "table interaction") > 0;
        }

        @Override
        List<ErasureRows.Step> follow() {
            return codebooks(removed(stored().getFirst(), "table memory"));
        }

        @Override
        long deleteAgain() {
            return parts.database().write(transaction -> SqlErasure.deleteLate(transaction, user()));
        }

        @Override
        List<ErasureReceipt.Place> ask(Handle handle, ErasureRows.Stored erasure) {
            List<ErasureReceipt.Place> places = new ArrayList<>(SqlErasure.ask(handle, user(), erasure));
            long resting = handle.createQuery("select count(*) from memory where id in (" + RESTED + ")")
                    .bind("job", erasure.job().value())
                    .mapTo(Long.class)
                    .one();
            places.add(new ErasureReceipt.Place(DerivedMemories.NAME, removed(erasure, DerivedMemories.NAME), resting));
            places.addAll(askCodebooks(handle, erasure));
            return places;
        }

        @Override
        void dropFeed(Transaction transaction) {
            transaction
                    .handle()
                    .createUpdate("update change_log set type = 'MEMORY', id = :job where type = 'USER' and id = :user")
                    .bind("job", jobs().getFirst().value())
                    .bind("user", user().value())
                    .execute();
        }

        @Override
        List<String> notes(Handle handle, ErasureRows.Stored one) {
            return List.of();
        }
    }

    static final class SomeMemories extends ErasureTarget {
        private static final int MOST_NAMED = 5;
        private static final String PARTS =
                "select part_id from erasure_part where erasure_id = :job and type = 'memory'";
        private static final String MESSAGES =
                "select part_id from erasure_part where erasure_id = :job and type = 'message'";
        private static final String HELD = "select part_id from erasure_part where erasure_id = :job and type = 'held'";
        private static final String REFUSED =
                "subject_type = :type and subject_id = :subject and source_id in (" + MESSAGES + ")";
        private static final String SAID =
                "select distinct conversation_id from message where id in (" + MESSAGES + ") order by conversation_id";

        private final ErasedMemories memories;

        SomeMemories(ErasureParts parts, List<ErasureRows.Stored> stored, Set<MemoryId> ids) {
            super(parts, stored);
            Set<Subject> subjects = new HashSet<>();
            for (ErasureRows.Stored one : stored) {
                if (one.about() != null) {
                    subjects.add(one.about());
                }
            }
            memories = new ErasedMemories(ids, subjects);
        }

        static Set<MemoryId> ids(ErasureParts parts, List<ErasureRows.Stored> stored) {
            return parts.database().read(handle -> {
                Set<MemoryId> ids = new HashSet<>();
                for (ErasureRows.Stored one : stored) {
                    ErasureRows.parts(handle, one.job(), "memory").forEach(id -> ids.add(new MemoryId(id)));
                    // An erasure begun by an earlier build has noted no parts.
                    if (one.subjectType().equals("memory") && one.subjectId() != null) {
                        ids.add(new MemoryId(one.subjectId()));
                    }
                }
                return Set.copyOf(ids);
            });
        }

        @Override
        long erase(ErasurePlace place) {
            return place.erase(memories);
        }

        @Override
        long remaining(ErasurePlace place) {
            return place.remaining(memories);
        }

        @Override
        boolean concerns(ErasurePlace place) {
            return place.holdsMemories();
        }

        @Override
        List<ErasureRows.Step> follow() {
            List<ErasureRows.Step> steps = new ArrayList<>();
            if (!did(DerivedMemories.NAME)) {
                long dropped = derived().stream()
                        .filter(id -> parts.memories().erase(id, List.of()).isPresent())
                        .count();
                steps.add(new ErasureRows.Step(DerivedMemories.NAME, dropped, List.of()));
            }
            if (!did(ShownMemories.NAME)) {
                long stripped =
                        parts.database().write(transaction -> ShownMemories.strip(transaction.handle(), memories));
                steps.add(new ErasureRows.Step(ShownMemories.NAME, stripped, List.of()));
            }
            steps.addAll(codebooks(memories.ids().size()));
            return steps;
        }

        private List<MemoryId> derived() {
            return parts.database().read(handle -> DerivedMemories.restingOn(handle, memories.ids()));
        }

        /// What gates refused of the same messages meanwhile.
        @Override
        long deleteAgain() {
            return parts.database().write(transaction -> {
                long late = 0;
                for (ErasureRows.Stored one : stored()) {
                    late += about(transaction.handle().createUpdate("delete from rejection where " + REFUSED), one)
                            .execute();
                }
                return late;
            });
        }

        private static <S extends SqlStatement<S>> S about(S statement, ErasureRows.Stored one) {
            Subject about = Objects.requireNonNull(one.about());
            return statement
                    .bind("job", one.job().value())
                    .bind("type", about.type())
                    .bind("subject", about.id());
        }

        @Override
        List<ErasureReceipt.Place> ask(Handle handle, ErasureRows.Stored erasure) {
            List<ErasureReceipt.Place> places = new ArrayList<>();
            for (ErasureRows.Step step : erasure.steps()) {
                step.table()
                        .ifPresent(table -> places.add(
                                new ErasureReceipt.Place(step.name(), step.removed(), count(handle, table, erasure))));
            }
            long resting = 0;
            for (String id : ErasureRows.parts(handle, erasure.job(), "memory")) {
                resting += DerivedMemories.restingOn(handle, new MemoryId(id)).size();
            }
            places.add(new ErasureReceipt.Place(DerivedMemories.NAME, removed(erasure, DerivedMemories.NAME), resting));
            places.add(new ErasureReceipt.Place(
                    ShownMemories.NAME,
                    removed(erasure, ShownMemories.NAME),
                    ShownMemories.remaining(handle, memories)));
            if (erasure.did(MemoryErasure.HELD)) {
                places.add(new ErasureReceipt.Place(
                        MemoryErasure.HELD, removed(erasure, MemoryErasure.HELD), held(handle, erasure)));
            }
            places.addAll(askCodebooks(handle, erasure));
            return places;
        }

        private static long held(Handle handle, ErasureRows.Stored erasure) {
            return handle.createQuery("select count(*) from memory where id in (" + HELD + ")")
                    .bind("job", erasure.job().value())
                    .mapTo(Long.class)
                    .one();
        }

        private static long count(Handle handle, String table, ErasureRows.Stored erasure) {
            String condition = switch (table) {
                case "rejection" -> REFUSED;
                case "memory" -> "id in (" + PARTS + ")";
                case "outbox" -> "topic = 'memory' and payload_id in (" + PARTS + ")";
                default -> "memory_id in (" + PARTS + ")";
            };
            Query query = handle.createQuery("select count(*) from " + table + " where " + condition);
            return (table.equals("rejection")
                            ? about(query, erasure)
                            : query.bind("job", erasure.job().value()))
                    .mapTo(Long.class)
                    .one();
        }

        @Override
        void dropFeed(Transaction transaction) {
            // An id without anything behind it says nothing of anybody, and consumers follow it.
        }

        @Override
        List<String> notes(Handle handle, ErasureRows.Stored one) {
            List<String> notes = new ArrayList<>();
            List<String> talks = handle.createQuery(SAID)
                    .bind("job", one.job().value())
                    .mapTo(String.class)
                    .list();
            if (!talks.isEmpty()) {
                List<String> named = talks.subList(0, Math.min(MOST_NAMED, talks.size()));
                notes.add("the message it came from stays in the conversation; the words still stand in "
                        + (talks.size() == 1 ? "conversation " : talks.size() + " conversations: ")
                        + String.join(", ", named)
                        + (talks.size() > named.size() ? " and others" : "")
                        + "; deleting the conversation or erasing the user removes them");
            }
            if (stored().size() > 1) {
                notes.add("places beside the tables count " + memories.ids().size() + " memories erased together");
            }
            return notes;
        }
    }
}
