package dev.palate.web.admin;

import dev.palate.agent.domain.DomainPack;
import dev.palate.agent.domain.Speech;
import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.hosted.HostedModels;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.slate.Slates;
import dev.palate.memory.user.Users;
import dev.palate.web.job.ErasureDesk;
import dev.palate.web.problem.ProblemPages;
import dev.palate.web.security.PageSessions;
import java.time.Clock;
import java.time.ZoneId;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.thymeleaf.ITemplateEngine;

/// Puts the readers of the pages together; they stay inside this package.
@Configuration(proxyBeanMethods = false)
class PagesWiring {
    @Bean
    ProblemPages problemPages(ITemplateEngine templates, PageSessions sessions) {
        return new ErrorPages(templates, sessions);
    }

    @Bean
    Speech speech(DomainPack pack) {
        return pack.speech();
    }

    @Bean
    FilmCards filmCards(Catalog catalog, Memories memories, Interactions interactions, Clock clock, DomainPack pack) {
        return new FilmCards(catalog, memories, interactions, clock, pack);
    }

    @Bean
    Talks talks(Conversations conversations, Slates slates, Memories memories, FilmCards films) {
        return new Talks(conversations, slates, memories, films);
    }

    @Bean
    HostedCards hostedCards(HostedModels hosted) {
        return new HostedCards(hosted::statuses);
    }

    @Bean
    HealthLine healthLine(LanguageModel model, Jobs jobs, IndexChanges index) {
        return new HealthLine(model, jobs, index::status);
    }

    @Bean
    People people(Users users, Interactions interactions, Catalog catalog) {
        return new People(users, interactions, catalog);
    }

    @Bean
    MemoryCards memoryCards(Conversations conversations, Catalog catalog, Speech speech) {
        return new MemoryCards(conversations, new Slots(catalog, speech), new Dates(ZoneId.systemDefault()));
    }

    @Bean
    TraceCards traceCards(
            Conversations conversations, Catalog catalog, Memories memories, FilmCards films, Speech speech) {
        return new TraceCards(conversations, catalog, memories, films, speech, new Dates(ZoneId.systemDefault()));
    }

    @Bean
    RefusedCards refusedCards(Rejections rejections) {
        return new RefusedCards(rejections, new Dates(ZoneId.systemDefault()));
    }

    @Bean
    MemoryEdits memoryEdits(
            Memories memories, Catalog catalog, MemoryWriter writer, ErasureDesk erasures, Speech speech) {
        return new MemoryEdits(memories, new Slots(catalog, speech), writer, erasures);
    }

    @Bean
    ReceiptCards receiptCards(Erasure erasure) {
        return new ReceiptCards(erasure, new Dates(ZoneId.systemDefault()));
    }
}
