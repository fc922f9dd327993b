package dev.palate.agent.llm.hosted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The secret that a provider knows a customer by. Its text is in no `toString`, no message and no store.
public final class ApiKey {
    /// No key: for endpoints that ask for none.
    public static final ApiKey NONE = new ApiKey("");

    private static final int LONGEST = 4_096;

    private final String value;

    private ApiKey(String value) {
        this.value = value;
    }

    /// A key from an environment variable or from a file, of which at most one may be named.
    ///
    /// @param variable name of the variable, or null
    /// @param file of one line, or null
    /// @throws IllegalArgumentException when both are named, or the one named holds no key; the key itself is
    ///     not told
    public static ApiKey read(@Nullable String variable, @Nullable Path file, Map<String, String> environment) {
        boolean named = variable != null && !variable.isBlank();
        if (named && file != null) {
            throw new IllegalArgumentException("a key comes from key-env or from key-file, not from both; name one");
        }
        if (file != null) {
            return checked(text(file), "the file " + file + " of key-file");
        }
        if (!named || variable == null) {
            return NONE;
        }
        return checked(environment.getOrDefault(variable, ""), "the environment variable " + variable + " of key-env");
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > LONGEST) {
                throw new IllegalArgumentException(
                        "the file " + file + " of key-file has more than " + LONGEST + " bytes; a key is one line");
            }
            return Files.readString(file);
        } catch (IOException e) {
            // Without the cause: what could not be decoded may be the key.
            throw new IllegalArgumentException("the file " + file + " of key-file cannot be read: "
                    + e.getClass().getSimpleName());
        }
    }

    private static ApiKey checked(String raw, String where) {
        String text = raw.strip();
        if (text.isEmpty() || text.length() > LONGEST || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(where + " must hold a key of 1 to " + LONGEST
                    + " visible ASCII characters; it has " + text.length() + " characters");
        }
        return new ApiKey(text);
    }

    /// Whether there is one.
    public boolean present() {
        return !value.isEmpty();
    }

    /// The key itself, for the one who sends it; null when there is none.
    public @Nullable String reveal() {
        return value.isEmpty() ? null : value;
    }

    @Override
    public String toString() {
        return present() ? "a key" : "no key";
    }
}
