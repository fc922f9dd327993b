package dev.palate.agent.llm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// The smoke-test model of the store, as it is; nothing is fetched here. Without it tests fail in CI and are
/// skipped elsewhere.
public final class SmokeModel {
    public static final ModelId ID = new ModelId("smollm2-135m-instruct-q4_1");
    private static final Duration READY_WITHIN = Duration.ofSeconds(120);

    private SmokeModel() {}

    public static LocalModelOptions options(Path folder) {
        var store = ModelStore.of(System.getenv());
        var weights = store.weights(store.catalogue().weights(ID));
        var library = store.library();
        if (weights.isEmpty() || library.isEmpty()) {
            String message = "the smoke-test model is not in " + store.root() + "; run ./palate model pull " + ID;
            if ("true".equals(System.getenv("CI"))) {
                fail(message);
            }
            abort(message);
        }
        return LocalModelOptions.of(
                        ID, ModelLevel.T2, weights.get(), library.get(), folder.resolve("model-process.log"))
                .withFloor(LocalModelOptions.NO_FLOOR)
                .withWarm(List.of("You are brief."));
    }

    public static LocalModel ready(LocalModelOptions options) {
        return awaitReady(LocalModel.start(options, InstantSource.system()));
    }

    static LocalModel awaitReady(LocalModel model) {
        awaitReady(model, READY_WITHIN);
        return model;
    }

    public static void awaitReady(LocalModel model, Duration within) {
        until(within, () -> model.state() instanceof ModelState.Ready, () -> "state " + model.state());
    }

    /// Polls a condition until it holds.
    public static void until(
            Duration within, java.util.function.BooleanSupplier holds, java.util.function.Supplier<String> seen) {
        long end = System.nanoTime() + within.toNanos();
        while (!holds.getAsBoolean() && System.nanoTime() < end) {
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
        assertThat(holds.getAsBoolean()).as("within %s; %s", within, seen.get()).isTrue();
    }

    public static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}
