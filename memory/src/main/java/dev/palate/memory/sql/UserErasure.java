package dev.palate.memory.sql;

import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.user.UserId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// A user that is erased, with all that is of that user, and what rested on it. Holds the row as it
/// stands; used by one run.
final class UserErasure extends ErasureTarget {
    private static final String RESTED = "select part_id from erasure_part where erasure_id = :job and type = 'memory'";

    private final @Nullable UserId user;

    UserErasure(ErasureParts parts, ErasureRows.Stored stored) {
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
