package dev.palate.memory.sql;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Subject;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// What a memory rests on must be there when it is written: what is being erased looks for everything that rests on it
/// once, and nothing may come later. Stateless.
final class EvidenceGuard {
    private EvidenceGuard() {}

    /// @return `NOT_FOUND` when the memory rests on something that is gone
    static Optional<MemoryException> missing(Handle handle, Memory memory) {
        for (Evidence evidence : memory.evidence()) {
            Optional<String> table = table(evidence, memory.subject());
            if (table.isPresent() && !evidence.id().isEmpty()) {
                boolean there = handle.createQuery("select id from " + table.get() + " where id = :id")
                        .bind("id", evidence.id())
                        .mapTo(String.class)
                        .findOne()
                        .isPresent();
                if (!there) {
                    return Optional.of(gone(memory, evidence));
                }
            }
        }
        return Optional.empty();
    }

    /// A person's own memories outlive the conversation that they came from, and go with the person.
    private static Optional<String> table(Evidence evidence, Subject subject) {
        return switch (evidence.type()) {
            case "memory", "interaction" -> Optional.of(evidence.type());
            case "message" -> subject instanceof Subject.OfItem ? Optional.of("message") : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static MemoryException gone(Memory memory, Evidence evidence) {
        return new MemoryException(
                Code.NOT_FOUND,
                "memory " + memory.id().value() + " cannot rest on " + evidence.type() + " " + evidence.id()
                        + ", which is gone; leave it out of the evidence");
    }
}
