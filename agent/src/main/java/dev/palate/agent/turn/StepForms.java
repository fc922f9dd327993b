package dev.palate.agent.turn;

import dev.palate.agent.collaborative.Curated;
import dev.palate.agent.collaborative.Facet;
import dev.palate.agent.collaborative.Neighbourhood;
import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.domain.Likeness;
import dev.palate.agent.domain.Unknown;
import dev.palate.agent.llm.Usage;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.trace.SecretDigests;
import dev.palate.retrieval.recommend.Constraints;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.retrieval.recommend.Taste;
import dev.palate.retrieval.recommend.Workings;
import dev.palate.retrieval.recommend.YearRange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the steps of a turn took in and gave, as JSON. An output holds nothing but what follows from its
/// inputs, so that
/// a replay is the same turn if its outputs are the same texts: times and what caches did stand with the inputs.
/// Numbers are written so that they are read back bit for bit. Memories stand in it as `id@revision`. Stateless.
final class StepForms {
    static final String RECALL = "recall";
    static final String UNDERSTAND = "understand";
    static final String REMEMBER = "remember";
    static final String RECALL_AGAIN = "recall_again";
    static final String CURATE = "curate";
    static final String SYNTHESISE = "synthesise";
    static final String RETRIEVE = "retrieve";
    static final String RANK = "rank";
    static final String SHOW = "show";
    static final String SLOTS = "slots";
    static final String WORDS = "words";

    private static final String DIGEST = "digest";
    private static final int MOST_ITEMS = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private StepForms() {}

    static ObjectNode none() {
        return JSON.createObjectNode();
    }

    static String ref(Memory memory) {
        return memory.id().value() + "@" + memory.revision();
    }

    static ObjectNode recalled(List<Memory> memories, boolean late) {
        ObjectNode node = none();
        refs(node, memories);
        if (late) {
            node.put("late", true);
        }
        return node;
    }

    private static void refs(ObjectNode node, List<Memory> memories) {
        texts(node, "memories", memories.stream().map(StepForms::ref).toList());
    }

    /// @param message its id
    static ObjectNode said(String message, State state, TurnRequest request) {
        ObjectNode node = none();
        node.put("message", message);
        node.put("size", request.size());
        node.put("models", request.models().name());
        String text = StateText.write(state);
        if (text.isEmpty()) {
            node.put("state_too_long", true);
        } else {
            node.set("state", JSON.readTree(text));
        }
        return node;
    }

    static ObjectNode understood(Understanding meaning) {
        ObjectNode node = none();
        node.put("intent", meaning.intent().key());
        node.put("confidence", meaning.confidence());
        node.put("begun", meaning.begun());
        node.put("others", meaning.others());
        texts(
                node,
                "acts",
                meaning.reading().acts().stream().map(Enum::name).sorted().toList());
        texts(node, "phrases", meaning.phrases());
        texts(node, "sought", meaning.sought());
        texts(
                node,
                "unknown",
                meaning.reading().unknown().stream().map(Unknown::words).toList());
        texts(node, "named", items(meaning.named()));
        texts(node, "fond", meaning.fondNow());
        node.set("wish", StateText.form(meaning.wish()));
        return node;
    }

    /// What the rules proposed, without a word of it: a gate may have refused to keep it.
    ///
    /// @param digests so that nobody finds it by guessing
    static ObjectNode proposed(List<Proposal> proposals, SecretDigests digests) {
        ObjectNode node = none();
        node.put("proposals", proposals.size());
        StringBuilder all = new StringBuilder();
        for (Proposal proposal : proposals) {
            all.append(proposal.kind().key())
                    .append('|')
                    .append(proposal.text())
                    .append('|')
                    .append(proposal.polarity())
                    .append('|')
                    .append(proposal.slot())
                    .append('|')
                    .append(proposal.quote())
                    .append('\n');
        }
        node.put(DIGEST, digests.of(all.toString()));
        return node;
    }

    /// Whether one of these is of before digests had keys. As it can be made again, it can be compared.
    static boolean unkeyed(JsonNode then) {
        return then.path(DIGEST).asString("").matches("[0-9a-f]+");
    }

    /// Whether two of these can be compared: those of another database had another key.
    static boolean comparable(JsonNode then, JsonNode now) {
        return SecretDigests.comparable(
                then.path(DIGEST).asString(""), now.path(DIGEST).asString(""));
    }

    static ObjectNode written(List<TurnEvent.Remembered> remembered) {
        ObjectNode node = none();
        ArrayNode results = node.putArray("results");
        for (TurnEvent.Remembered one : remembered) {
            ObjectNode result = results.addObject();
            result.put("outcome", one.outcome());
            result.put("id", one.id());
            result.put("reason", one.reason());
        }
        return node;
    }

    /// Who was looked at, by handle, and the rule.
    static ObjectNode looked(Curated curated) {
        ObjectNode node = none();
        node.set("rule", curated.rule().form());
        ArrayNode candidates = node.putArray("candidates");
        for (Curated.Candidate candidate : curated.candidates()) {
            if (!candidate.themes().isEmpty()) {
                Likeness likeness = candidate.likeness();
                candidates
                        .addArray()
                        .add(candidate.handle())
                        .add(likeness.edge())
                        .add(likeness.meta())
                        .add(likeness.mem())
                        .add(likeness.co())
                        .add(likeness.days());
            }
        }
        return node;
    }

    /// What the rule looked at then, by handle.
    static Map<String, Likeness> likenesses(JsonNode looked) {
        Map<String, Likeness> likenesses = new LinkedHashMap<>();
        for (JsonNode one : looked.path("candidates")) {
            String handle = one.path(0).asString("");
            likenesses.put(
                    handle,
                    new Likeness(
                            handle.startsWith("U") ? DomainRule.Kind.USER : DomainRule.Kind.ITEM,
                            one.path(1).asDouble(0),
                            one.path(2).asDouble(0),
                            one.path(3).asDouble(0),
                            one.path(4).asInt(0),
                            one.path(5).asInt(0)));
        }
        return likenesses;
    }

    /// Who was chosen, and of users only the themes that count.
    static ObjectNode curated(Neighbourhood chosen) {
        Neighbourhood neighbourhood = chosen.counted();
        ObjectNode node = none();
        node.put("rule", neighbourhood.rule());
        ArrayNode members = node.putArray("members");
        for (Neighbourhood.Member member : neighbourhood.members()) {
            ObjectNode one = members.addObject();
            one.put("handle", member.handle());
            one.put("score", member.score());
            ObjectNode themes = one.putObject("themes");
            member.themes().forEach(share -> themes.put(share.theme().value(), share.weight()));
        }
        return node;
    }

    /// @param byModel facets that a model had found before: how many, and a digest, for they may hold the user's words
    static ObjectNode of(Map<ThemeId, Double> own, List<Facet> byModel) {
        ObjectNode node = none();
        ObjectNode themes = node.putObject("own");
        own.forEach((theme, weight) -> themes.put(theme.value(), weight.doubleValue()));
        if (!byModel.isEmpty()) {
            node.put("by_model", byModel.size());
            node.put("by_model_digest", digest(byModel.toString()));
        }
        return node;
    }

    static ObjectNode facets(List<Facet> counted) {
        ObjectNode node = none();
        ArrayNode all = node.putArray("facets");
        for (Facet facet : counted) {
            ObjectNode one = all.addObject();
            one.put("theme", facet.theme());
            one.put("confidence", facet.confidence());
            texts(one, "supports", facet.supports());
        }
        return node;
    }

    /// What the recommender was asked, and what its answer stood on.
    static ObjectNode asked(RecommendationRequest request, @Nullable Workings workings) {
        ObjectNode node = none();
        node.put("size", request.size());
        constraints(node.putObject("constraints"), request.constraints());
        taste(node.putObject("taste"), request.taste());
        if (workings != null) {
            Workings.Standing standing = workings.standing();
            ObjectNode on = node.putObject("stood_on");
            on.put("now", standing.now().toString());
            on.put("arrival", standing.arrival());
            on.put("counted", standing.basis().counted().toString());
            on.put("counted_arrival", standing.basis().arrival());
            refs(on, standing.memories());
            node.put("history_cached", workings.historyKept());
            node.put("gather_micros", workings.gatherMicros());
            node.put("rank_micros", workings.rankMicros());
        }
        return node;
    }

    static ObjectNode gathered(Workings workings) {
        ObjectNode node = none();
        node.put("events", workings.events());
        node.put("history", hex(workings.history()));
        node.put("catalog", workings.catalog());
        node.put("allowed", workings.allowed());
        ArrayNode sources = node.putArray("sources");
        for (Workings.OfSource source : workings.sources()) {
            ObjectNode one = sources.addObject();
            one.put("signal", source.signal());
            one.put("found", source.found());
            one.put("emphasis", source.emphasis());
            one.put("digest", hex(source.digest()));
            texts(one, "first", items(source.first()));
        }
        texts(node, "degraded", workings.degraded());
        return node;
    }

    static ObjectNode ranked(Workings workings) {
        ObjectNode node = none();
        node.put("model_version", workings.modelVersion());
        node.put("candidates", workings.pool());
        node.put("order", hex(workings.order()));
        ArrayNode best = node.putArray("best");
        for (Workings.Place place : workings.best()) {
            ObjectNode one = best.addObject();
            one.put("item", place.item().value());
            one.put("score", place.score());
            // They come from floats, which are read back from half as many digits.
            ObjectNode parts = one.putObject("parts");
            place.parts().forEach((signal, share) -> parts.put(signal, share.floatValue()));
        }
        return node;
    }

    /// What a model had to do with a list; empty when it had nothing.
    static ObjectNode scored(ListMaking.Made made) {
        ObjectNode node = none();
        if (made.depth() > 0) {
            node.put("scored_depth", made.depth());
            node.put("scored_calls", made.calls());
        }
        return node;
    }

    static ObjectNode shown(ListMaking.Made made) {
        ObjectNode node = scored(made);
        node.put("relaxed", made.picks().relaxed());
        node.put("failed", made.picks().failed());
        ArrayNode items = node.putArray("items");
        for (RankedItem ranked : made.items()) {
            ObjectNode one = items.addObject();
            one.put("item", ranked.item().id().value());
            one.put("score", ranked.score());
            parts(one, ranked.parts());
            texts(
                    one,
                    "memories",
                    ranked.memories().stream().map(MemoryId::value).toList());
        }
        node.put("reasons", digest(String.join("\n", made.reasons())));
        return node;
    }

    /// How the words were asked for.
    ///
    /// @param prompt empty when no model was asked
    /// @param digest of the whole prompt
    /// @param reason why the model's words were not used, empty when they were or none was asked
    static ObjectNode asked(String prompt, String digest, String model, String level, String reason, Usage usage) {
        ObjectNode node = none();
        if (!prompt.isEmpty()) {
            node.put("prompt", prompt);
            node.put("prompt_digest", digest);
            node.put("model", model);
            node.put("level", level);
            node.put("prompt_tokens", usage.promptTokens());
            node.put("cached_tokens", usage.cachedTokens());
            node.put("completion_tokens", usage.completionTokens());
            if (!reason.isEmpty()) {
                node.put("not_used", reason);
            }
        }
        return node;
    }

    /// What a model took the message to ask for.
    static ObjectNode slots(SlotFilling.Slots slots) {
        ObjectNode node = none();
        texts(node, "categories", slots.categories());
        texts(node, "themes", slots.themes());
        return node;
    }

    static SlotFilling.Slots slots(JsonNode node) {
        return new SlotFilling.Slots(
                StepComparison.texts(node.path("categories")), StepComparison.texts(node.path("themes")));
    }

    static ObjectNode spoken(String text, String level) {
        ObjectNode node = none();
        node.put("level", level);
        node.put("characters", text.length());
        node.put("digest", digest(text));
        return node;
    }

    private static void constraints(ObjectNode node, Constraints constraints) {
        texts(node, "required", sorted(constraints.requiredCategories()));
        texts(node, "excluded", sorted(constraints.excludedCategories()));
        texts(node, "required_tags", sorted(constraints.requiredTags()));
        texts(node, "excluded_tags", sorted(constraints.excludedTags()));
        if (!constraints.years().any()) {
            years(node.putArray("years"), constraints.years());
        }
        ArrayNode spans = node.putArray("excluded_years");
        constraints.excludedYears().forEach(span -> years(spans.addArray(), span));
        texts(
                node,
                "numbers",
                constraints.numbers().stream().map(Object::toString).sorted().toList());
        node.put("excluded_items", constraints.excludedItems().size());
        texts(
                node,
                "items",
                constraints.excludedItems().stream()
                        .map(ItemId::value)
                        .sorted()
                        .limit(MOST_ITEMS)
                        .toList());
    }

    private static void years(ArrayNode array, YearRange range) {
        array.add(range.from());
        array.add(range.to());
    }

    private static void taste(ObjectNode node, Taste taste) {
        node.put("words", taste.words());
        texts(node, "liked", items(taste.likedItems()));
        texts(node, "disliked", items(taste.dislikedItems()));
        weights(node.putObject("categories"), taste.categories());
        weights(node.putObject("tags"), taste.tags());
        texts(node, "named", taste.named().stream().map(Taste.Named::reason).toList());
        node.put("elsewhere", taste.elsewhere().size());
    }

    private static void weights(ObjectNode node, Map<String, Double> weights) {
        new TreeMap<>(weights).forEach((name, weight) -> node.put(name, weight.doubleValue()));
    }

    private static void parts(ObjectNode node, Map<String, Double> parts) {
        ObjectNode all = node.putObject("parts");
        parts.forEach((signal, share) -> all.put(signal, share.doubleValue()));
    }

    private static List<String> items(Collection<ItemId> items) {
        return items.stream().map(ItemId::value).toList();
    }

    private static List<String> sorted(Collection<String> names) {
        return names.stream().sorted().toList();
    }

    static void texts(ObjectNode node, String field, Collection<String> texts) {
        ArrayNode array = node.putArray(field);
        texts.forEach(array::add);
    }

    private static String hex(long digest) {
        return HexFormat.of().toHexDigits(digest);
    }

    /// The first 16 hexadecimal digits of SHA-256.
    static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
