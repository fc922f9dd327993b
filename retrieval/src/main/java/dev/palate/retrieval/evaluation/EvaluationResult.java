package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What one evaluation wrote as JSON, read for a [ReportPage]. Immutable as long as nobody writes to the tree.
///
/// @param source for messages: the file, or what was run
/// @param kind what was evaluated
/// @param root the whole
public record EvaluationResult(String source, Kind kind, JsonNode root) {
    /// What an evaluation is of, known by the field that only it has.
    public enum Kind {
        /// Models on a split: `models`.
        RANKING("models"),
        /// Ways to rank items that nobody had: `ways`.
        COLD("ways"),
        /// Arms on dialogues: `arms`.
        CHAT("arms"),
        /// Simulated users in conversations: `simulated`.
        SIMULATION("simulated"),
        /// Collaborative memory on and off: `collaborative`.
        COLLABORATIVE("collaborative");

        private final String field;

        Kind(String field) {
            this.field = field;
        }
    }

    private static final long LARGEST = 256L << 20;

    /// Of what was run just now.
    public static EvaluationResult of(Map<String, Object> report) {
        return of("this evaluation", JsonMapper.shared().valueToTree(report));
    }

    /// Reads a file that `--json` wrote, of at most 256 MiB.
    ///
    /// @throws RetrievalException with code NOT_FOUND when there is no such file, BAD_INPUT when it is
    ///     something else
    public static EvaluationResult read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new RetrievalException(Code.NOT_FOUND, "no file " + file + ": give what --json wrote");
            }
            if (Files.size(file) > LARGEST) {
                throw new RetrievalException(
                        Code.BAD_INPUT, file + " has " + Files.size(file) + " bytes, at most " + LARGEST + " are read");
            }
            return of(file.toString(), JsonMapper.shared().readTree(Files.readString(file)));
        } catch (IOException | JacksonException e) {
            throw new RetrievalException(Code.BAD_INPUT, file + " is no JSON: " + e.getMessage(), e);
        }
    }

    private static EvaluationResult of(String source, JsonNode root) {
        for (Kind kind : Kind.values()) {
            if (root.path(kind.field).isArray()) {
                return new EvaluationResult(source, kind, root);
            }
        }
        throw new RetrievalException(
                Code.BAD_INPUT,
                source + " is no evaluation: it has none of the lists models, ways, arms, simulated and collaborative;"
                        + " give what --json of evaluate, chat-evaluate or chat-simulate wrote");
    }

    /// What it is called on the page.
    String name() {
        return switch (kind) {
            case RANKING -> text(root, "task");
            case COLD -> text(root, "task") + ", cold items";
            case CHAT -> "Chat cases";
            case COLLABORATIVE -> text(root, "task") + ", collaborative memory";
            case SIMULATION -> "Simulated users, " + text(root, "task") + " part";
        };
    }

    String command() {
        return root.path("command").asString("");
    }

    /// The elements of a list.
    List<JsonNode> list(JsonNode node, String field) {
        List<JsonNode> elements = new ArrayList<>();
        node.path(field).forEach(elements::add);
        return elements;
    }

    String text(JsonNode node, String field) {
        if (!node.path(field).isString()) {
            throw lacks(field, "text", node.path(field));
        }
        return node.path(field).asString();
    }

    /// A number that has to be there.
    double number(JsonNode node, String field) {
        if (!node.path(field).isNumber()) {
            throw lacks(field, "number", node.path(field));
        }
        return node.path(field).asDouble();
    }

    /// A number, NaN where there is none.
    static double numberOrNone(JsonNode node, String field) {
        return numberOrNone(node.path(field));
    }

    /// A number, NaN where there is none.
    static double numberOrNone(JsonNode number) {
        return number.isNumber() ? number.asDouble() : Double.NaN;
    }

    private RetrievalException lacks(String field, String what, JsonNode found) {
        return new RetrievalException(
                Code.BAD_INPUT, source + " needs a " + what + " {" + field + "}, had " + found + ": write it anew");
    }
}
