package dev.palate.memory.kill;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the tables hold, read past the code under test.
final class Found {
    private static final JsonMapper JSON = new JsonMapper();

    /// A memory with all its revisions.
    ///
    /// @param derived true when nobody but the consumer writes it
    /// @param texts by revision
    /// @param evidence such as `memory:m1`
    record OneMemory(
            String subject,
            long revision,
            String status,
            String kind,
            boolean derived,
            @Nullable String supersededBy,
            TreeMap<Long, String> texts,
            List<String> evidence) {}

    /// A message of a conversation.
    record OneMessage(String id, String text) {}

    /// An entry of the feed.
    record OneChange(long number, String type, String id, long revision) {}

    final Map<String, OneMemory> memories = new HashMap<>();
    final Map<String, String> interactions = new HashMap<>();
    final Map<String, TreeMap<Long, OneMessage>> messages = new HashMap<>();
    final Map<String, String> conversations = new HashMap<>();
    final Map<String, Long> items = new HashMap<>();
    final Map<String, Long> cold = new HashMap<>();
    final List<OneChange> changes = new ArrayList<>();
    final Map<String, Set<String>> notes = new HashMap<>();
    final long epoch;
    final long latest;
    final long openErasures;

    private Found(Statement statement) throws SQLException {
        epoch = Long.parseLong(one(statement, "select value from meta where name = 'epoch'"));
        latest = Long.parseLong(one(statement, "select change_number from counter"));
        openErasures = Long.parseLong(one(statement, "select count(*) from erasure where ended_at is null"));
        each(statement, "select * from memory", row -> {
            List<String> evidence = new ArrayList<>();
            for (JsonNode one : JSON.readTree(row.getString("evidence"))) {
                evidence.add(one.get("type").asString() + ":" + one.get("id").asString());
            }
            memories.put(
                    row.getString("id"),
                    new OneMemory(
                            row.getString("subject_type") + ":" + row.getString("subject_id"),
                            row.getLong("revision"),
                            row.getString("status"),
                            row.getString("kind"),
                            derived(row),
                            row.getString("superseded_by"),
                            new TreeMap<>(),
                            evidence));
        });
        each(statement, "select memory_id, revision, state from memory_revision", row -> {
            String text = JSON.readTree(row.getString(3)).get("text").asString();
            OneMemory memory = memories.get(row.getString(1));
            if (memory == null) {
                throw new AssertionError("a revision without its memory: " + row.getString(1));
            }
            memory.texts.put(row.getLong(2), text);
        });
        each(
                statement,
                "select id, user_id from interaction",
                row -> interactions.put(row.getString(1), row.getString(2)));
        each(
                statement,
                "select id, user_id from conversation",
                row -> conversations.put(row.getString(1), row.getString(2)));
        each(
                statement,
                "select conversation_id, sequence, id, text from message",
                row -> messages.computeIfAbsent(row.getString(1), talk -> new TreeMap<>())
                        .put(row.getLong(2), new OneMessage(row.getString(3), row.getString(4))));
        each(statement, "select id, revision from item", row -> items.put(row.getString(1), row.getLong(2)));
        each(
                statement,
                "select memory_id, revision from cold_memory",
                row -> cold.put(row.getString(1), row.getLong(2)));
        each(
                statement,
                "select number, type, id, revision from change_log order by number",
                row -> changes.add(new OneChange(row.getLong(1), row.getString(2), row.getString(3), row.getLong(4))));
        each(
                statement,
                "select topic, payload_id from outbox",
                row -> notes.computeIfAbsent(row.getString(1), topic -> new HashSet<>())
                        .add(row.getString(2)));
    }

    /// A user's profile; an item's trait, and how it is received.
    private static boolean derived(ResultSet row) throws SQLException {
        String kind = row.getString("kind");
        return kind.equals("profile")
                || row.getString("subject_type").equals("item")
                        && (kind.equals("trait") || row.getString("trust").equals("behaviour"));
    }

    static Found in(Path database) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            return new Found(statement);
        }
    }

    /// Leaves out the newest revision of each of the memories: the one who looks has written it.
    void withoutNewest(Set<String> ids) {
        for (String id : ids) {
            memories.computeIfPresent(id, (_, memory) -> {
                TreeMap<Long, String> texts = new TreeMap<>(memory.texts);
                texts.remove(memory.revision);
                return new OneMemory(
                        memory.subject,
                        memory.revision - 1,
                        "active",
                        memory.kind,
                        memory.derived,
                        memory.supersededBy,
                        texts,
                        memory.evidence);
            });
        }
    }

    /// Everything that evidence can name.
    Set<String> things() {
        Set<String> things = new HashSet<>();
        memories.keySet().forEach(id -> things.add("memory:" + id));
        interactions.keySet().forEach(id -> things.add("interaction:" + id));
        messages.values().forEach(talk -> talk.values().forEach(message -> things.add("message:" + message.id())));
        items.keySet().forEach(id -> things.add("item:" + id));
        return things;
    }

    private interface Row {
        void take(ResultSet row) throws SQLException;
    }

    private static void each(Statement statement, String sql, Row row) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                row.take(result);
            }
        }
    }

    private static String one(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}
