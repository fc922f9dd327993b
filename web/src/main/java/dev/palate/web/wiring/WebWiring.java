package dev.palate.web.wiring;

import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.hosted.HostedModels;
import dev.palate.agent.turn.ChatAgent;
import dev.palate.memory.Ids;
import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.tier.MemoryFinder;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.memory.user.Users;
import dev.palate.web.PalateProperties;
import dev.palate.web.chat.ModelPrompts;
import dev.palate.web.chat.TurnEventJson;
import dev.palate.web.chat.TurnStreams;
import dev.palate.web.chat.TurnWriter;
import dev.palate.web.job.ErasureDesk;
import dev.palate.web.memory.MemoryDesk;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemPages;
import dev.palate.web.problem.ProblemResponse;
import dev.palate.web.problem.ProblemType;
import dev.palate.web.security.Access;
import dev.palate.web.security.LocalDoor;
import dev.palate.web.security.LoginLinks;
import dev.palate.web.security.PageSessions;
import dev.palate.web.security.SecurityRules;
import java.time.Clock;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import tools.jackson.databind.json.JsonMapper;

/// The HTTP side: problems, security, streams.
@Configuration(proxyBeanMethods = false)
class WebWiring {
    @Bean
    PalateProperties palateProperties(ConfigurableEnvironment environment) {
        return PalateProperties.of(environment);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Ids ids(Clock clock) {
        return new Ids(clock);
    }

    @Bean
    ProblemResponse problemResponse(JsonMapper json, ProblemPages pages) {
        return new ProblemResponse(json, pages);
    }

    @Bean
    PageSessions pageSessions() {
        return new PageSessions();
    }

    @Bean
    LoginLinks loginLinks(Clock clock) {
        return new LoginLinks(clock);
    }

    /// Opens when the server listens, so that the file names the port in use.
    @Bean(destroyMethod = "close")
    LocalDoor localDoor(DataDirectory directory) {
        return new LocalDoor(directory.root());
    }

    @Bean
    ApplicationListener<WebServerInitializedEvent> localDoorOpener(LocalDoor door) {
        return event -> door.open(event.getWebServer().getPort());
    }

    @Bean
    Access access(Users users) {
        return new Access(users);
    }

    @Bean
    SecurityFilterChain securityChain(
            HttpSecurity http,
            PalateProperties properties,
            ApiKeys keys,
            Users users,
            PageSessions sessions,
            ProblemResponse problems) {
        PalateProperties.Limits limits = properties.limits();
        SecurityRules.Bounds bounds = new SecurityRules.Bounds(
                properties.allowedHosts(), limits.requestsInFlight(), limits.streamsInFlight(), limits.bodyBytes());
        return SecurityRules.chain(http, bounds, keys, users, sessions, problems);
    }

    /// What the firewall refuses, such as encoded slashes in a path, is a problem like any other.
    @Bean
    RequestRejectedHandler requestRejectedHandler(ProblemResponse problems) {
        return (request, response, e) -> problems.write(
                new ProblemException(ProblemType.VALIDATION_FAILED, "the address holds characters that are not served"),
                request,
                response);
    }

    @Bean(destroyMethod = "close")
    TurnStreams turnStreams(ChatAgent agent, PalateProperties properties, Conversations conversations) {
        PalateProperties.Streams streams = properties.streams();
        return new TurnStreams(
                agent,
                conversation -> conversations.conversation(conversation).isPresent(),
                streams.orphan(),
                streams.resumable());
    }

    @Bean
    ModelPrompts modelPrompts(LanguageModel model, HostedModels hosted, Clock clock) {
        return new ModelPrompts(model, () -> !hosted.statuses().isEmpty(), clock);
    }

    @Bean
    TurnWriter turnWriter(TurnStreams turns, Memories memories, JsonMapper json, PalateProperties properties) {
        return new TurnWriter(
                turns, new TurnEventJson(memories), json, properties.streams().keepalive());
    }

    @Bean
    ErasureDesk erasureDesk(Erasure erasure, TieredMemories memories) {
        return new ErasureDesk(erasure, memories);
    }

    @Bean
    MemoryDesk memoryDesk(MemoryWriter writer, ErasureDesk erasures, Clock clock) {
        return new MemoryDesk(writer, erasures, clock);
    }

    @Bean
    MemoryFinder memoryFinder(TieredMemories memories, IndexChanges index, TextEncoder encoder, Clock clock) {
        return new MemoryFinder(memories, index, encoder, clock);
    }

    /// Lets encoded slashes through to the firewall, whose answer is a problem and not Tomcat's own page.
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> tomcatCustomizer() {
        return factory -> factory.addConnectorCustomizers(
                connector -> connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue()));
    }
}
