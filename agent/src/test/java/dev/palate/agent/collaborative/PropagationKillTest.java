package dev.palate.agent.collaborative;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.TruthPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process that ends anywhere between an interaction and the position of the propagation leaves what the next one
/// makes the state of a run that nobody disturbed.
@Timeout(1_800)
class PropagationKillTest {
    @TempDir
    Path folder;

    @Test
    void fiveKillsLeaveTheStateOfAnUndisturbedRun() throws Exception {
        kills(5);
    }

    @Test
    @Tag("long")
    void twoHundredKillsLeaveTheStateOfAnUndisturbedRun() throws Exception {
        kills(200);
    }

    private void kills(int count) throws Exception {
        String undisturbed = undisturbed();
        long seed = Long.getLong("test.seed", 20_260_112L);
        SplittableRandom random = new SplittableRandom(seed);
        Path file = begun("killed0");
        int halted = 0;
        int run = 0;
        while (halted < count) {
            int exit = run(file, 1 + random.nextInt(180));
            if (exit == 0) {
                // It came to its end: a new one.
                assertThat(digest(file))
                        .as("after %s kills, seed %s", halted, seed)
                        .isEqualTo(undisturbed);
                file = begun("killed" + ++run);
            } else {
                assertThat(exit).isEqualTo(PropagationVictim.HALTED);
                halted++;
            }
        }
        assertThat(run(file, 0)).isZero();
        assertThat(digest(file)).as("seed %s", seed).isEqualTo(undisturbed);
    }

    private String undisturbed() throws Exception {
        Path file = begun("undisturbed");
        try (SqlTruth truth = open(file)) {
            for (var round : PropagationVictim.rounds()) {
                truth.interactions().append(round);
            }
            PropagationWorld.follow(truth);
            return truth.themes().digest();
        }
    }

    private static SqlTruth open(Path file) {
        return SqlTruth.open(new TruthPlace.File(file), Clock.systemUTC());
    }

    private Path begun(String name) throws Exception {
        Path file = folder.resolve(name + ".db");
        try (SqlTruth truth = open(file)) {
            PropagationWorld.films(truth);
            PropagationWorld.begin(truth);
        }
        return file;
    }

    private static String digest(Path file) {
        try (SqlTruth truth = open(file)) {
            return truth.themes().digest();
        }
    }

    private int run(Path file, int milestones) throws IOException, InterruptedException {
        Path log = folder.resolve("victim.log");
        Process victim = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PropagationVictim.class.getName(),
                        file.toString(),
                        Integer.toString(milestones)))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(victim.waitFor(120, TimeUnit.SECONDS))
                    .as("the victim ends: %s", Files.readString(log))
                    .isTrue();
            return victim.exitValue();
        } finally {
            victim.destroyForcibly();
        }
    }
}
