package dev.palate.agent.turn;

import dev.palate.agent.collaborative.CollaborativeReader;
import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.memory.Ids;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.change.Changes;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.slate.Slates;
import dev.palate.memory.tier.Reinforcement;
import dev.palate.memory.trace.SecretDigests;
import dev.palate.memory.trace.TraceRecorder;
import dev.palate.prompts.PromptLibrary;
import dev.palate.retrieval.recommend.Recommender;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/// What an agent works with.
///
/// @param memories should be the tiered ones, which read their own writes
/// @param erasing erases all memories of a subject and what gates refused of it, and comes back once they are in no
///     list any more
/// @param model may be no model, and may come and go
/// @param traces absent when turns are not to be traced
/// @param ranker adds a model's scores to lists, where they are proved
/// @param collaborative reads what like users and items tell; absent where that is switched off
/// @param digests of what was proposed and may have been refused, for traces
public record AgentParts(
        Catalog catalog,
        Conversations conversations,
        Memories memories,
        Consumer<Subject> erasing,
        Slates slates,
        Reinforcement reinforcement,
        Recommender recommender,
        CatalogSnapshots snapshots,
        MessageReader reader,
        MemoryWriter writer,
        LanguageModel model,
        PromptLibrary prompts,
        Ids ids,
        Changes changes,
        Optional<TraceRecorder> traces,
        InstantSource clock,
        LlmRanker ranker,
        Optional<CollaborativeReader> collaborative,
        SecretDigests digests) {
    /// The same with what like users and items tell.
    public AgentParts with(CollaborativeReader reading) {
        return new AgentParts(
                catalog,
                conversations,
                memories,
                erasing,
                slates,
                reinforcement,
                recommender,
                snapshots,
                reader,
                writer,
                model,
                prompts,
                ids,
                changes,
                traces,
                clock,
                ranker,
                Optional.of(reading),
                digests);
    }
}
