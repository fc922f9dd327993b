package dev.palate.agent.llm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.ForgottenPrompts;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelSpeed;
import dev.palate.agent.llm.ModelState;
import dev.palate.agent.llm.Reply;
import dev.palate.agent.llm.SayLimits;
import dev.palate.prompts.PromptVersion;
import dev.palate.prompts.RenderedPrompt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Life and death of the model's process.
final class LocalModelLifeTest {
    private static final RenderedPrompt PROMPT = new RenderedPrompt(
            "You are brief.", "Count from one to one hundred in words.", new PromptVersion("life", 1));

    @TempDir
    private Path folder;

    private static Deadline in(Duration timeout) {
        return Deadline.after(timeout, InstantSource.system());
    }

    @Test
    void killedInMidAnswerTheCallFailsAtOnceAndTheProcessComesBack() throws InterruptedException {
        try (var model = SmokeModel.ready(SmokeModel.options(folder))) {
            long pid = model.processId().orElseThrow();
            var answering = new CountDownLatch(1);
            var failure = new AtomicReference<AgentException>();
            var failedAt = new AtomicReference<Long>();
            Thread caller = Thread.ofVirtual().start(() -> {
                failure.set(catchThrowableOfType(
                        AgentException.class,
                        () -> model.say(PROMPT, new SayLimits(512), in(Duration.ofSeconds(120)), _ -> {
                            answering.countDown();
                            return true;
                        })));
                failedAt.set(System.nanoTime());
            });
            assertThat(answering.await(60, TimeUnit.SECONDS)).isTrue();
            long killed = System.nanoTime();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            assertThat(caller.join(Duration.ofSeconds(5))).isTrue();
            assertThat(failure.get().code()).isEqualTo(Code.MODEL_LOST);
            assertThat(failure.get()).hasMessageContaining("exit code 137");
            assertThat(Duration.ofNanos(failedAt.get() - killed)).isLessThan(Duration.ofSeconds(2));

            SmokeModel.awaitReady(model, Duration.ofSeconds(60));
            assertThat(model.processId().orElseThrow()).isNotEqualTo(pid);
            assertThat(model.say(PROMPT, new SayLimits(4), in(Duration.ofSeconds(60)), _ -> true)
                            .text())
                    .isNotEmpty();
        }
    }

    @Test
    void aFrozenProcessIsKilledAndReplaced() throws Exception {
        var patience = new LocalModelOptions.Patience(
                Duration.ofSeconds(60), Duration.ofSeconds(3), Duration.ofMillis(500), Duration.ofSeconds(60));
        try (var model = SmokeModel.ready(SmokeModel.options(folder).withPatience(patience))) {
            long pid = model.processId().orElseThrow();
            assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(pid))
                            .start()
                            .waitFor())
                    .isZero();
            var failure = catchThrowableOfType(
                    AgentException.class,
                    () -> model.say(PROMPT, new SayLimits(8), in(Duration.ofMillis(300)), _ -> true));
            assertThat(failure.code()).isEqualTo(Code.MODEL_DEADLINE);
            SmokeModel.until(Duration.ofSeconds(10), () -> !SmokeModel.alive(pid), () -> "process " + pid + " lives");
            SmokeModel.awaitReady(model, Duration.ofSeconds(60));
            assertThat(model.processId().orElseThrow()).isNotEqualTo(pid);
        }
    }

    /// Without being told to forget, the model still has the prompt; afterwards it reads all of it anew.
    @Test
    void whatWasReadIsForgottenInTheSameProcess() {
        var unkept = SmokeModel.options(folder);
        var options = new LocalModelOptions(
                unkept.id(),
                unkept.level(),
                unkept.weights(),
                unkept.library(),
                unkept.logFile(),
                unkept.contextTokens(),
                unkept.threads(),
                unkept.floor(),
                List.of(),
                unkept.patience());
        try (var model = SmokeModel.ready(options)) {
            long pid = model.processId().orElseThrow();
            var prompt = new RenderedPrompt(
                    "You are brief and never speak of bridges.",
                    "Ripley told us that she adores zwiebelkuchen.",
                    new PromptVersion("life", 1));
            long first = say(model, prompt).usage().cachedTokens();
            long again = say(model, prompt).usage().cachedTokens();
            assertThat(again).as("cached of a prompt that was read before").isGreaterThan(first + 10);

            ForgottenPrompts forgotten = model.forget(in(Duration.ofSeconds(30)));
            assertThat(forgotten.tokens()).isGreaterThan((int) again);
            assertThat(forgotten.prefixes()).isPositive();
            assertThat(forgotten.left()).isZero();
            assertThat(forgotten.restarted()).isFalse();
            assertThat(model.processId()).hasValue(pid);
            assertThat(model.forget(in(Duration.ofSeconds(30)))).isEqualTo(new ForgottenPrompts(0, 0, 0, false));

            Reply after = say(model, prompt);
            assertThat(after.usage().cachedTokens()).isZero();
            assertThat(after.text()).isNotEmpty();
        }
    }

    private static Reply say(LocalModel model, RenderedPrompt prompt) {
        return model.say(prompt, new SayLimits(4), in(Duration.ofSeconds(60)), _ -> true);
    }

    @Test
    void aProcessThatDoesNotForgetIsReplaced() throws Exception {
        try (var model = SmokeModel.ready(SmokeModel.options(folder))) {
            long pid = model.processId().orElseThrow();
            assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(pid))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(model.forget(in(Duration.ofMillis(700)))).isEqualTo(new ForgottenPrompts(0, 0, 0, true));
            assertThat(SmokeModel.alive(pid)).isFalse();
            SmokeModel.awaitReady(model, Duration.ofSeconds(60));
            assertThat(model.processId().orElseThrow()).isNotEqualTo(pid);
        }
    }

    @Test
    void theEmbeddedModelRisesByItself() {
        SmokeModel.options(folder);
        var settings =
                new EmbeddedModel.Settings(SmokeModel.ID, Optional.of(ModelLevel.T2), folder.resolve("embedded.log"));
        long pid;
        try (var model = EmbeddedModel.start(ModelStore.of(System.getenv()), settings, InstantSource.system())) {
            SmokeModel.until(
                    Duration.ofSeconds(120), () -> model.level() == ModelLevel.T2, () -> "state " + model.state());
            pid = model.processId().orElseThrow();
            assertThat(model.say(PROMPT, new SayLimits(4), in(Duration.ofSeconds(60)), _ -> true)
                            .text())
                    .isNotEmpty();
        }
        assertThat(SmokeModel.alive(pid)).isFalse();
    }

    @Test
    void closingEndsTheProcess() {
        var model = SmokeModel.ready(SmokeModel.options(folder));
        long pid = model.processId().orElseThrow();
        model.close();
        assertThat(SmokeModel.alive(pid)).isFalse();
        assertThat(model.state()).isEqualTo(new ModelState.Absent("closed"));
        assertThat(catchThrowableOfType(
                                AgentException.class,
                                () -> model.say(PROMPT, new SayLimits(1), in(Duration.ofSeconds(1)), _ -> true))
                        .code())
                .isEqualTo(Code.MODEL_UNAVAILABLE);
        model.close();
    }

    @Test
    void tooSlowAModelStaysAtT0AndSaysWhy() {
        var options = SmokeModel.options(folder).withFloor(new ModelSpeed(1e9, 1e9));
        try (var model = LocalModel.start(options, InstantSource.system())) {
            SmokeModel.until(
                    Duration.ofSeconds(120),
                    () -> model.state() instanceof ModelState.Slow,
                    () -> "state " + model.state());
            assertThat(model.level()).isEqualTo(ModelLevel.T0);
            assertThat(model.state().reason()).contains("only reads", "are needed: answers use templates");
        }
    }

    @Test
    void weightsThatAreNoneFailWithTheReason() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.gguf"), "not a model");
        var usual = SmokeModel.options(folder);
        var options = new LocalModelOptions(
                usual.id(),
                usual.level(),
                broken,
                usual.library(),
                usual.logFile(),
                usual.contextTokens(),
                1,
                usual.floor(),
                usual.warm(),
                usual.patience());
        try (var model = LocalModel.start(options, InstantSource.system())) {
            SmokeModel.until(
                    Duration.ofSeconds(90),
                    () -> model.state() instanceof ModelState.Failed,
                    () -> "state " + model.state());
            assertThat(model.state().reason()).contains("exit code 3", "4 times in a row", "see " + usual.logFile());
            assertThat(usual.logFile()).content(StandardCharsets.UTF_8).contains("llama.cpp cannot load");
            assertThat(model.processId()).isEmpty();
        }
    }

    @Test
    void noProcessOutlivesAKilledServer() throws IOException, InterruptedException {
        SmokeModel.options(folder);
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerForKilling.class.getName(),
                        folder.toString())
                .redirectError(folder.resolve("server.log").toFile())
                .start();
        try (var lines = server.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            assertThat(line).as("the server's process id line").isNotNull().startsWith("answering ");
            long pid = Long.parseLong(line.substring("answering ".length()));
            assertThat(SmokeModel.alive(pid)).isTrue();
            server.destroyForcibly();
            SmokeModel.until(Duration.ofSeconds(3), () -> !SmokeModel.alive(pid), () -> "process " + pid + " lives");
        } finally {
            server.destroyForcibly();
        }
    }
}
