package dev.palate.agent.ranking;

import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Usage;
import dev.palate.memory.catalog.ItemId;
import dev.palate.prompts.PromptVersion;
import dev.palate.prompts.RankPrompt;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Lets a language model score candidates. Thread-safe.
public interface Scorer {
    /// What is scored.
    ///
    /// @param wish what the person said or was understood to want
    /// @param memories in order of weight
    /// @param candidates in the order in which the model sees them, at most [#depth] of them are looked at
    record Request(String wish, List<String> memories, List<RankedItem> candidates) {
        public Request {
            memories = List.copyOf(memories);
            candidates = List.copyOf(candidates);
        }
    }

    /// What came of it.
    ///
    /// @param scores by item, the higher the better; what the model left out is absent
    /// @param usage of all calls
    /// @param calls made
    record Scores(Map<ItemId, Double> scores, Usage usage, int calls) {
        public Scores {
            scores = Map.copyOf(scores);
        }
    }

    /// How many candidates it looks at.
    int depth();

    /// The least level of a model that it is for.
    ModelLevel level();

    /// The prompt that it fills; another prompt wants another weight.
    PromptVersion prompt();

    /// Scores the first [#depth] candidates.
    ///
    /// @throws dev.palate.agent.AgentException when the model fails or answers in another shape
    Scores score(Request request, Deadline deadline);

    /// A candidate as the model is told of it: title and a few facts, never its id.
    static RankPrompt.Candidate candidate(char handle, RankedItem ranked) {
        var item = ranked.item();
        String facts = Stream.of(
                        item.categories().stream().limit(4).map(one -> one.toLowerCase(Locale.ROOT)),
                        Stream.ofNullable(item.year()).map(String::valueOf),
                        item.tags().stream().limit(6))
                .flatMap(one -> one)
                .collect(Collectors.joining(", "));
        return RankPrompt.Candidate.of(handle, item.title(), facts);
    }
}
