package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The models and native libraries this build knows how to fetch: the resource `models/models.json`. Immutable.
///
/// @param models the embedded default first
/// @param libraries one per platform
public record ModelCatalogue(List<Weights> models, List<Library> libraries) {
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    /// The weights of one model.
    ///
    /// @param id its name
    /// @param licence SPDX name
    /// @param role what it is for, in words
    /// @param level what it may be trusted with
    /// @param bytes size of the file
    /// @param sha256 of the file, as its makers published it, lower-case hexadecimal
    /// @param parts hash-pinned packages that hold it, one a line, in joining order
    /// @param member name of the file inside a package: `*` is anything, `NN` a number
    public record Weights(
            ModelId id,
            String licence,
            String role,
            ModelLevel level,
            long bytes,
            String sha256,
            List<String> parts,
            String member) {
        /// @throws IllegalArgumentException for a malformed hash or size, or no parts
        public Weights {
            parts = List.copyOf(parts);
            requireHash(sha256);
            if (bytes <= 0 || parts.isEmpty()) {
                throw new IllegalArgumentException(
                        "model " + id + " must have a size above 0 and parts, had " + bytes + " and " + parts.size());
            }
        }
    }

    /// The shared libraries of one platform.
    ///
    /// @param id its name
    /// @param os `linux`
    /// @param arch `x64`
    /// @param licence SPDX name
    /// @param npmPackage name and version
    /// @param bytes size of the package
    /// @param sha256 of the package
    /// @param folder where the libraries lie inside it
    public record Library(
            String id,
            String os,
            String arch,
            String licence,
            String npmPackage,
            long bytes,
            String sha256,
            String folder) {
        /// @throws IllegalArgumentException for a malformed hash
        public Library {
            requireHash(sha256);
        }
    }

    /// @throws IllegalArgumentException for no models
    public ModelCatalogue {
        models = List.copyOf(models);
        libraries = List.copyOf(libraries);
        if (models.isEmpty()) {
            throw new IllegalArgumentException("a catalogue must have at least one model");
        }
    }

    /// The catalogue of this build.
    public static ModelCatalogue load() {
        JsonNode root = JsonMapper.shared().readTree(resource("models.json"));
        var models = new ArrayList<Weights>();
        for (JsonNode node : root.get("models")) {
            JsonNode pip = node.get("pip");
            models.add(new Weights(
                    new ModelId(text(node, "id")),
                    text(node, "licence"),
                    text(node, "role"),
                    ModelLevel.valueOf(text(node, "level")),
                    node.get("bytes").longValue(),
                    text(node, "sha256"),
                    resource(text(pip, "requirements"))
                            .lines()
                            .filter(line -> !line.isBlank())
                            .toList(),
                    text(pip, "member")));
        }
        var libraries = new ArrayList<Library>();
        for (JsonNode node : root.get("native")) {
            libraries.add(new Library(
                    text(node, "id"),
                    text(node, "os"),
                    text(node, "arch"),
                    text(node, "licence"),
                    text(node, "npm"),
                    node.get("bytes").longValue(),
                    text(node, "tarballSha256"),
                    text(node, "member").replace("*", "")));
        }
        return new ModelCatalogue(models, libraries);
    }

    /// The embedded default.
    public Weights standard() {
        return models.getFirst();
    }

    /// The weights of a model.
    ///
    /// @throws AgentException `MODEL_STORE` for an unknown name
    public Weights weights(ModelId id) {
        return models.stream()
                .filter(model -> model.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AgentException(
                        Code.MODEL_STORE,
                        "no model is called '" + id + "'; known are "
                                + models.stream().map(Weights::id).toList()));
    }

    /// The library for this machine; empty where none is known.
    public Optional<Library> library() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "");
        String shortArch = arch.equals("amd64") || arch.equals("x86_64") ? "x64" : arch;
        return libraries.stream()
                .filter(library -> os.startsWith(library.os()) && shortArch.equals(library.arch()))
                .findFirst();
    }

    private static void requireHash(String sha256) {
        if (!SHA_256.matcher(sha256).matches()) {
            throw new IllegalArgumentException("sha256 must be 64 lower-case hexadecimal digits, was '" + sha256 + "'");
        }
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.get(name);
        if (value == null || !value.isString()) {
            throw new IllegalStateException("models.json: an entry has no text '" + name + "'");
        }
        return value.stringValue();
    }

    private static String resource(String name) {
        try (InputStream in = ModelCatalogue.class.getResourceAsStream("/models/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the resource models/" + name + " is missing in this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the resource models/" + name + " cannot be read", e);
        }
    }
}
