package dev.palate.agent.llm.hosted;

import dev.palate.agent.AgentException;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/// Opens endpoints of one kind. `openai` and `ollama` are built in; others are found on the class path by Java's
/// `ServiceLoader`, so that any `ChatModel` of LangChain4j can be configured. Implementations are thread-safe and have
/// a public constructor without parameters.
///
/// What is opened must not try again by itself, must not log requests, and should send them over [EndpointHttp], which
/// bounds them. A model with a transport of its own is bounded by time only.
public interface ModelProvider {
    /// As settings name it: lower-case letters, digits and `-`.
    String name();

    /// Opens the endpoint of the settings; sends nothing yet.
    ///
    /// @throws IllegalArgumentException for settings that it cannot use, never with the key in it
    EndpointChat open(HostedSettings settings);

    /// The provider of a name.
    ///
    /// @throws AgentException `NOT_FOUND`, naming those that there are
    static ModelProvider named(String name) {
        List<ModelProvider> all = Stream.concat(
                        Stream.of(new OpenAiProvider(), new OllamaProvider()),
                        ServiceLoader.load(ModelProvider.class).stream().map(ServiceLoader.Provider::get))
                .toList();
        return all.stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AgentException(
                        AgentException.Code.NOT_FOUND,
                        "there is no provider '" + name + "' of hosted models; there are "
                                + String.join(
                                        ", ",
                                        all.stream()
                                                .map(ModelProvider::name)
                                                .sorted(Comparator.naturalOrder())
                                                .toList())));
    }
}
