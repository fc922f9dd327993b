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
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Facets in a model's words, one request: seven at most, each with its supports out of the handles that were given. A
/// facet is dropped unless it rests on what counts: something of the user's own that is not against it, or an item, or
/// five users; and unless each of its words stands in that, among users in what five of them like. Thread-safe.
final class ModelSynthesis {
    private static final int TOKENS = 512;
    private static final int MOST_SUPPORTS = 8;
    private static final int STEM = 5;
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");
    // Scripts without spaces between words.
    private static final Pattern UNSPACED = Pattern.compile(
            "[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsThai}\\p{IsLao}\\p{IsKhmer}\\p{IsMyanmar}]");
    private static final Set<String> LITTLE_WORDS = Set.of(
            "a", "an", "and", "the", "of", "in", "on", "at", "to", "by", "for", "or", "as", "is", "are", "with", "from",
            "that", "than", "into", "about", "before", "after", "more", "less", "very");

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

    /// Every word that says something, and there must be one, stands in what is the user's own or of an item, or with
    /// enough users: what one neighbour likes is told to nobody.
    private static boolean grounded(String words, Set<String> supports, Map<String, String> texts) {
        List<String> said = WORD.matcher(words)
                .results()
                .map(MatchResult::group)
                .filter(word -> !LITTLE_WORDS.contains(word))
                .toList();
        return !said.isEmpty() && said.stream().allMatch(word -> stands(word, supports, texts));
    }

    private static boolean stands(String word, Set<String> supports, Map<String, String> texts) {
        int users = 0;
        for (String handle : supports) {
            if (holds(texts.getOrDefault(handle, "").toLowerCase(Locale.ROOT), word)) {
                if (!handle.startsWith("U")) {
                    return true;
                }
                users++;
            }
        }
        return users >= ThemeWeight.FEWEST_CONTRIBUTORS;
    }

    private static boolean holds(String text, String word) {
        return UNSPACED.matcher(word).find()
                ? text.contains(word)
                : WORD.matcher(text)
                        .results()
                        .anyMatch(match -> stem(match.group()).equals(stem(word)));
    }

    private static String stem(String word) {
        return word.substring(0, Math.min(STEM, word.length()));
    }
}
