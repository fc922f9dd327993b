package dev.palate.agent.domain;

import dev.palate.agent.AgentException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Reads a domain pack from JSON. Unknown fields are refused, so that a typing error does not go unnoticed.
public final class DomainPackFile {
    /// The version of the format.
    public static final int VERSION = 1;
    /// The largest file, in bytes.
    public static final int MAX_BYTES = 4 << 20;

    private static final Set<String> FIELDS = Set.of(
            "version",
            "name",
            "language",
            "noun",
            "nouns",
            "categories",
            "themes",
            "facets",
            "aliases",
            "common_words");

    private final String source;

    private DomainPackFile(String source) {
        this.source = source;
    }

    /// The pack of films that ships with Palate.
    public static DomainPack films() {
        String name = "/domains/films.json";
        try (InputStream in = DomainPackFile.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing from the build");
            }
            return new DomainPackFile(name).parse(in.readNBytes(MAX_BYTES + 1));
        } catch (IOException e) {
            throw new IllegalStateException("resource " + name + " cannot be read", e);
        }
    }

    /// The pack of a file.
    ///
    /// @throws AgentException `BAD_FILE` naming the file, the field and what is allowed
    public static DomainPack read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new DomainPackFile(file.toString()).parse(in.readNBytes(MAX_BYTES + 1));
        } catch (IOException e) {
            throw new AgentException(
                    AgentException.Code.BAD_FILE, "domain pack " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private DomainPack parse(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw bad("has more than " + MAX_BYTES + " bytes", null);
        }
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(bytes);
        } catch (JacksonException e) {
            throw bad("is not JSON: " + e.getOriginalMessage(), e);
        }
        only(root, "the pack", FIELDS);
        if (root.path("version").asInt(0) != VERSION) {
            throw bad("has version " + root.path("version") + "; this build reads version " + VERSION, null);
        }
        try {
            return new DomainPack(
                    text(root, "name"),
                    text(root, "language"),
                    text(root, "noun"),
                    Set.copyOf(words(root, "nouns")),
                    list(root, "categories", this::category),
                    list(root, "themes", this::theme),
                    list(root, "facets", this::facet),
                    list(root, "aliases", this::alias),
                    new HashSet<>(words(root, "common_words")));
        } catch (IllegalArgumentException e) {
            throw bad("is not valid: " + e.getMessage(), e);
        }
    }

    private DomainPack.CategoryWords category(JsonNode node) {
        only(node, "a category", Set.of("category", "label", "words"));
        return new DomainPack.CategoryWords(text(node, "category"), text(node, "label"), words(node, "words"));
    }

    private DomainPack.Theme theme(JsonNode node) {
        only(node, "a theme", Set.of("id", "label", "words", "tags", "titles", "categories", "only_in"));
        return new DomainPack.Theme(
                text(node, "id"),
                text(node, "label"),
                words(node, "words"),
                words(node, "tags"),
                words(node, "titles"),
                words(node, "categories"),
                words(node, "only_in"));
    }

    private DomainPack.Facet facet(JsonNode node) {
        only(node, "a facet", Set.of("id", "label", "words"));
        return new DomainPack.Facet(text(node, "id"), text(node, "label"), words(node, "words"));
    }

    private DomainPack.Alias alias(JsonNode node) {
        only(node, "an alias", Set.of("title", "words"));
        return new DomainPack.Alias(text(node, "title"), words(node, "words"));
    }

    private <T> List<T> list(JsonNode node, String field, Function<JsonNode, T> read) {
        List<T> list = new ArrayList<>();
        for (JsonNode entry : array(node, field)) {
            list.add(read.apply(entry));
        }
        return list;
    }

    private List<String> words(JsonNode node, String field) {
        List<String> words = new ArrayList<>();
        for (JsonNode word : array(node, field)) {
            if (!word.isString()) {
                throw bad("has " + word + " in field " + field + ", which holds texts", null);
            }
            words.add(word.stringValue());
        }
        return words;
    }

    private JsonNode array(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (value.isMissingNode()) {
            return tools.jackson.databind.node.JsonNodeFactory.instance.arrayNode();
        }
        if (!value.isArray()) {
            throw bad("has no list in field " + field, null);
        }
        return value;
    }

    private String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isString()) {
            throw bad("has no text in field " + field, null);
        }
        return value.stringValue();
    }

    private void only(JsonNode node, String what, Set<String> allowed) {
        if (!node.isObject()) {
            throw bad("must hold an object for " + what, null);
        }
        for (String field : node.propertyNames()) {
            if (!allowed.contains(field)) {
                throw bad(
                        "has the unknown field " + field + " in " + what + "; allowed are "
                                + String.join(", ", new java.util.TreeSet<>(allowed)),
                        null);
            }
        }
    }

    private AgentException bad(String what, @Nullable Exception cause) {
        String message = "domain pack " + source + " " + what;
        return cause == null
                ? new AgentException(AgentException.Code.BAD_FILE, message)
                : new AgentException(AgentException.Code.BAD_FILE, message, cause);
    }
}
