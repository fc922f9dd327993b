package dev.palate.prompts;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// All prompt templates, loaded once and checked against the records that fill them. Immutable and thread-safe.
///
/// A template is a folder `prompts/<name>/v<N>/` with `system.md`, `user.md` and, for prompts with a structured
/// answer, `schema.json`. `{name}` in `user.md` is a slot. `system.md` has none: it must stay the same from call to
/// call, and nothing that somebody typed may reach it.
public final class PromptLibrary {
    private static final Pattern SLOT = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_]*)}");
    private static final Map<PromptVersion, Set<String>> SLOTS = Map.of(
            SpeakPrompt.VERSION,
            SpeakPrompt.SLOTS,
            SelfTestPrompt.VERSION,
            SelfTestPrompt.SLOTS,
            ModelTestPrompt.VERSION,
            ModelTestPrompt.SLOTS,
            RankPrompt.VERSION,
            RankPrompt.SLOTS,
            RankOnePrompt.VERSION,
            RankOnePrompt.SLOTS,
            SynthesisPrompt.VERSION,
            SynthesisPrompt.SLOTS,
            RulePrompt.VERSION,
            RulePrompt.SLOTS,
            SlotPrompt.VERSION,
            SlotPrompt.SLOTS);

    private record Template(String system, String user, Optional<String> schema) {}

    private final Map<PromptVersion, Template> templates;

    private PromptLibrary(Map<PromptVersion, Template> templates) {
        this.templates = Map.copyOf(templates);
    }

    /// The templates on the class path.
    ///
    /// @throws PromptException if one is missing or its slots do not fit its record
    public static PromptLibrary load() {
        return load(SLOTS, PromptLibrary::resource);
    }

    static PromptLibrary load(Map<PromptVersion, Set<String>> slots, Function<String, @Nullable String> read) {
        var templates = new HashMap<PromptVersion, Template>();
        slots.forEach((version, names) -> {
            String system = required(version, "system.md", read);
            String user = required(version, "user.md", read);
            if (SLOT.matcher(system).find()) {
                throw new PromptException(
                        "template " + version + " has a slot in system.md; slots are allowed in user.md only");
            }
            checkSlots(version, user, new TreeSet<>(names));
            Optional<String> schema = Optional.ofNullable(read.apply(path(version, "schema.json")));
            templates.put(version, new Template(system, user, schema));
        });
        return new PromptLibrary(templates);
    }

    /// Fills the template of a prompt. O(length of the result).
    public RenderedPrompt render(Prompt prompt) {
        Template template = template(prompt.version());
        Map<String, String> slots = prompt.slots();
        String user = SLOT.matcher(template.user())
                .replaceAll(match -> Matcher.quoteReplacement(value(slots, match.group(1), prompt.version())));
        return new RenderedPrompt(template.system(), user, prompt.version());
    }

    /// The system text of a version, for a model that evaluates it ahead of the first call.
    ///
    /// @throws PromptException for a version that this library does not have
    public String system(PromptVersion version) {
        return template(version).system();
    }

    /// The JSON schema of a version's answer; empty for prompts that are answered in words.
    ///
    /// @throws PromptException for a version that this library does not have
    public Optional<String> schema(PromptVersion version) {
        return template(version).schema();
    }

    private Template template(PromptVersion version) {
        Template template = templates.get(version);
        if (template == null) {
            throw new PromptException("no template " + version + "; there are "
                    + new TreeSet<>(templates.keySet().stream()
                            .map(PromptVersion::toString)
                            .toList()));
        }
        return template;
    }

    private static void checkSlots(PromptVersion version, String user, TreeSet<String> names) {
        var unused = new TreeSet<>(names);
        Matcher matcher = SLOT.matcher(user);
        while (matcher.find()) {
            String slot = matcher.group(1);
            if (!names.contains(slot)) {
                throw new PromptException("template " + version + " uses slot {" + slot + "}; its prompt has " + names
                        + ". " + "Did you mean {" + nearest(slot, names) + "}?");
            }
            unused.remove(slot);
        }
        if (!unused.isEmpty()) {
            throw new PromptException("template " + version + " does not use " + unused
                    + ", which its prompt has; use each slot or take it out of the record");
        }
    }

    private static String value(Map<String, String> slots, String name, PromptVersion version) {
        String value = slots.get(name);
        if (value == null) {
            throw new PromptException("prompt " + version + " gives no value for slot {" + name + "}; it gives "
                    + new TreeSet<>(slots.keySet()));
        }
        return value;
    }

    private static String required(PromptVersion version, String file, Function<String, @Nullable String> read) {
        String text = read.apply(path(version, file));
        if (text == null) {
            throw new PromptException(
                    "template " + version + " has no " + file + "; expected the resource " + path(version, file));
        }
        return text.strip();
    }

    private static String path(PromptVersion version, String file) {
        return "prompts/" + version + "/" + file;
    }

    private static @Nullable String resource(String path) {
        try (InputStream in = PromptLibrary.class.getClassLoader().getResourceAsStream(path)) {
            return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the prompt resource " + path, e);
        }
    }

    private static String nearest(String slot, TreeSet<String> names) {
        String best = names.first();
        for (String name : names) {
            if (editDistance(slot, name) < editDistance(slot, best)) {
                best = name;
            }
        }
        return best;
    }

    // Levenshtein distance with one row.
    private static int editDistance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
