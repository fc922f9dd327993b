package dev.palate.memory.sql;

import dev.palate.memory.gate.Rejection;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import tools.jackson.core.type.TypeReference;

/// The words of a memory in all its revisions and the messages they were said in, and what else of the same subject
/// holds them: what gates refused, and memories held back. Two texts hold the same words when one stands in the
/// other, in compatibility form and lower case.
///
/// @param messages ids of those said in, may be empty
/// @param texts the words, folded, 4 characters or longer
record SameWords(Set<String> messages, Set<String> texts) {
    private static final int SHORTEST = 4;
    private static final int MOST_HELD = 1_000;
    private static final TypeReference<List<Evidence>> EVIDENCE = new TypeReference<>() {};

    SameWords {
        messages = Set.copyOf(messages);
        texts = Set.copyOf(texts);
    }

    /// The words of a memory that is still there.
    static SameWords of(Handle handle, MemoryId id) {
        Set<String> messages = new TreeSet<>();
        Set<String> texts = new HashSet<>();
        try (var states = handle
                .createQuery("select state from memory_revision where memory_id = :id")
                .bind("id", id.value())
                .mapTo(String.class)
                .stream()) {
            states.map(json -> Json.read(json, MemoryState.class)).forEach(state -> {
                add(texts, state.text());
                for (Evidence evidence : state.evidence()) {
                    add(texts, evidence.quote());
                    message(evidence).ifPresent(messages::add);
                }
            });
        }
        return new SameWords(messages, texts);
    }

    private static java.util.Optional<String> message(Evidence evidence) {
        return evidence.type().equals("message") && !evidence.id().isEmpty()
                ? java.util.Optional.of(evidence.id())
                : java.util.Optional.empty();
    }

    private static void add(Set<String> texts, String text) {
        String folded = folded(text);
        if (folded.length() >= SHORTEST) {
            texts.add(folded);
        }
    }

    private static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\s+", " ")
                .strip();
    }

    private boolean in(String message, Collection<String> others) {
        if (messages.contains(message)) {
            return true;
        }
        for (String other : others) {
            String folded = folded(other);
            if (folded.length() >= SHORTEST
                    && !other.equals(Rejection.WITHHELD)
                    && texts.stream().anyMatch(text -> text.contains(folded) || folded.contains(text))) {
                return true;
            }
        }
        return false;
    }

    /// Deletes what gates refused of the subject that holds the words.
    ///
    /// @return how many
    int refuse(Handle handle, Subject subject) {
        List<String> ids = handle.createQuery("select id, text, quote, source, source_id from rejection"
                        + " where subject_type = :type and subject_id = :subject")
                .bind("type", subject.type())
                .bind("subject", subject.id())
                .map((result, context) -> {
                    Row row = new Row(result);
                    boolean same =
                            in(row.text("source_id"), List.of(row.text("text"), row.text("quote"), row.text("source")));
                    return same ? row.text("id") : "";
                })
                .list();
        int removed = 0;
        for (String id : ids) {
            if (!id.isEmpty()) {
                removed += handle.createUpdate("delete from rejection where id = :id")
                        .bind("id", id)
                        .execute();
            }
        }
        return removed;
    }

    /// The memories of the subject that are held back and hold the words.
    List<MemoryId> held(Handle handle, Subject subject) {
        List<MemoryId> held = new ArrayList<>();
        handle
                .createQuery(
                        "select id, text, evidence from memory where subject_type = :type and subject_id = :subject"
                                + " and status = :status order by created_at limit :limit")
                .bind("type", subject.type())
                .bind("subject", subject.id())
                .bind("status", MemoryStatus.QUARANTINED.key())
                .bind("limit", MOST_HELD)
                .map((result, context) -> {
                    Row row = new Row(result);
                    List<Evidence> evidence = Json.read(row.text("evidence"), EVIDENCE);
                    List<String> words = new ArrayList<>(List.of(row.text("text")));
                    evidence.forEach(one -> words.add(one.quote()));
                    boolean same = in("", words)
                            || evidence.stream()
                                    .anyMatch(one -> message(one)
                                            .filter(messages::contains)
                                            .isPresent());
                    return same ? row.text("id") : "";
                })
                .list()
                .stream()
                .filter(id -> !id.isEmpty())
                .forEach(id -> held.add(new MemoryId(id)));
        return held;
    }
}
