package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.MemoryException;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.ChangeNumber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A disk that is really full: a file system of a few mebibytes in a mount namespace of the child process.
@Timeout(180)
class FullDiskTest {
    @TempDir
    Path folder;

    @Test
    void writesAreRefusedReadsGoOnAndRoomMakesItWellAgain() throws Exception {
        List<String> inside = List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c");
        String mount = "mount -t tmpfs -o size=24m tmpfs \"$0\"";
        Assumptions.assumeTrue(
                run(inside, mount, List.of(folder.toString())).status == 0,
                "no file system can be mounted here (unshare and mount in a user namespace)");
        Ran ran = run(
                inside,
                mount + " && exec \"$@\"",
                List.of(
                        folder.toString(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        folder.toString()));
        assertThat(ran.said)
                .contains("refused 6 of 6 writers: STORAGE the disk is full (SQLITE_FULL); nothing of this"
                        + " write was kept, free space and try again");
        assertThat(ran.said).contains("all acknowledged are read while it is full");
        assertThat(ran.said).contains("written again after room was made");
        assertThat(ran.said).contains("each acknowledged write is there after reopening");
        assertThat(ran.status).as(ran.said).isZero();
    }

    /// What a child process did.
    private record Ran(int status, String said) {}

    private static Ran run(List<String> inside, String script, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(inside);
        command.add(script);
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            return new Ran(process.exitValue(), said);
        } catch (IOException e) {
            return new Ran(-1, String.valueOf(e.getMessage()));
        }
    }

    /// Fills the disk, reads, makes room, writes, opens again; says what held and ends with 0 when all did.
    static final class Victim {
        private static final int WRITERS = 6;

        private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private final Map<String, Integer> failures = new ConcurrentHashMap<>();

        public static void main(String[] arguments) throws Exception {
            new Victim().live(Path.of(arguments[0]));
        }

        private void live(Path disk) throws Exception {
            Path filler = disk.resolve("filler");
            // More than the data: what stands in the log must fit into the file before the log can be begun anew.
            Files.write(filler, new byte[14 << 20]);
            try (DataDirectory directory = DataDirectory.open(disk.resolve("data"))) {
                try (SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC())) {
                    fill(truth);
                    failures.forEach((message, count) ->
                            System.out.println("refused " + count + " of " + WRITERS + " writers: " + message));
                    check(sound(truth), "all acknowledged are read while it is full");
                    Files.delete(filler);
                    check(writesAgain(truth), "written again after room was made");
                }
                try (SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC())) {
                    check(sound(truth), "each acknowledged write is there after reopening");
                }
            }
        }

        private void fill(SqlTruth truth) throws Exception {
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> writers = new ArrayList<>();
                for (int w = 0; w < WRITERS; w++) {
                    int writer = w;
                    writers.add(executor.submit(() -> fill(truth, writer)));
                }
                for (Future<?> writer : writers) {
                    writer.get(100, TimeUnit.SECONDS);
                }
            }
        }

        private void fill(SqlTruth truth, int writer) {
            try {
                for (int i = 0; i < 10_000; i++) {
                    write(truth, writer + "-" + i);
                }
            } catch (MemoryException e) {
                failures.merge(e.code() + " " + e.getMessage(), 1, Integer::sum);
            }
        }

        private boolean writesAgain(SqlTruth truth) {
            for (int i = 0; i < 50; i++) {
                write(truth, "again" + i);
            }
            return sound(truth);
        }

        private void write(SqlTruth truth, String id) {
            Item small = TruthContract.item(id, "Film");
            truth.catalog()
                    .put(new Item(
                            small.id(),
                            small.title(),
                            small.year(),
                            small.categories(),
                            small.tags(),
                            "x".repeat(20_000),
                            small.attributes(),
                            false,
                            null,
                            null,
                            0));
            acknowledged.add(id);
        }

        /// Every acknowledged item once, nothing else, and a feed that says the same.
        private boolean sound(SqlTruth truth) {
            boolean all = acknowledged.stream()
                    .allMatch(id -> truth.catalog().item(new ItemId(id)).isPresent());
            return all
                    && truth.catalog().count() == acknowledged.size()
                    && truth.changes().after(ChangeNumber.NONE, 10_000).size() == acknowledged.size();
        }

        private static void check(boolean holds, String what) {
            if (!holds) {
                throw new IllegalStateException("not so: " + what);
            }
            System.out.println(what);
        }
    }
}
