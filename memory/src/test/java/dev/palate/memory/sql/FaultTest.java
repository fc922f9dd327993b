package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.Page;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.memory.MemoryId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a writing process at random moments and looks for every write it had acknowledged.
///
/// What was acknowledged is known outside the victim: it is what came through the pipe in whole lines.
class FaultTest {
    private static final long SEED = Long.getLong("test.seed", 20260101L);

    @TempDir
    Path folder;

    /// What the victims acknowledged: interactions, and the highest number of each memory, item and conversation.
    private final Set<String> interactions = new HashSet<>();

    private final Map<String, Map<String, Long>> highest =
            Map.of("m", new HashMap<>(), "t", new HashMap<>(), "c", new HashMap<>());

    @Test
    void threeKillsLoseNothingAcknowledged() throws Exception {
        killAndLook(3);
    }

    @Test
    @Tag("long")
    void fiftyKillsLoseNothingAcknowledged() throws Exception {
        killAndLook(50);
    }

    private void killAndLook(int kills) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < kills; round++) {
            killOne(round, 1 + random.nextInt(400), random.nextInt(20_000_000));
            lookForAll("seed " + SEED + ", round " + round);
        }
    }

    /// Starts a victim and kills it some nanoseconds after it has acknowledged so many lines.
    private void killOne(int round, int lines, int nanos) throws Exception {
        Process victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FaultWriterMain.class.getName(),
                        folder.resolve("data").toString(),
                        Integer.toString(round),
                        Long.toString(SEED + round))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        // An answer that never comes must not hang the test.
        Thread guard = Thread.ofVirtual().start(() -> {
            try {
                if (!victim.waitFor(120, TimeUnit.SECONDS)) {
                    victim.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try (BufferedReader pipe =
                new BufferedReader(new InputStreamReader(victim.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(pipe.readLine()).isEqualTo("ready");
            for (int i = 0; i < lines; i++) {
                note(pipe.readLine());
            }
            long end = System.nanoTime() + nanos;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            // By its handle: Process.destroyForcibly would close the pipe with acknowledgements still in it.
            assertThat(victim.toHandle().destroyForcibly()).isTrue();
            noteTheRest(pipe);
        } finally {
            victim.destroyForcibly();
            assertThat(victim.waitFor(30, TimeUnit.SECONDS)).isTrue();
            guard.interrupt();
        }
        assertThat(victim.exitValue()).as("killed, not ended by itself").isEqualTo(128 + 9);
    }

    private Map<String, Long> highest(String kind) {
        return Objects.requireNonNull(highest.get(kind), kind);
    }

    private void note(@Nullable String line) {
        assertThat(line).as("the victim ended before it was killed").isNotNull();
        String[] parts = String.valueOf(line).split(" ", -1);
        if (parts[0].equals("i")) {
            interactions.add(parts[1]);
        } else {
            highest(parts[0]).merge(parts[1], Long.parseLong(parts[2]), Math::max);
        }
    }

    /// What was in the pipe when the victim died; the last line counts only when it is whole.
    private void noteTheRest(BufferedReader pipe) throws IOException {
        StringBuilder rest = new StringBuilder();
        for (int c = pipe.read(); c >= 0; c = pipe.read()) {
            rest.append((char) c);
            if (c == '\n') {
                note(rest.toString().strip());
                rest.setLength(0);
            }
        }
    }

    private void lookForAll(String when) {
        try (DataDirectory directory = DataDirectory.open(folder.resolve("data"));
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC())) {
            lookForInteractions(truth, when);
            highest("m")
                    .forEach((id, revision) -> assertThat(truth.memories().history(new MemoryId(id)).stream()
                                    .map(entry -> entry.state().revision())
                                    .toList())
                            .as("revisions of memory %s, %s", id, when)
                            .startsWith(upTo(revision)));
            highest("t")
                    .forEach((id, revision) -> assertThat(truth.catalog()
                                    .item(new ItemId(id))
                                    .orElseThrow()
                                    .revision())
                            .as("item %s, %s", id, when)
                            .isGreaterThanOrEqualTo(revision));
            highest("c")
                    .forEach((id, sequence) -> assertThat(sequences(truth, new ConversationId(id)))
                            .as("messages of %s, %s", id, when)
                            .startsWith(upTo(sequence)));
            lookAtChanges(truth, when);
        }
    }

    private void lookForInteractions(SqlTruth truth, String when) {
        List<String> found = new ArrayList<>();
        truth.interactions()
                .scan((Interaction interaction) -> found.add(interaction.id().value()));
        assertThat(found).as("each once, %s", when).doesNotHaveDuplicates();
        assertThat(new HashSet<>(found)).as("acknowledged, %s", when).containsAll(interactions);
        assertThat(truth.outbox().count()).as("a note for each, %s", when).isGreaterThanOrEqualTo(found.size());
    }

    private static Long[] upTo(long last) {
        Long[] numbers = new Long[(int) last];
        for (int i = 0; i < last; i++) {
            numbers[i] = i + 1L;
        }
        return numbers;
    }

    private static List<Long> sequences(SqlTruth truth, ConversationId conversation) {
        List<Long> sequences = new ArrayList<>();
        @Nullable String cursor = null;
        do {
            Page<Message> page = truth.conversations().messages(conversation, cursor, Page.MAX_LIMIT);
            page.items().forEach(message -> sequences.add(message.sequence()));
            cursor = page.nextCursor();
        } while (cursor != null);
        return sequences;
    }

    /// The feed has every number once up to the newest, so nothing committed is missing from it.
    private static void lookAtChanges(SqlTruth truth, String when) {
        long expected = 1;
        List<Change> changes = truth.changes().after(ChangeNumber.NONE, 10_000);
        while (!changes.isEmpty()) {
            for (Change change : changes) {
                assertThat(change.number().value()).as(when).isEqualTo(expected++);
            }
            changes = truth.changes().after(changes.getLast().number(), 10_000);
        }
        assertThat(truth.changes().latest().value()).as(when).isEqualTo(expected - 1);
    }
}
