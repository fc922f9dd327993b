package dev.palate.memory.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.dataset.DatasetImport.Phase;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// An import that was interrupted goes on where it stopped, and comes to what an uninterrupted one comes to.
class ImportResumeTest {
    private static final int ITEMS = 9_000;
    private static final int INTERACTIONS = 20_000;
    private static final int MEMORIES = 800;
    private static final int USERS = 100;
    private static final int BATCH = 4_096;

    private static @Nullable List<String> whole;

    @TempDir
    Path folder;

    private Path set;
    private final List<String> words = new ArrayList<>();

    @BeforeEach
    void write() throws IOException {
        set = Files.createDirectory(folder.resolve("set"));
        var random = new SplittableRandom(20_260_401L);
        StringBuilder items = new StringBuilder();
        for (int i = 0; i < ITEMS; i++) {
            items.append("{\"item_id\":\"i%d\",\"title\":\"Item %d\",\"year\":%d,\"tags\":[\"t%d\"]}%n"
                    .formatted(i, i, 1950 + i % 70, i % 17));
        }
        StringBuilder interactions = new StringBuilder();
        for (int i = 0; i < INTERACTIONS; i++) {
            interactions.append("{\"user_id\":\"u%d\",\"item_id\":\"i%d\",\"rating\":%d,\"timestamp\":%d}%n"
                    .formatted(random.nextInt(USERS), random.nextInt(ITEMS), 1 + random.nextInt(5), 1_000_000 + i));
        }
        StringBuilder memories = new StringBuilder();
        for (int i = 0; i < MEMORIES; i++) {
            memories.append("{\"user_id\":\"u%d\",\"text\":\"Remembers the number %d\",\"id\":\"m%d\"}%n"
                    .formatted(i % USERS, i, i));
        }
        Files.writeString(set.resolve("items.jsonl"), items);
        Files.writeString(set.resolve("interactions.jsonl"), interactions);
        Files.writeString(set.resolve("memories.jsonl"), memories);
    }

    private DatasetImport.Result run(Path directory, boolean restart) {
        try (ImportFixture store = ImportFixture.open(directory)) {
            store.truth().jobs().failAbandoned();
            return new DatasetImport(store.target(MemoryMeaning.NONE), Clock.systemUTC(), 0)
                    .run(
                            new JsonLinesReader(set),
                            new DatasetImport.Progress() {
                                @Override
                                public void at(Phase phase, long done, long total) {}

                                @Override
                                public void begins(String text) {
                                    words.add(text);
                                }
                            },
                            restart);
        }
    }

    private Optional<ImportPosition> position(Path directory) {
        try (ImportFixture store = ImportFixture.open(directory)) {
            return store.truth().importPositions().of(Fingerprint.source(new JsonLinesReader(set)));
        }
    }

    private static List<String> content(Path directory) {
        List<String> rows = new ArrayList<>();
        try (ImportFixture store = ImportFixture.open(directory)) {
            store.truth().catalog().scan(item -> rows.add(item.toString()));
            store.truth()
                    .interactions()
                    .scan(interaction -> rows.add(interaction.id() + " " + interaction.user() + " " + interaction.item()
                            + " " + interaction.feedback() + " " + interaction.at()));
            for (int i = 0; i < USERS; i++) {
                var filter = new MemoryFilter(
                        dev.palate.memory.memory.Subject.of("user", "u" + i), Set.of(), Set.of(), null);
                store.truth().memories().page(filter, null, 100).items().stream()
                        .map(ImportResumeTest::row)
                        .sorted()
                        .forEach(rows::add);
            }
        }
        return rows;
    }

    private static String row(Memory memory) {
        return memory.id() + " " + memory.text() + " " + memory.status() + " " + memory.revision();
    }

    /// Runs the import in a process of its own and kills it once it has said so much of a phase.
    private void kill(Path directory, Phase phase, long done) throws Exception {
        Process victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ImportVictim.class.getName(),
                        directory.toString(),
                        set.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
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
            for (String line = pipe.readLine(); line != null; line = pipe.readLine()) {
                String[] parts = line.split(" ", -1);
                if (parts[0].equals(phase.name()) && Long.parseLong(parts[1]) >= done) {
                    break;
                }
            }
            victim.toHandle().destroyForcibly();
        } finally {
            victim.destroyForcibly();
            assertThat(victim.waitFor(30, TimeUnit.SECONDS)).isTrue();
            guard.interrupt();
        }
        assertThat(victim.exitValue()).as("killed, not ended by itself").isEqualTo(128 + 9);
    }

    /// What an import that nothing interrupts comes to; the same for all, so it is made once.
    private List<String> whole() {
        List<String> made = whole;
        if (made == null) {
            Path directory = folder.resolve("whole");
            assertThat(run(directory, false).resumed()).isZero();
            made = content(directory);
            whole = made;
        }
        return made;
    }

    @ParameterizedTest
    @EnumSource(names = {"ITEMS", "INTERACTIONS", "MEMORIES"})
    void aKilledImportGoesOnWhereItStopped(Phase phase) throws Exception {
        Path killed = folder.resolve("killed");
        kill(killed, phase, 1);
        ImportPosition position = position(killed).orElseThrow();
        assertThat(position.phase()).isGreaterThanOrEqualTo(phase);
        assertThat(position.rows()).isPositive();

        DatasetImport.Result second = run(killed, false);
        long before = switch (position.phase()) {
            case ITEMS, CHECK, USERS -> position.rows();
            case INTERACTIONS -> ITEMS + position.rows();
            case MEMORIES -> ITEMS + INTERACTIONS + position.rows();
        };
        assertThat(second.resumed()).isEqualTo(before);
        assertThat(words).singleElement().asString().startsWith("going on where an earlier import stopped: ");
        assertThat(DatasetImport.summary(second)).contains("had been written before the interruption");
        assertThat(second.items().rows()).isEqualTo(ITEMS);
        assertThat(second.memories().rows()).isEqualTo(MEMORIES);
        // At most the batch that was under way is looked at twice.
        assertThat(second.items().changed() + second.interactions().changed())
                .isBetween(
                        Math.max(0, ITEMS + INTERACTIONS - before - BATCH), Math.max(0, ITEMS + INTERACTIONS - before));
        assertThat(position(killed)).as("done").isEmpty();

        assertThat(content(killed)).isEqualTo(whole());
        assertThat(run(killed, false).changedNothing()).isTrue();
    }

    @Test
    void anImportThatFailsMidwayLeavesItsPositionAndAChangedSourceBeginsAnew() throws Exception {
        Path directory = folder.resolve("data");
        stop(directory);
        ImportPosition position = position(directory).orElseThrow();
        assertThat(position.phase()).isEqualTo(Phase.INTERACTIONS);

        Files.writeString(
                set.resolve("items.jsonl"),
                Files.readString(set.resolve("items.jsonl")).replace("\"Item 7\"", "\"Item VII\""));
        DatasetImport.Result changed = run(directory, false);
        assertThat(words).singleElement().asString().contains("have changed since; beginning anew");
        assertThat(changed.resumed()).isZero();
        assertThat(changed.items().changed()).as("one title").isEqualTo(1);
        assertThat(changed.memories().changed()).isEqualTo(MEMORIES);
    }

    @Test
    void restartBeginsAnew() {
        Path directory = folder.resolve("data");
        stop(directory);
        DatasetImport.Result again = run(directory, true);
        assertThat(words).singleElement().asString().endsWith("beginning anew, as asked");
        assertThat(again.resumed()).isZero();
        assertThat(again.items().changed()).isZero();
        assertThat(again.interactions().changed()).isBetween(1L, (long) INTERACTIONS);
    }

    /// An import that is cancelled after the first batch of interactions.
    private void stop(Path directory) {
        try (ImportFixture store = ImportFixture.open(directory)) {
            var dataset = new DatasetImport(store.target(MemoryMeaning.NONE), Clock.systemUTC(), 0);
            assertThatThrownBy(() -> dataset.run(new JsonLinesReader(set), (phase, done, total) -> {
                        if (phase == Phase.INTERACTIONS && done > 0) {
                            throw new MemoryException(MemoryException.Code.DEADLINE, "cancelled");
                        }
                    }))
                    .hasMessage("cancelled");
        }
    }
}
