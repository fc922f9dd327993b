package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ModelCommandTest {
    @TempDir
    private Path cache;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        var command = new CommandLine(new ModelCommand(Map.of("PALATE_MODEL_CACHE", cache.toString(), "PATH", "")));
        return command.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void listsWhatIsKnownAndWhatIsHere() {
        assertThat(run("list")).isZero();
        assertThat(out.toString().lines())
                .hasSize(5)
                .anyMatch(line ->
                        line.matches("qwen2.5-coder-1.5b-instruct-q4_k_m +1117 MB  T2 +embedded default +not here"))
                .anyMatch(line -> line.equals("native library: not here"))
                .anyMatch(line -> line.equals("pytorch, to train sequence models: not here"));
    }

    @Test
    void withoutNpmAndPipThereIsOneLineThatSaysSo() {
        assertThat(run("pull")).isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("palate: the native library needs npm to be fetched and npm is not on the PATH: answers use"
                        + " templates (T0).");
    }

    @Test
    void unknownModelsAreNamedWithTheKnownOnes() {
        assertThat(run("pull", "gpt-9")).isEqualTo(1);
        assertThat(err.toString())
                .contains("no model is called 'gpt-9'; known are [qwen2.5-coder-1.5b-instruct-q4_k_m,");
    }

    @Test
    void verifyFindsDamagedWeights() throws IOException {
        assertThat(run("verify")).isZero();
        Files.createDirectories(cache.resolve("models"));
        Files.writeString(
                cache.resolve("models/b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53.gguf"), "no");
        assertThat(run("verify")).isEqualTo(1);
        assertThat(out.toString()).contains("smollm2-135m-instruct-q4_1: DAMAGED: delete ");
        assertThat(run("verify", "qwen2.5-coder-0.5b-instruct-q4_k_m")).isEqualTo(1);
    }

    @Test
    void progressIsABarOnATerminalAndALineEveryFiveSecondsElsewhere() {
        var now = new AtomicLong();
        var plain = new ProgressLine(new PrintWriter(out, true), false, now::get);
        for (int i = 0; i <= 100; i++) {
            now.set(i * 100_000_000L);
            plain.bytes("part 1 of 2", i * 1_000_000L, 100_000_000L);
        }
        plain.end();
        assertThat(out.toString().lines())
                .containsExactly(
                        "  0 %  0 of 100 MB  0 s  part 1 of 2",
                        " 50 %  50 of 100 MB  5 s  part 1 of 2", "100 %  100 of 100 MB  10 s  part 1 of 2");
        var bar = new ProgressLine(new PrintWriter(err, true), true, now::get);
        bar.bytes("x", 50, 100);
        assertThat(err.toString()).startsWith("\r[###############...............]  50 %");
    }
}
