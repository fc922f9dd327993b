package dev.palate.agent.llm.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalModelMainTest {
    @TempDir
    private Path folder;

    /// The end of standard input must be enough by itself: the kernel's signal exists on Linux only.
    @Test
    void endsWithinTwoSecondsOfTheEndOfStandardInputInsideANativeCall() throws IOException, InterruptedException {
        var options = SmokeModel.options(folder);
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                LocalModelMain.class.getName()));
        command.addAll(LocalModelMain.arguments(
                options.weights(),
                options.library(),
                options.settings(),
                ProcessHandle.current().pid()));
        Process process = new ProcessBuilder(command)
                .redirectError(folder.resolve("err.log").toFile())
                .start();
        try {
            var frames = new FrameStream(process.getInputStream(), process.getOutputStream());
            while (!(frames.read() instanceof Frame.Loaded)) {
                assertThat(process.isAlive()).isTrue();
            }
            frames.write(new Frame.Write(1, 600_000, "s", "word ".repeat(1_900), "", 100));
            assertThat(frames.read()).isInstanceOf(Frame.Beat.class);
            long closed = System.nanoTime();
            process.getOutputStream().close();
            assertThat(process.waitFor(Duration.ofSeconds(5))).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - closed)).isLessThan(Duration.ofSeconds(2));
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
