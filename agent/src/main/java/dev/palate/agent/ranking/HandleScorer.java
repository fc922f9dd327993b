package dev.palate.agent.ranking;

import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.FillLimits;
import dev.palate.agent.llm.Filled;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.memory.catalog.ItemId;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.PromptVersion;
import dev.palate.prompts.RankPrompt;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// One call scores up to twenty candidates by their handles, which are the only names that the shape allows. A handle
/// that comes twice counts the first time. For T3.
public final class HandleScorer implements Scorer {
    private static final int TOKENS = 512;
    private static final int BEST = 100;

    private final LanguageModel model;
    private final PromptLibrary prompts;

    /// Over the model.
    public HandleScorer(LanguageModel model, PromptLibrary prompts) {
        this.model = model;
        this.prompts = prompts;
    }

    @Override
    public int depth() {
        return RankPrompt.MAX_CANDIDATES;
    }

    @Override
    public ModelLevel level() {
        return ModelLevel.T3;
    }

    @Override
    public PromptVersion prompt() {
        return RankPrompt.VERSION;
    }

    @Override
    public Scores score(Request request, Deadline deadline) {
        Map<String, ItemId> handles = new LinkedHashMap<>();
        List<RankPrompt.Candidate> candidates = new ArrayList<>();
        for (RankedItem ranked : request.candidates().stream().limit(depth()).toList()) {
            char handle = (char) ('A' + candidates.size());
            handles.put(String.valueOf(handle), ranked.item().id());
            candidates.add(Scorer.candidate(handle, ranked));
        }
        JsonShape shape = shape(List.copyOf(handles.keySet()));
        Filled filled = model.fill(
                prompts.render(RankPrompt.of(request.wish(), request.memories(), candidates)),
                shape,
                new FillLimits(TOKENS),
                deadline);
        Map<ItemId, Double> scores = new HashMap<>();
        for (JsonNode one : shape.parse(filled.json()).path("scores")) {
            ItemId item = handles.get(one.path("handle").stringValue());
            if (item != null) {
                scores.putIfAbsent(item, one.path("score").doubleValue());
            }
        }
        return new Scores(scores, filled.usage(), 1);
    }

    static JsonShape shape(List<String> handles) {
        var properties = new LinkedHashMap<String, JsonShape>();
        properties.put("handle", new JsonShape.Enumeration(handles));
        properties.put("score", new JsonShape.Whole(0, BEST));
        return JsonShape.object("scores", new JsonShape.Arr(new JsonShape.Obj(properties), handles.size()));
    }
}
