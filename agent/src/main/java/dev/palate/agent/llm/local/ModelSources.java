package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where a user wants model files from, before the packages of the catalogue are asked.
///
/// @param weights a GGUF file of their own, used where it lies and not verified
/// @param library a folder with llama.cpp's shared libraries, likewise
/// @param url an https address of the chosen model's file; verified by its pinned SHA-256
public record ModelSources(Optional<Path> weights, Optional<Path> library, Optional<URI> url) {
    /// Environment variable for [#weights].
    public static final String PATH_VARIABLE = "PALATE_MODEL_PATH";
    /// Environment variable for [#library].
    public static final String LIBRARY_VARIABLE = "PALATE_LLAMA_LIBRARY";
    /// Environment variable for [#url].
    public static final String URL_VARIABLE = "PALATE_MODEL_URL";
    /// Nothing of their own.
    public static final ModelSources NONE = new ModelSources(Optional.empty(), Optional.empty(), Optional.empty());

    /// Reads the environment.
    ///
    /// @throws AgentException `MODEL_STORE` for an address that is not https
    public static ModelSources of(Map<String, String> environment) {
        return new ModelSources(
                given(environment.get(PATH_VARIABLE)).map(Path::of),
                given(environment.get(LIBRARY_VARIABLE)).map(Path::of),
                given(environment.get(URL_VARIABLE)).map(ModelSources::https));
    }

    private static Optional<String> given(@Nullable String value) {
        return Optional.ofNullable(value).filter(text -> !text.isBlank());
    }

    private static URI https(String address) {
        try {
            URI uri = new URI(address);
            if ("https".equals(uri.getScheme()) && uri.getHost() != null) {
                return uri;
            }
        } catch (java.net.URISyntaxException e) {
            throw notHttps(e);
        }
        throw notHttps(null);
    }

    // The address itself may hold a secret.
    private static AgentException notHttps(@Nullable Throwable cause) {
        String message = URL_VARIABLE + " must be an https address with a host";
        return cause == null
                ? new AgentException(Code.MODEL_STORE, message)
                : new AgentException(Code.MODEL_STORE, message, cause);
    }
}
