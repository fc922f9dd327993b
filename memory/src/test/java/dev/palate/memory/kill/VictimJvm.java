package dev.palate.memory.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;

/// How a [Victim] is started within half a second: from jars, because class data sharing knows no folders, with an
/// archive of the classes that a first run loaded.
final class VictimJvm {
    private static final long TRAINING_MILLIS = 5_000;

    private final String classPath;
    private final Path archive;

    private VictimJvm(String classPath, Path archive) {
        this.classPath = classPath;
        this.archive = archive;
    }

    /// Makes the jars and the archive in the folder.
    static VictimJvm in(Path folder) throws IOException, InterruptedException {
        List<String> parts = new ArrayList<>();
        for (String part : System.getProperty("java.class.path").split(System.getProperty("path.separator"), -1)) {
            if (part.isEmpty()) {
                // Only where the path ends in its separator.
                continue;
            }
            if (Files.isDirectory(Path.of(part))) {
                Path jar = folder.resolve("classes-" + parts.size() + ".jar");
                int status = ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(System.out, System.err, "--create", "--file", jar.toString(), "-C", part, ".");
                assertThat(status).as("jar of %s", part).isZero();
                parts.add(jar.toString());
            } else if (Files.exists(Path.of(part))) {
                parts.add(part);
            }
        }
        VictimJvm jvm =
                new VictimJvm(String.join(System.getProperty("path.separator"), parts), folder.resolve("victim.jsa"));
        jvm.train(folder);
        return jvm;
    }

    private void train(Path folder) throws IOException, InterruptedException {
        Path place = Files.createDirectories(folder.resolve("training"));
        Files.createDirectories(place.resolve("backups"));
        Process process = start(
                "-XX:ArchiveClassesAtExit=" + archive,
                new Life(
                        place.resolve("data"),
                        place.resolve("backups"),
                        0,
                        1,
                        0,
                        dev.palate.memory.index.VectorFormat.INT8,
                        null,
                        1,
                        0,
                        -1,
                        -1,
                        true,
                        0),
                place.resolve("victim.log"),
                ProcessBuilder.Redirect.to(place.resolve("said.log").toFile()));
        assertThat(process.waitFor(TRAINING_MILLIS, TimeUnit.MILLISECONDS))
                .as(Files.readString(place.resolve("victim.log")))
                .isFalse();
        // The archive is written by an end that is not a kill.
        process.toHandle().destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("training ends").isTrue();
        assertThat(archive).exists();
        KillCheck.delete(place);
    }

    /// Starts a victim whose lines come through the pipe.
    Process start(Life life, Path log) throws IOException {
        return start("-XX:SharedArchiveFile=" + archive, life, log, ProcessBuilder.Redirect.PIPE);
    }

    private Process start(String sharing, Life life, Path log, ProcessBuilder.Redirect output) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                // The machine's own remarks must not stand between the lines.
                "-Xlog:disable",
                sharing,
                "-cp",
                classPath,
                Victim.class.getName()));
        command.addAll(life.arguments());
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.to(log.toFile()))
                .redirectOutput(output)
                .start();
    }
}
