package dev.palate.web.wiring;

import dev.palate.agent.collaborative.CollaborativeReader;
import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.DomainPack;
import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.domain.Lexicon;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.domain.PackThemes;
import dev.palate.agent.domain.WiderTitles;
import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.extraction.PolicyReplay;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.LayeredModel;
import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelRole;
import dev.palate.agent.llm.ModelRoles;
import dev.palate.agent.llm.NoModel;
import dev.palate.agent.llm.hosted.HostedModels;
import dev.palate.agent.llm.local.EmbeddedModel;
import dev.palate.agent.llm.local.ModelStore;
import dev.palate.agent.ranking.HandleScorer;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.agent.ranking.LlmWeightFile;
import dev.palate.agent.ranking.Scorer;
import dev.palate.agent.ranking.YesNoScorer;
import dev.palate.agent.turn.AgentParts;
import dev.palate.agent.turn.GraphAgent;
import dev.palate.agent.turn.TurnLimits;
import dev.palate.agent.turn.TurnReplay;
import dev.palate.memory.Ids;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.change.Changes;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.gate.GatedMemories;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.theme.ThemesInForce;
import dev.palate.memory.tier.Reinforcement;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.memory.trace.TraceRecorder;
import dev.palate.memory.user.Users;
import dev.palate.prompts.PromptLibrary;
import dev.palate.retrieval.candidate.Themes;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.PastModels;
import dev.palate.retrieval.recommend.Recommender;
import dev.palate.web.PalateProperties;
import dev.palate.web.job.ErasureDesk;
import dev.palate.web.job.PolicyReplays;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The language model and the turn.
@Configuration(proxyBeanMethods = false)
class AgentWiring {
    @Bean(destroyMethod = "close")
    HostedModels hostedModels(PalateProperties properties, SqlTruth truth, Clock clock) {
        PalateProperties.Llm settings = properties.llm();
        return HostedModels.start(
                settings.enabled() ? settings.hosted(System.getenv()) : List.of(), truth.modelSpending(), clock);
    }

    @Bean
    ModelRoles modelRoles(HostedModels hosted, DeferredModel ranking) {
        return new ModelRoles(
                hosted.of(ModelRole.MEMORY).map(LanguageModel.class::cast).orElse(ranking), ranking);
    }

    @Bean(destroyMethod = "close")
    DeferredModel languageModel(
            PalateProperties properties, DataDirectory directory, HostedModels hosted, Clock clock) {
        PalateProperties.Llm settings = properties.llm();
        if (!settings.enabled()) {
            return new DeferredModel(() -> new NoModel("switched off (--no-llm)"));
        }
        Path log = directory.logs().resolve("model.log");
        return new DeferredModel(() -> {
            Optional<LanguageModel> above = hosted.of(ModelRole.RANKING).map(LanguageModel.class::cast);
            if (!settings.runsLocal()) {
                return above.orElseGet(() -> new NoModel("the local model is switched off (palate.llm.local)"));
            }
            LanguageModel local = start(settings, log, clock);
            return above.<LanguageModel>map(model -> new LayeredModel(List.of(model, local)))
                    .orElse(local);
        });
    }

    @Bean
    DomainPack domainPack(PalateProperties properties) {
        return DomainPackFile.of(properties.domain());
    }

    @Bean
    Lexicon lexicon(DomainPack pack) {
        return new Lexicon(pack, WiderTitles.of(pack));
    }

    @Bean
    CatalogSnapshots catalogSnapshots(Lexicon lexicon, Catalog catalog, Interactions interactions, Changes changes) {
        return new CatalogSnapshots(lexicon, catalog, interactions, changes);
    }

    @Bean
    Themes themes(CatalogSnapshots snapshots) {
        return new PackThemes(snapshots);
    }

    @Bean
    MessageReader messageReader(Lexicon lexicon) {
        return new MessageReader(lexicon);
    }

    @Bean
    Gates gates(PalateProperties properties) {
        return new Gates(properties.gates().policy());
    }

    @Bean
    GatedMemories gatedMemories(SqlTruth truth, TieredMemories memories, Ids ids, Clock clock, Gates gates) {
        var stores = new GatedMemories.Stores(memories, truth.rejections(), truth.consents(), memories::cosines);
        return new GatedMemories(stores, gates, ids, clock);
    }

    @Bean
    MemoryWriter memoryWriter(GatedMemories door, MessageReader reader, CatalogSnapshots snapshots, Clock clock) {
        return new MemoryWriter(door, reader, snapshots, clock);
    }

    @Bean
    PolicyReplay policyReplay(
            GatedMemories door, Conversations conversations, MessageReader reader, CatalogSnapshots snapshots) {
        return new PolicyReplay(door, conversations, reader, snapshots);
    }

    @Bean(destroyMethod = "close")
    PolicyReplays policyReplays(Jobs jobs, Users users, PolicyReplay replay) {
        PolicyReplays replays = new PolicyReplays(jobs, users, replay);
        replays.resume();
        return replays;
    }

    /// Adds a model's scores to lists only where a fitted weight for that model, level and prompt lies in the data
    /// directory.
    @Bean
    LlmRanker llmRanker(
            LanguageModel model,
            HostedModels hosted,
            PalateProperties properties,
            DataDirectory directory,
            Clock clock) {
        PromptLibrary prompts = PromptLibrary.load();
        boolean local = properties.llm().localScores();
        // Not the layers: a weight is proved for one model, and another that answers in its place has none.
        LanguageModel asked = local
                ? model
                : hosted.of(ModelRole.RANKING)
                        .map(LanguageModel.class::cast)
                        .orElseGet(() -> new NoModel("no hosted model ranks (palate.llm.ranking)"));
        Scorer scorer = local ? new YesNoScorer(asked, prompts) : new HandleScorer(asked, prompts);
        return new LlmRanker(asked, scorer, LlmWeightFile.read(directory.root().resolve(LlmWeightFile.NAME)), clock);
    }

    @Bean(destroyMethod = "close")
    GraphAgent graphAgent(
            SqlTruth truth,
            TieredMemories memories,
            Reinforcement reinforcement,
            Recommender recommender,
            CatalogSnapshots snapshots,
            MessageReader reader,
            MemoryWriter writer,
            LanguageModel model,
            LlmRanker ranker,
            ObjectProvider<ErasureDesk> erasures,
            TraceRecorder traces,
            ObjectProvider<CollaborativeReader> collaborative,
            Ids ids,
            Clock clock,
            PalateProperties properties) {
        AgentParts parts = new AgentParts(
                truth.catalog(),
                truth.conversations(),
                memories,
                // Asked for late: what erases reaches the turns' events, which the agent makes.
                subject -> erasures.getObject().begin(subject),
                truth.slates(),
                reinforcement,
                recommender,
                snapshots,
                reader,
                writer,
                model,
                PromptLibrary.load(),
                ids,
                truth.changes(),
                properties.traces().enabled() ? Optional.of(traces) : Optional.empty(),
                clock,
                ranker,
                Optional.ofNullable(collaborative.getIfAvailable()),
                truth.digests());
        return new GraphAgent(parts, limits(properties));
    }

    @Bean
    TurnReplay turnReplay(
            SqlTruth truth,
            TieredMemories memories,
            CatalogSnapshots snapshots,
            MessageReader reader,
            FusedRecommender recommender,
            PastModels models,
            ThemesInForce themes) {
        var ports = new TurnReplay.Ports(
                truth.catalog(),
                truth.conversations(),
                memories,
                truth.slates(),
                snapshots,
                reader,
                truth.changes(),
                truth.digests());
        return new TurnReplay(ports, recommender, models, themes::current);
    }

    private static TurnLimits limits(PalateProperties properties) {
        TurnLimits usual = TurnLimits.DEFAULT;
        return new TurnLimits(
                properties.limits().turnsInFlight(),
                usual.turn(),
                usual.recall(),
                usual.items(),
                usual.firstWord(),
                usual.words(),
                usual.tokens(),
                properties.slots().enabled() ? TurnLimits.SLOTS : Duration.ZERO);
    }

    private static LanguageModel start(PalateProperties.Llm settings, Path log, Clock clock) {
        ModelStore store = ModelStore.of(System.getenv());
        String named = settings.model();
        ModelId id = named == null ? store.catalogue().standard().id() : new ModelId(named);
        return EmbeddedModel.start(store, new EmbeddedModel.Settings(id, Optional.empty(), log), clock);
    }
}
