package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Watches the system calls of a writing process: between two acknowledgements the log must have been synced.
///
/// Needs `strace`; without it the order is still shown by [GroupCommitTest] and the effect by [FaultTest].
class SyncTraceTest {
    private static final int WRITES = 5;

    @TempDir
    Path folder;

    @Test
    void theLogIsSyncedBeforeEachAcknowledgement() throws Exception {
        Path trace = folder.resolve("trace.txt");
        Assumptions.assumeTrue(works("strace", "-f", "true"), "strace is not here or may not trace");
        Process traced = new ProcessBuilder(
                        "strace",
                        "-f",
                        "-y",
                        "-e",
                        "trace=fsync,fdatasync,write",
                        "-o",
                        trace.toString(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        folder.resolve("data").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(traced.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(traced.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("acknowledged " + (WRITES - 1));
        assertThat(syncsBeforeEachAcknowledgement(Files.readAllLines(trace)))
                .hasSize(WRITES)
                .allMatch(syncs -> syncs >= 1);
    }

    private static boolean works(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// How many syncs of the log ended between each acknowledgement and the one before it.
    private static List<Integer> syncsBeforeEachAcknowledgement(List<String> calls) {
        List<Integer> counts = new java.util.ArrayList<>();
        Set<String> syncing = new HashSet<>();
        int syncs = 0;
        for (String call : calls) {
            String thread = call.substring(0, Math.max(0, call.indexOf(' ')));
            boolean ofLog = call.contains("sync(") && call.contains("truth.db-wal");
            if (ofLog && call.contains("unfinished")) {
                syncing.add(thread);
            } else if (ofLog || (call.contains("sync resumed") && syncing.remove(thread))) {
                syncs++;
            } else if (call.contains("write(") && call.contains("\"acknowledged ")) {
                counts.add(syncs);
                syncs = 0;
            }
        }
        return counts;
    }

    /// Writes a few interactions, one commit each, and says so after each.
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            try (DataDirectory directory = DataDirectory.open(Path.of(arguments[0]));
                    SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC())) {
                say("ready");
                for (int i = 0; i < WRITES; i++) {
                    truth.interactions()
                            .append(List.of(TruthContract.rated("x" + i, new UserId("u"), "i", 4, TruthContract.NOW)));
                    say("acknowledged " + i);
                }
            }
        }

        private static void say(String line) {
            System.out.print(line + "\n");
            System.out.flush();
        }
    }
}
