package dev.palate.memory.sql;

import dev.palate.memory.memory.Evidence;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/// The evidence ledger in table `memory_evidence`: which memories rest, or in an earlier revision rested, on what. Rows
/// only come, and go with their memory. Stateless.
final class EvidenceRows {
    static final String INSERT =
            "insert into memory_evidence (type, id, memory_id) values (:type, :id, :memory) on conflict do nothing";
    private static final int CHUNK = 500;

    /// A thing that evidence can name.
    record Ground(String type, String id) {
        /// A memory.
        static Ground memory(String id) {
            return new Ground("memory", id);
        }
    }

    private EvidenceRows() {}

    /// What the evidence names, without what it quotes; what has no id cannot be looked for.
    static Set<Ground> of(Collection<Evidence> evidence) {
        Set<Ground> grounds = new LinkedHashSet<>();
        for (Evidence one : evidence) {
            if (!one.id().isEmpty()) {
                grounds.add(new Ground(one.type(), one.id()));
            }
        }
        return grounds;
    }

    /// Enters what is new in a state of the memory.
    ///
    /// @param before the evidence of the state before, which is entered already
    static void add(Handle handle, String memory, List<Evidence> before, List<Evidence> now) {
        if (now.equals(before)) {
            return;
        }
        Set<Ground> grounds = of(now);
        grounds.removeAll(of(before));
        if (grounds.isEmpty()) {
            return;
        }
        try (PreparedBatch batch = handle.prepareBatch(INSERT)) {
            for (Ground ground : grounds) {
                batch.bind("type", ground.type())
                        .bind("id", ground.id())
                        .bind("memory", memory)
                        .add();
            }
            batch.execute();
        }
    }

    /// The memories that rest or rested on one of the things of a type.
    static Set<String> restingOn(Handle handle, String type, Collection<String> ids) {
        Set<String> resting = new LinkedHashSet<>();
        List<String> all = List.copyOf(ids);
        for (int from = 0; from < all.size(); from += CHUNK) {
            resting.addAll(handle.createQuery(
                            "select memory_id from memory_evidence where type = :type and id in (<ids>)")
                    .bind("type", type)
                    .bindList("ids", all.subList(from, Math.min(all.size(), from + CHUNK)))
                    .mapTo(String.class)
                    .list());
        }
        return resting;
    }
}
