package dev.palate.prompts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// Prompts as they are sent, letter by letter.
final class Golden {
    private Golden() {}

    static String text(Prompt prompt) {
        RenderedPrompt rendered = PromptLibrary.load().render(prompt);
        return rendered.version() + "\n--- system\n" + rendered.system() + "\n--- user\n" + rendered.user() + "\n";
    }

    /// The prompt is the file below `golden`.
    static void check(String file, Prompt prompt) throws IOException {
        try (var in = Objects.requireNonNull(Golden.class.getResourceAsStream("/golden/" + file))) {
            assertThat(text(prompt)).isEqualTo(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
