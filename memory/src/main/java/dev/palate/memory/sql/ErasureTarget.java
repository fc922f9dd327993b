package dev.palate.memory.sql;

import dev.palate.memory.Milestone;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What one run erases: a user, or memories together. Holds the rows as they stand; used by one run.
abstract sealed class ErasureTarget {
    private static final String BACK_UPS =
            "back-ups made before this time still hold it; a restore of one forgets it again by the erasure ledger";

    final ErasureParts parts;
    private List<ErasureRows.Stored> stored;

    private ErasureTarget(ErasureParts parts, List<ErasureRows.Stored> stored) {
        this.parts = parts;
        this.stored = List.copyOf(stored);
    }

    static ErasureTarget of(ErasureParts parts, List<ErasureRows.Stored> stored) {
        return stored.getFirst().subjectType().equals("user")
                ? new OneUser(parts, stored.getFirst())
                : new SomeMemories(parts, stored);
    }

    /// Removes it from the place.
    abstract long erase(ErasurePlace place);

    abstract long remaining(ErasurePlace place);

    abstract boolean concerns(ErasurePlace place);

    abstract List<String> remarks(ErasurePlace place);

    /// Does what else the database holds because of it.
    abstract List<ErasureRows.Step> follow();

    /// Deletes once more.
    ///
    /// @return how many rows were there
    abstract long deleteAgain();

    abstract List<ErasureReceipt.Place> ask(Handle handle, ErasureRows.Stored erasure);

    /// Takes what names it out of the feed. The numbers stay, since consumers wait for the newest: in the stead of a
    /// user
    /// stands the job, as a memory that is not there.
    abstract void dropFeed(Transaction transaction);

    abstract List<String> notes();

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
        for (ErasureRows.Stored one : stored) {
            long before = parts.ledger().length();
            long after = parts.ledger()
                    .append(
                            one.subjectType(),
                            Objects.requireNonNull(one.subjectId()),
                            parts.clock().instant());
            Milestone.LEDGER_WRITTEN.reached();
            parts.database().write(transaction -> LedgerMark.advance(transaction, before, after));
        }
    }

    /// Asks every place again and keeps the receipt; where something was found it is erased once more first.
    void answer() {
        for (ErasurePlace place : parts.places()) {
            if (concerns(place) && remaining(place) > 0) {
                erase(place);
            }
        }
        List<ErasureReceipt.Place> elsewhere = new ArrayList<>();
        for (ErasurePlace place : parts.places()) {
            long removed = concerns(place) ? removed(stored.getFirst(), place.name()) : 0;
            elsewhere.add(new ErasureReceipt.Place(place.name(), removed, remaining(place)));
        }
        stored = parts.database().write(transaction -> {
            List<ErasureRows.Stored> fresh = new ArrayList<>();
            for (ErasureRows.Stored one : stored) {
                List<ErasureReceipt.Place> places = new ArrayList<>(ask(transaction.handle(), one));
                places.addAll(elsewhere);
                ErasureReceipt receipt =
                        new ErasureReceipt(one.job().value(), one.subjectType(), transaction.now(), places, notes(one));
                String hash = parts.ledger().hash(one.subjectType(), Objects.requireNonNull(one.subjectId()));
                ErasureRows.clear(transaction, one.job(), hash, receipt);
                fresh.add(ErasureRows.find(transaction.handle(), one.job()).orElseThrow());
            }
            dropFeed(transaction);
            return List.copyOf(fresh);
        });
    }

    private List<String> notes(ErasureRows.Stored one) {
        List<String> notes = new ArrayList<>();
        one.steps().forEach(step -> notes.addAll(step.notes()));
        notes.addAll(notes());
        notes.add(BACK_UPS);
        return notes;
    }

    static long removed(ErasureRows.Stored erasure, String step) {
        return erasure.steps().stream()
                .filter(done -> done.name().equals(step))
                .mapToLong(ErasureRows.Step::removed)
                .sum();
    }

    /// Records the end, or that the log is still in use.
    void end(boolean logEmptied) {
        parts.database().write(transaction -> {
            for (ErasureRows.Stored one : stored) {
                ErasureReceipt receipt = Objects.requireNonNull(one.receipt());
                ErasureReceipt whole = receipt.with(new ErasureReceipt.Place(ErasureRun.LOG, 0, logEmptied ? 0 : 1));
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

    private static final class OneUser extends ErasureTarget {
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
            return concerns(place) ? place.remaining(user()) : 0;
        }

        @Override
        boolean concerns(ErasurePlace place) {
            return !place.learnsFromInteractions() || removed(stored().getFirst(), "table interaction") > 0;
        }

        @Override
        List<String> remarks(ErasurePlace place) {
            return place.remarks();
        }

        @Override
        List<ErasureRows.Step> follow() {
            return List.of();
        }

        @Override
        long deleteAgain() {
            return parts.database().write(transaction -> SqlErasure.deleteLate(transaction, user()));
        }

        @Override
        List<ErasureReceipt.Place> ask(Handle handle, ErasureRows.Stored erasure) {
            List<ErasureReceipt.Place> places = new ArrayList<>(SqlErasure.ask(handle, user(), erasure));
            places.add(new ErasureReceipt.Place(DerivedMemories.NAME, removed(erasure, DerivedMemories.NAME), 0));
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
        List<String> notes() {
            return List.of();
        }
    }

    private static final class SomeMemories extends ErasureTarget {
        private final ErasedMemories memories;

        SomeMemories(ErasureParts parts, List<ErasureRows.Stored> stored) {
            super(parts, stored);
            Set<MemoryId> ids = stored.stream()
                    .map(ErasureRows.Stored::subjectId)
                    .filter(Objects::nonNull)
                    .map(MemoryId::new)
                    .collect(Collectors.toSet());
            Set<Subject> subjects = new HashSet<>();
            for (ErasureRows.Stored one : stored) {
                if (one.about() != null) {
                    subjects.add(one.about());
                }
            }
            memories = new ErasedMemories(ids, subjects);
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
            return true;
        }

        @Override
        List<String> remarks(ErasurePlace place) {
            return List.of();
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
            return steps;
        }

        private List<MemoryId> derived() {
            return parts.database().read(handle -> DerivedMemories.restingOn(handle, memories.ids()));
        }

        @Override
        long deleteAgain() {
            return 0;
        }

        @Override
        List<ErasureReceipt.Place> ask(Handle handle, ErasureRows.Stored erasure) {
            List<ErasureReceipt.Place> places = new ArrayList<>();
            for (ErasureRows.Step step : erasure.steps()) {
                step.table()
                        .ifPresent(table -> places.add(new ErasureReceipt.Place(
                                step.name(),
                                step.removed(),
                                count(handle, table, Objects.requireNonNull(erasure.subjectId())))));
            }
            MemoryId erased = new MemoryId(Objects.requireNonNull(erasure.subjectId()));
            long resting = DerivedMemories.restingOn(handle, erased).size();
            places.add(new ErasureReceipt.Place(DerivedMemories.NAME, removed(erasure, DerivedMemories.NAME), resting));
            places.add(new ErasureReceipt.Place(
                    ShownMemories.NAME,
                    removed(erasure, ShownMemories.NAME),
                    ShownMemories.remaining(handle, memories)));
            return places;
        }

        private static long count(Handle handle, String table, String id) {
            String column = switch (table) {
                case "memory" -> "id";
                case "outbox" -> "payload_id";
                default -> "memory_id";
            };
            return handle.createQuery("select count(*) from " + table + " where " + column + " = :id")
                    .bind("id", id)
                    .mapTo(Long.class)
                    .one();
        }

        @Override
        void dropFeed(Transaction transaction) {
            // An id without anything behind it says nothing of anybody, and consumers follow it.
        }

        @Override
        List<String> notes() {
            List<String> notes = new ArrayList<>();
            notes.add(
                    "what was said in conversations, and what gates refused of it, stays until those or the user are erased");
            if (memories.ids().size() > 1) {
                notes.add("places beside the tables count " + memories.ids().size() + " memories erased together");
            }
            return notes;
        }
    }
}
