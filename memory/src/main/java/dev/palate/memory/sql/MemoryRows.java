package dev.palate.memory.sql;

import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import tools.jackson.core.type.TypeReference;

/// Reads and writes the rows of `memory` and `memory_revision`. Stateless.
final class MemoryRows {
    private static final TypeReference<List<Evidence>> EVIDENCE = new TypeReference<>() {};
    private static final String PUT = """
            insert into memory (id, subject_type, subject_id, kind, text, polarity, strength, confidence, trust, slot,
                evidence, words, valid_from, valid_to, superseded_by, status, muted, locked, language, created_at,
                updated_at, revision)
            values (:id, :subjectType, :subjectId, :kind, :text, :polarity, :strength, :confidence, :trust, :slot,
                :evidence, :words, :validFrom, :validTo, :supersededBy, :status, :muted, :locked, :language,
                :createdAt, :updatedAt, :revision)
            on conflict (id) do update set subject_type = excluded.subject_type, subject_id = excluded.subject_id,
                kind = excluded.kind, text = excluded.text, polarity = excluded.polarity,
                strength = excluded.strength, confidence = excluded.confidence, trust = excluded.trust,
                slot = excluded.slot, evidence = excluded.evidence, words = excluded.words,
                valid_from = excluded.valid_from, valid_to = excluded.valid_to,
                superseded_by = excluded.superseded_by, status = excluded.status, muted = excluded.muted,
                locked = excluded.locked, language = excluded.language, created_at = excluded.created_at,
                updated_at = excluded.updated_at, revision = excluded.revision
            """;
    private static final String REVISION = """
            insert into memory_revision (memory_id, revision, subject_type, subject_id, state, actor, cause,
                recorded_at)
            values (:id, :revision, :subjectType, :subjectId, :state, :actor, :cause, :at)
            """;

    private MemoryRows() {}

    static Memory row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        long validTo = row.number("valid_to");
        boolean open = result.wasNull();
        return new MemoryState(
                        row.text("id"),
                        row.text("subject_type"),
                        row.text("subject_id"),
                        row.text("kind"),
                        row.text("text"),
                        row.real("polarity"),
                        row.real("strength"),
                        row.real("confidence"),
                        row.text("trust"),
                        row.textOrNull("slot"),
                        evidence(row.text("evidence")),
                        row.number("valid_from"),
                        open ? null : validTo,
                        row.textOrNull("superseded_by"),
                        row.text("status"),
                        row.flag("muted"),
                        row.flag("locked"),
                        row.text("language"),
                        row.number("created_at"),
                        row.number("updated_at"),
                        row.number("revision"))
                .memory();
    }

    /// The evidence in its column.
    static List<Evidence> evidence(String column) {
        return column.equals("[]") ? List.of() : Json.read(column, EVIDENCE);
    }

    /// Writes the state as the memory's row and as a new revision.
    static void save(Handle handle, MemoryState state, Memories.Write write, Instant now) {
        handle.createUpdate(PUT)
                .bind("id", state.id())
                .bind("subjectType", state.subjectType())
                .bind("subjectId", state.subjectId())
                .bind("kind", state.kind())
                .bind("text", state.text())
                .bind("polarity", state.polarity())
                .bind("strength", state.strength())
                .bind("confidence", state.confidence())
                .bind("trust", state.trust())
                .bind("slot", state.slot())
                .bind("evidence", Json.write(state.evidence()))
                .bind("words", words(state))
                .bind("validFrom", state.validFrom())
                .bind("validTo", state.validTo())
                .bind("supersededBy", state.supersededBy())
                .bind("status", state.status())
                .bind("muted", state.muted() ? 1 : 0)
                .bind("locked", state.locked() ? 1 : 0)
                .bind("language", state.language())
                .bind("createdAt", state.createdAt())
                .bind("updatedAt", state.updatedAt())
                .bind("revision", state.revision())
                .execute();
        handle.createUpdate(REVISION)
                .bind("id", state.id())
                .bind("revision", state.revision())
                .bind("subjectType", state.subjectType())
                .bind("subjectId", state.subjectId())
                .bind("state", Json.write(state))
                .bind("actor", write.actor().value())
                .bind("cause", write.cause())
                .bind("at", Times.column(now))
                .execute();
    }

    /// What a search without regard to case looks into; lower case here because databases disagree on it.
    private static String words(MemoryState state) {
        StringBuilder words = new StringBuilder(state.text());
        state.evidence().forEach(evidence -> words.append('\n').append(evidence.quote()));
        return words.toString().toLowerCase(Locale.ROOT);
    }
}
