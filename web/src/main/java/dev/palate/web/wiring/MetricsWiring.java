package dev.palate.web.wiring;

import dev.palate.agent.collaborative.CollaborativeReader;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.hosted.HostedModels;
import dev.palate.agent.turn.GraphAgent;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.memory.trace.TraceRecorder;
import dev.palate.memory.user.Users;
import dev.palate.web.metrics.AgentMeters;
import dev.palate.web.metrics.HostedMeters;
import dev.palate.web.metrics.MemoryStats;
import dev.palate.web.metrics.SharedReport;
import dev.palate.web.metrics.StoreMeters;
import dev.palate.web.metrics.StoreReports;
import dev.palate.web.metrics.SynthesisMeters;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// What is counted, for `/v1/stats` and for Prometheus.
@Configuration(proxyBeanMethods = false)
class MetricsWiring {
    @Bean
    StoreReports storeReports(
            Catalog catalog,
            Users users,
            Interactions interactions,
            TieredMemories memories,
            IndexChanges index,
            Erasure erasure,
            List<NoteFollower> followers) {
        return new StoreReports(
                new StoreReports.Parts(catalog, users, interactions, memories, index, erasure, followers));
    }

    @Bean
    SharedReport<MemoryStats> memoryStats(SqlTruth truth, DataDirectory directory, StoreReports reports) {
        return new SharedReport<>(
                () -> MemoryStats.of(truth.memoryCounts(), truth.changes(), directory.root(), reports.tiers()));
    }

    @Bean
    StoreMeters storeMeters(StoreReports reports, SqlTruth truth, Clock clock) {
        return new StoreMeters(reports, truth::writer, clock);
    }

    @Bean
    AgentMeters agentMeters(Gates gates, LanguageModel model, GraphAgent agent, TraceRecorder traces) {
        return new AgentMeters(gates.counts(), model, agent, traces);
    }

    @Bean
    HostedMeters hostedMeters(HostedModels hosted) {
        return new HostedMeters(hosted::statuses);
    }

    @Bean
    @ConditionalOnBooleanProperty("palate.synthesis.enabled")
    SynthesisMeters synthesisMeters(CollaborativeReader reader) {
        return new SynthesisMeters(reader);
    }
}
