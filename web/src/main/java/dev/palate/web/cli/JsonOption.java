package dev.palate.web.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/// The file for what a command found, as JSON.
final class JsonOption {
    @Option(names = "--json", paramLabel = "OUT.json", description = "Writes the run and all its numbers as JSON.")
    private @Nullable Path json;

    /// Before long work.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code NOT_FOUND when it could not be written
    void require() {
        OutFiles.requireFolder("--json", json);
    }

    /// Writes what was found, where a file was given.
    void write(Map<String, Object> report) {
        if (json != null) {
            OutFiles.write(
                    json, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
        }
    }

    /// The command as it was typed, to stand at the top of what it found.
    static String command(CommandSpec spec) {
        String name = spec.name();
        return "./palate " + name + " "
                + spec.commandLine().getParseResult().originalArgs().stream()
                        .filter(argument -> !argument.equals(name))
                        .collect(Collectors.joining(" "));
    }
}
