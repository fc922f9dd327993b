package dev.palate.agent.domain;

import dev.palate.agent.AgentException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
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
            "plural",
            "category_noun",
            "had",
            "had_words",
            "examples",
            "wider_titles",
            "amounts",
            "nouns",
            "categories",
            "themes",
            "facets",
            "aliases",
            "common_words",
            "rules");

    private final String source;

    private DomainPackFile(String source) {
        this.source = source;
    }

    /// The packs that ship with Palate.
    public static final List<String> SHIPPED = List.of("films", "shop");

    /// The pack of films.
    public static DomainPack films() {
        return shipped("films");
    }

    /// The pack of a small shop for the kitchen.
    public static DomainPack shop() {
        return shipped("shop");
    }

    /// The pack of a setting.
    ///
    /// @param name of a shipped pack, or the path of a file
    /// @throws AgentException `BAD_FILE` naming what is wrong and what is allowed
    public static DomainPack of(String name) {
        if (SHIPPED.contains(name)) {
            return shipped(name);
        }
        if (!Files.isRegularFile(Path.of(name))) {
            throw new AgentException(
                    AgentException.Code.BAD_FILE,
                    "a domain pack is " + String.join(", ", SHIPPED) + " or a file, was '" + name
                            + "', which is no file; ./palate domain draft makes one");
        }
        return read(Path.of(name));
    }

    private static DomainPack shipped(String pack) {
        String name = "/domains/" + pack + ".json";
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

    /// The pack as a file has it, one entry a line, ready to be edited.
    public static String text(DomainPack pack) {
        Speech speech = pack.speech();
        List<String> fields = new ArrayList<>();
        fields.add("\"version\": " + VERSION);
        fields.add("\"name\": " + json(pack.name()));
        fields.add("\"language\": " + json(pack.language()));
        fields.add("\"noun\": " + json(speech.noun()));
        fields.add("\"plural\": " + json(speech.plural()));
        fields.add("\"category_noun\": " + json(speech.category()));
        fields.add("\"had\": " + json(speech.had()));
        fields.add("\"had_words\": " + json(sorted(speech.hadWords())));
        fields.add("\"examples\": " + json(speech.examples()));
        if (pack.widerTitles() != null) {
            fields.add("\"wider_titles\": " + json(pack.widerTitles()));
        }
        fields.add("\"nouns\": " + json(sorted(pack.nouns())));
        fields.add(entries("categories", pack.categories(), DomainPackFile::fields));
        fields.add(entries("themes", pack.themes(), DomainPackFile::fields));
        fields.add(entries("facets", pack.facets(), DomainPackFile::fields));
        fields.add(entries("amounts", pack.amounts(), DomainPackFile::fields));
        fields.add(entries("aliases", pack.aliases(), DomainPackFile::fields));
        fields.add("\"common_words\": " + json(sorted(pack.commonWords())));
        String rules = pack.rules().stream().map(rule -> "    " + rule.form()).collect(Collectors.joining(",\n"));
        fields.add("\"rules\": [" + (rules.isEmpty() ? "]" : "\n" + rules + "\n  ]"));
        return "{\n  " + String.join(",\n  ", fields) + "\n}\n";
    }

    private static List<String> sorted(Set<String> words) {
        return words.stream().sorted().toList();
    }

    private static String json(Object value) {
        return new ObjectMapper().writeValueAsString(value);
    }

    private static <T> String entries(String field, List<T> entries, Function<T, Map<String, Object>> fields) {
        String lines = entries.stream()
                .map(entry -> fields.apply(entry).entrySet().stream()
                        .map(part -> json(part.getKey()) + ": " + json(part.getValue()))
                        .collect(Collectors.joining(", ", "    {", "}")))
                .collect(Collectors.joining(",\n"));
        return "\"" + field + "\": [" + (lines.isEmpty() ? "]" : "\n" + lines + "\n  ]");
    }

    private static Map<String, Object> fields(DomainPack.CategoryWords category) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("category", category.category());
        fields.put("label", category.label());
        fields.put("words", category.words());
        return fields;
    }

    private static Map<String, Object> fields(DomainPack.Theme theme) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", theme.id());
        fields.put("label", theme.label());
        fields.put("words", theme.words());
        fields.put("tags", theme.tags());
        fields.put("titles", theme.titles());
        fields.put("categories", theme.categories());
        fields.put("only_in", theme.onlyIn());
        return fields;
    }

    private static Map<String, Object> fields(DomainPack.Facet facet) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", facet.id());
        fields.put("label", facet.label());
        fields.put("words", facet.words());
        if (facet.mood()) {
            fields.put("more", facet.more());
            fields.put("less", facet.less());
        }
        return fields;
    }

    private static Map<String, Object> fields(Amount amount) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("attribute", amount.attribute());
        fields.put("label", amount.label());
        fields.put("unit", amount.unit());
        fields.put("units", amount.units());
        fields.put("words", amount.words());
        fields.put("low", amount.low());
        fields.put("lower", amount.lower());
        fields.put("high", amount.high());
        fields.put("higher", amount.higher());
        return fields;
    }

    private static Map<String, Object> fields(DomainPack.Alias alias) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("title", alias.title());
        fields.put("words", alias.words());
        return fields;
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
                    speech(root),
                    Set.copyOf(words(root, "nouns")),
                    list(root, "categories", this::category),
                    list(root, "themes", this::theme),
                    list(root, "facets", this::facet),
                    list(root, "aliases", this::alias),
                    new HashSet<>(words(root, "common_words")),
                    root.has("wider_titles") ? text(root, "wider_titles") : null,
                    list(root, "amounts", this::amount),
                    list(root, "rules", DomainRule::read));
        } catch (IllegalArgumentException e) {
            throw bad("is not valid: " + e.getMessage(), e);
        }
    }

    private Speech speech(JsonNode root) {
        String noun = text(root, "noun");
        return new Speech(
                noun,
                textOr(root, "plural", noun + "s"),
                textOr(root, "category_noun", "category"),
                textOr(root, "had", "Had it"),
                Set.copyOf(words(root, "had_words")),
                words(root, "examples"));
    }

    private String textOr(JsonNode root, String field, String usual) {
        return root.has(field) ? text(root, field) : usual;
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
        only(node, "a facet", Set.of("id", "label", "words", "more", "less"));
        return new DomainPack.Facet(
                text(node, "id"), text(node, "label"), words(node, "words"), words(node, "more"), words(node, "less"));
    }

    private DomainPack.Alias alias(JsonNode node) {
        only(node, "an alias", Set.of("title", "words"));
        return new DomainPack.Alias(text(node, "title"), words(node, "words"));
    }

    private Amount amount(JsonNode node) {
        only(
                node,
                "an amount",
                Set.of("attribute", "label", "unit", "units", "words", "low", "lower", "high", "higher"));
        return new Amount(
                text(node, "attribute"),
                text(node, "label"),
                text(node, "unit"),
                words(node, "units"),
                words(node, "words"),
                words(node, "low"),
                words(node, "lower"),
                words(node, "high"),
                words(node, "higher"));
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
