package dev.palate.web.chat;

import dev.palate.agent.turn.TurnEvent;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.MemoryId;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.web.problem.Problem;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the events of a turn look like on the wire. Thread-safe.
public final class TurnEventJson {
    private final Memories memories;

    /// With the memories, whose words are read when an event is sent.
    public TurnEventJson(Memories memories) {
        this.memories = memories;
    }

    /// The data of an event, with its place in the turn.
    Map<String, Object> data(TurnEvent event, int sequence) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("seq", sequence);
        switch (event) {
            case TurnEvent.Created created -> {
                data.put("turn_id", created.turn().value());
                data.put("message_id", created.message().value());
                data.put("model_level", created.level());
            }
            case TurnEvent.Recalled recalled -> {
                data.put("memories", recalled(recalled.memories()));
                data.put("ms", recalled.millis());
            }
            case TurnEvent.Understood understood -> {
                data.put("intent", understood.intent());
                data.put("constraints", understood.constraints());
                data.put("unknown", understood.unknown());
                data.put("confidence", understood.confidence());
            }
            case TurnEvent.Recommended recommended -> {
                data.put("id", recommended.slate().value());
                data.put("revision", recommended.revision());
                data.put("items", items(recommended));
                data.put("degraded", recommended.degraded());
            }
            case TurnEvent.Delta delta -> data.put("text", delta.text());
            case TurnEvent.Spoken spoken -> {
                data.put("message_id", spoken.message().value());
                data.put("text", spoken.text());
                data.put("model_level", spoken.level());
            }
            case TurnEvent.Remembered remembered -> {
                data.put("event", remembered.outcome());
                data.put("id", remembered.id());
                data.put("memory", remembered.text());
                data.put("reason", remembered.reason());
            }
            case TurnEvent.Usage usage -> {
                data.put("prompt_tokens", usage.promptTokens());
                data.put("completion_tokens", usage.completionTokens());
                data.put("llm_calls", usage.calls());
                data.put("cost_usd", 0.0);
            }
            case TurnEvent.Failed failed -> failed(failed, data);
            case TurnEvent.Completed completed -> {
                data.put("finish_reason", completed.finish());
                data.put("model_level", completed.level());
                data.put("ms", completed.millis());
            }
        }
        return data;
    }

    private List<Map<String, Object>> recalled(List<MemoryId> ids) {
        List<Map<String, Object>> found = new ArrayList<>();
        for (MemoryId id : ids) {
            memories.memory(id).ifPresent(memory -> found.add(Map.of("id", id.value(), "memory", memory.text())));
        }
        return found;
    }

    private static List<Map<String, Object>> items(TurnEvent.Recommended event) {
        List<Map<String, Object>> items = new ArrayList<>();
        for (int i = 0; i < event.items().size(); i++) {
            RankedItem ranked = event.items().get(i);
            Map<String, Object> item = new LinkedHashMap<>();
            item.put("item_id", ranked.item().id().value());
            item.put("title", ranked.item().title());
            if (ranked.item().year() != null) {
                item.put("year", ranked.item().year());
            }
            item.put("categories", ranked.item().categories());
            item.put("rank", ranked.rank());
            item.put("score", ranked.score());
            item.put("reason", i < event.reasons().size() ? event.reasons().get(i) : "");
            item.put(
                    "memory_ids",
                    ranked.memories().stream().map(MemoryId::value).toList());
            item.put("signals", ranked.parts());
            items.add(item);
        }
        return items;
    }

    private static void failed(TurnEvent.Failed failed, Map<String, Object> data) {
        ProblemType type = ProblemType.INTERNAL;
        Problem problem = Problem.of(new ProblemException(type, failed.detail()), "", null);
        data.put("type", problem.type());
        data.put("title", problem.title());
        data.put("status", problem.status());
        data.put("detail", problem.detail());
        data.put("code", failed.code());
    }
}
