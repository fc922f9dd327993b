package dev.palate.web.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where the data is, for commands that need it.
final class DirectoryOption {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory; .palate/data beside the launcher when not given.")
    private @Nullable Path directory;

    /// The directory, given or default.
    Path directory() {
        return directoryOr("data");
    }

    /// The directory given, or else one of that name beside the default one.
    Path directoryOr(String name) {
        Path given = directory;
        return given != null ? given : Path.of(System.getProperty("palate.project.root", "."), ".palate", name);
    }
}
