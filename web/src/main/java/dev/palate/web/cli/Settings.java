package dev.palate.web.cli;

import dev.palate.web.PalateProperties;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.core.env.StandardEnvironment;

/// The settings for commands that run without the server. Stateless.
final class Settings {
    private Settings() {}

    /// The settings as the server would read them: `palate.yml` beside the launcher, then variables.
    static PalateProperties read() {
        StandardEnvironment environment = new StandardEnvironment();
        ConfigDataEnvironmentPostProcessor.applyTo(environment);
        return PalateProperties.of(environment);
    }
}
