package dev.palate.agent.evaluation;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.memory.catalog.ItemId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads dialogues from a file of JSON objects, one per line: `case_id`, `source`, `dialog`, `turns` (each with `text`
/// and, if known, `speaker`: seeker or recommender), `mentioned` and `targets` (each an object that may hold the item's
/// id). Stateless.
///
/// Where no speaker is said, they take turns and the seeker spoke last, because a suggestion follows.
public final class ChatCases {
    /// The most cases of a file.
    public static final int MAX_CASES = 100_000;
    /// The most turns of a case.
    public static final int MAX_TURNS = 1_000;
    /// The most characters of a turn; the rest is not read.
    public static final int MAX_TEXT = 4_000;

    private static final int MAX_LINE = 1 << 20;

    private final Path file;
    private final String idField;

    private ChatCases(Path file, String idField) {
        this.file = file;
        this.idField = idField;
    }

    /// The cases that have a target with the id asked for, in the order of the file.
    ///
    /// @param idField of `mentioned` and `targets`, such as `ml1m_id`
    /// @throws AgentException `NOT_FOUND` when there is no file, `BAD_FILE` naming the line and what is allowed
    public static List<ChatCase> read(Path file, String idField) {
        if (!Files.isRegularFile(file)) {
            throw new AgentException(
                    Code.NOT_FOUND, "no file of chat cases at " + file + ": give JSON lines, one case each");
        }
        return new ChatCases(file, idField).all();
    }

    private List<ChatCase> all() {
        List<ChatCase> cases = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                ChatCase next = one(number, line);
                if (!ids.add(next.id())) {
                    throw bad(number, "has the case_id {" + next.id() + "} a second time; each case needs its own");
                }
                if (ids.size() > MAX_CASES) {
                    throw bad(number, "is more than the " + MAX_CASES + " cases allowed; give fewer");
                }
                if (!next.targets().isEmpty()) {
                    cases.add(next);
                }
            }
        } catch (IOException e) {
            throw new AgentException(Code.BAD_FILE, file + " cannot be read: " + e.getMessage(), e);
        }
        if (cases.isEmpty()) {
            throw new AgentException(
                    Code.BAD_FILE,
                    file + " has no case with a target that has a field " + idField + ", of " + ids.size()
                            + " cases; name the field of the catalog's ids with --id");
        }
        return cases;
    }

    private ChatCase one(int number, String line) {
        if (line.length() > MAX_LINE) {
            throw bad(number, "has " + line.length() + " characters, allowed are " + MAX_LINE);
        }
        JsonNode node;
        try {
            node = JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            throw bad(number, "is not JSON: " + e.getOriginalMessage());
        }
        String id = text(number, node, "case_id");
        return new ChatCase(
                id,
                node.path("source").asString(""),
                node.path("dialog").asString(id),
                turns(number, node.path("turns")),
                items(number, node, "mentioned"),
                items(number, node, "targets"));
    }

    private String text(int number, JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isString() || value.stringValue().isBlank()) {
            throw bad(number, "has no text in field " + field);
        }
        return value.stringValue();
    }

    private List<ChatCase.Spoken> turns(int number, JsonNode node) {
        if (!node.isArray() || node.isEmpty() || node.size() > MAX_TURNS) {
            throw bad(number, "needs 1 to " + MAX_TURNS + " turns in field turns, had " + node.size());
        }
        List<ChatCase.Spoken> turns = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            JsonNode turn = node.get(i);
            if (!turn.path("text").isString()) {
                throw bad(number, "has no text in turn " + (i + 1));
            }
            String text = turn.path("text").stringValue();
            boolean seeker = (node.size() - i) % 2 == 1;
            if (turn.has("speaker")) {
                seeker = switch (turn.path("speaker").asString("")) {
                    case "seeker" -> true;
                    case "recommender" -> false;
                    default ->
                        throw bad(
                                number,
                                "has the speaker " + turn.path("speaker") + " in turn " + (i + 1)
                                        + "; allowed are seeker and recommender");
                };
            }
            turns.add(new ChatCase.Spoken(
                    seeker ? ChatCase.Speaker.SEEKER : ChatCase.Speaker.RECOMMENDER,
                    text.substring(0, Math.min(text.length(), MAX_TEXT))));
        }
        return turns;
    }

    private Set<ItemId> items(int number, JsonNode node, String field) {
        JsonNode list = node.path(field);
        if (!list.isArray()) {
            throw bad(number, "has no list in field " + field);
        }
        Set<ItemId> items = new LinkedHashSet<>();
        for (JsonNode entry : list) {
            String id = entry.path(idField).asString("");
            if (!id.isBlank()) {
                items.add(new ItemId(id));
            }
        }
        return items;
    }

    private AgentException bad(int number, String what) {
        return new AgentException(Code.BAD_FILE, file + " line " + number + " " + what);
    }
}
