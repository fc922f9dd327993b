package dev.palate.web.wiring;

import dev.palate.agent.collaborative.CollaborativeReader;
import dev.palate.agent.collaborative.CountingPlanner;
import dev.palate.agent.collaborative.Curator;
import dev.palate.agent.collaborative.Neighbours;
import dev.palate.agent.collaborative.Planner;
import dev.palate.agent.collaborative.Propagation;
import dev.palate.agent.collaborative.RuleDesk;
import dev.palate.agent.collaborative.RuleProposer;
import dev.palate.agent.collaborative.ThemeSpaces;
import dev.palate.agent.domain.DomainPack;
import dev.palate.agent.llm.ModelRoles;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.theme.ThemesInForce;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.prompts.PromptLibrary;
import dev.palate.retrieval.candidate.Audiences;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.candidate.NearItems;
import dev.palate.retrieval.candidate.UserHistories;
import dev.palate.web.PalateProperties;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Collaborative memory: themes of interactions and their spreading.
@Configuration(proxyBeanMethods = false)
class CollaborativeWiring {
    private static final Duration READ_EVERY = Duration.ofSeconds(5);

    @Bean
    ThemeWeights themeWeights(SqlTruth truth) {
        return truth.themes();
    }

    @Bean
    ThemesInForce themesInForce(SqlTruth truth, PalateProperties properties) {
        return new ThemesInForce(
                truth.catalog(),
                truth.changes(),
                Set.copyOf(properties.propagation().approvedTags()));
    }

    @Bean(destroyMethod = "close")
    Audiences audiences(ThemeWeights weights, ThemesInForce themes, SqlTruth truth, PalateProperties properties) {
        if (!properties.propagation().enabled()) {
            truth.outbox().forget(Propagation.NAME);
            return Audiences.NONE;
        }
        // Read behind the start, so that the first list finds them.
        themes.current();
        return new Audiences(weights, READ_EVERY, themes::current);
    }

    @Bean
    @ConditionalOnBooleanProperty("palate.propagation.enabled")
    ErasurePlace audiencesErasure(Audiences audiences) {
        return audiences.erasure();
    }

    @Bean
    Planner planner() {
        return new CountingPlanner();
    }

    @Bean
    Neighbours neighbours(CollaborativeModel model, PalateProperties properties) {
        if (!properties.propagation().neighbours()) {
            return Neighbours.NONE;
        }
        NearItems items = new NearItems(model);
        return (item, most) -> items.of(item, most).stream()
                .map(near -> new Neighbours.Neighbour(near.item(), near.cosine()))
                .toList();
    }

    /// Spreads what is noted beside interactions, from the start on.
    @Bean(initMethod = "start", destroyMethod = "close")
    @ConditionalOnBooleanProperty("palate.propagation.enabled")
    NoteFollower themePropagation(
            SqlTruth truth, ThemeWeights weights, Planner planner, Neighbours neighbours, PalateProperties properties) {
        Propagation.Parts parts = new Propagation.Parts(
                truth.catalog(),
                truth.users(),
                truth.outbox(),
                weights,
                planner,
                neighbours,
                Set.copyOf(properties.propagation().approvedTags()));
        return new NoteFollower(truth.outbox(), truth.changes(), new Propagation(parts), Propagation.OPTIONS);
    }

    @Bean
    @ConditionalOnBooleanProperty("palate.synthesis.enabled")
    ThemeSpaces themeSpaces(ThemesInForce themes, TextEncoder encoder, IndexChanges index) {
        return new ThemeSpaces(themes, encoder, index::encoding);
    }

    @Bean
    @ConditionalOnBooleanProperty("palate.synthesis.enabled")
    Curator curator(
            UserHistories histories,
            SqlTruth truth,
            ThemeWeights weights,
            Audiences audiences,
            ThemeSpaces spaces,
            TieredMemories memories) {
        return new Curator(
                new Curator.Ports(histories::of, truth.interactions(), weights, audiences, spaces, memories::pack));
    }

    @Bean
    @ConditionalOnBooleanProperty("palate.synthesis.enabled")
    RuleDesk ruleDesk(Curator curator, SqlTruth truth, DomainPack pack, DataDirectory directory, Clock clock) {
        return new RuleDesk(curator, truth.users(), pack, directory.domainRule(), clock);
    }

    @Bean
    @ConditionalOnBooleanProperty("palate.synthesis.enabled")
    RuleProposer ruleProposer(RuleDesk desk, SqlTruth truth, ThemesInForce themes, ModelRoles models, Clock clock) {
        return new RuleProposer(new RuleProposer.Parts(
                desk,
                truth.catalog(),
                truth.users(),
                truth.interactions(),
                themes,
                models.memory(),
                PromptLibrary.load(),
                clock));
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnBooleanProperty("palate.synthesis.enabled")
    CollaborativeReader collaborativeReader(
            Curator curator, RuleDesk rules, TieredMemories memories, ModelRoles models, Clock clock) {
        return new CollaborativeReader(new CollaborativeReader.Parts(
                curator,
                rules::inForce,
                user -> memories.active(new Subject.OfUser(user)).stream()
                        .filter(memory -> memory.effectiveAt(clock.instant()) && memory.kind() != MemoryKind.PROFILE)
                        .toList(),
                models.memory(),
                PromptLibrary.load(),
                clock,
                CollaborativeReader.IDLE));
    }

    @Bean
    @ConditionalOnBooleanProperty("palate.synthesis.enabled")
    ErasurePlace facetsErasure(CollaborativeReader reader) {
        return reader.erasure();
    }
}
