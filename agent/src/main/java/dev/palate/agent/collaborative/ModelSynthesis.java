package dev.palate.agent.collaborative;

import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.FillLimits;
import dev.palate.agent.llm.Filled;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.theme.ThemeWeight;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.Quoted;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Facets in a model's words, one request: seven at most, each with its supports out of the handles that were given. A
/// facet is dropped unless its words stand in what it rests on, and unless that counts: something of the user's own
/// that is not against it, or an item, or five users. Thread-safe.
final class ModelSynthesis {
    private static final int TOKENS = 512;
    private static final int MOST_SUPPORTS = 8;
    private static final int LONG_WORD = 4;
    private static final int STEM = 5;
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");
    private static final Set<String> LITTLE_WORDS =
            Set.of("with", "from", "that", "than", "into", "about", "before", "after", "more", "less", "very");

    private final LanguageModel model;
    private final PromptLibrary prompts;

    ModelSynthesis(LanguageModel model, PromptLibrary prompts) {
        this.model = model;
        this.prompts = prompts;
    }

    /// @throws dev.palate.agent.AgentException when the model fails or answers in another shape
    List<Facet> facets(SynthesisInput input, Deadline deadline) {
        SynthesisPack pack = SynthesisPack.of(input, SynthesisPack.budget(model.level()), prompts);
        if (pack.texts().isEmpty()) {
            return List.of();
        }
        JsonShape shape = shape(List.copyOf(pack.texts().keySet()));
        Filled filled = model.fill(prompts.render(pack.prompt()), shape, new FillLimits(TOKENS), deadline);
        Set<String> against = against(input);
        List<Facet> facets = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (JsonNode one : shape.parse(filled.json()).path("facets")) {
            String words = Quoted.of(one.path("facet").stringValue(), Facet.MAX_WORDS)
                    .text()
                    .toLowerCase(Locale.ROOT);
            Set<String> supports = new java.util.LinkedHashSet<>();
            one.path("support").forEach(handle -> supports.add(handle.stringValue()));
            if (!words.isEmpty()
                    && seen.add(words)
                    && counts(supports, against)
                    && grounded(words, supports, pack.texts())) {
                facets.add(new Facet(words, null, one.path("confidence").doubleValue(), List.copyOf(supports)));
            }
        }
        return facets;
    }

    static JsonShape shape(List<String> handles) {
        LinkedHashMap<String, JsonShape> facet = new LinkedHashMap<>();
        facet.put("facet", new JsonShape.Text(Facet.MAX_WORDS));
        facet.put("confidence", new JsonShape.Real(0, 1));
        facet.put("support", new JsonShape.Arr(new JsonShape.Enumeration(handles), MOST_SUPPORTS));
        return JsonShape.object("facets", new JsonShape.Arr(new JsonShape.Obj(facet), CountingSynthesis.MOST));
    }

    private static Set<String> against(SynthesisInput input) {
        Set<String> against = new HashSet<>();
        for (int place = 0; place < input.memories().size(); place++) {
            Memory memory = input.memories().get(place);
            if (memory.polarity() < 0) {
                against.add(input.handle(place));
            }
        }
        return against;
    }

    /// A facet that rests on something the user is against is none; else the rule of all that others gave.
    private static boolean counts(Set<String> supports, Set<String> against) {
        if (supports.isEmpty() || supports.stream().anyMatch(against::contains)) {
            return false;
        }
        boolean own = supports.stream().anyMatch(Facet::own);
        boolean item = supports.stream().anyMatch(handle -> handle.startsWith("I"));
        long users = supports.stream().filter(handle -> handle.startsWith("U")).count();
        return own || item || users >= ThemeWeight.FEWEST_CONTRIBUTORS;
    }

    private static boolean grounded(String words, Set<String> supports, Map<String, String> texts) {
        Set<String> stems = new HashSet<>();
        supports.forEach(handle -> WORD.matcher(texts.getOrDefault(handle, "").toLowerCase(Locale.ROOT))
                .results()
                .forEach(match -> stems.add(stem(match.group()))));
        return WORD.matcher(words)
                .results()
                .map(java.util.regex.MatchResult::group)
                .filter(word -> word.length() >= LONG_WORD && !LITTLE_WORDS.contains(word))
                .allMatch(word -> stems.contains(stem(word)));
    }

    private static String stem(String word) {
        return word.substring(0, Math.min(STEM, word.length()));
    }
}
