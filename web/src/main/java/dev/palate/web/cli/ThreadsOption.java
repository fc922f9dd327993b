package dev.palate.web.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How many threads a command works with.
final class ThreadsOption {
    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "What comes out is the same for any number. Default: one per core, 1 for lab and"
                    + " for cold items without a model.")
    private @Nullable Integer threads;

    /// As given, else so many.
    int or(int otherwise) {
        return threads == null ? otherwise : threads;
    }

    /// As given, else one per core.
    int orCores() {
        return or(Runtime.getRuntime().availableProcessors());
    }
}
