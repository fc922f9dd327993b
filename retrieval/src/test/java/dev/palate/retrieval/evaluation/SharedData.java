package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/// The data sets that may not be shipped with the project: read beside it where they are.
public final class SharedData {
    private SharedData() {}

    /// A path below the shared data; without it the test fails in CI and is skipped elsewhere.
    public static Path path(String relative) {
        Path path = Path.of(System.getProperty("palate.project.root", ".."))
                .resolve("../shared/data")
                .resolve(relative);
        if (!Files.exists(path)) {
            String message = "needs " + path + ", which is not shipped with the project";
            if ("true".equals(System.getenv("CI"))) {
                fail(message);
            }
            abort(message);
        }
        return path;
    }
}
