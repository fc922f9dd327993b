package dev.palate.retrieval.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.evaluation.Split;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabTest {
    @TempDir
    Path folder;

    private Path split;
    private LabTask task;

    @BeforeEach
    void writeSplit() throws IOException {
        split = Files.createDirectory(folder.resolve("split"));
        LabMain.writeSplit(split);
        task = LabTask.Cut.FILES.task(Split.read(split), "test");
    }

    @Test
    void everyTableIsMeasuredAtEverySizeOrSaidToBeOutOfReach() throws IOException {
        Lab.Request all = LabMain.request(List.of("all"), List.of(2.0, 16.0), 2);
        Path place = folder.resolve("all");
        LabReport report = Lab.run(task, all, place, Progress.NONE);
        for (TableKind table : TableKind.values()) {
            for (double ratio : table.ofOneSize() ? List.of(0.0) : all.ratios()) {
                long rows = report.rows().stream()
                        .filter(row -> row.table() == table && row.ratio() == ratio)
                        .count();
                long refused = report.unreachable().stream()
                        .filter(one -> one.table() == table && one.ratio() == ratio)
                        .count();
                assertThat(rows + refused).as("%s at %s", table, ratio).isEqualTo(1);
            }
        }
        // A value for each item is a sixteenth of the bytes, which leaves none for what rows share; ten rows are too
        // few for two digits.
        assertThat(report.unreachable())
                .extracting(LabReport.Unreachable::table)
                .contains(TableKind.MEM_COM, TableKind.MEM_COM_BIASED, TableKind.AMTL, TableKind.QR, TableKind.CRT)
                .doesNotContain(TableKind.NARROW, TableKind.HASH, TableKind.ROBE, TableKind.PQ);
        long full = 4L * itemCount() * 16;
        for (LabReport.Row row : report.rows()) {
            assertThat(row.cells()).hasSize(2);
            for (Cell cell : row.cells()) {
                assertThat(cell.bytes()).isEqualTo(cell.spec().bytes());
                assertThat(cell.diskBytes())
                        .isEqualTo(Files.size(
                                place.resolve("tables").resolve(cell.key().file() + ".table")));
                assertThat(cell.metrics().get("Recall@20")).isBetween(0.0, 1.0);
                assertThat(cell.uniform().p50()).isBetween(0.5, cell.uniform().p99());
                if (row.ratio() > 0 && cell.fits()) {
                    assertThat(cell.bytes()).as(row.name()).isLessThanOrEqualTo((long) (full / row.ratio()));
                }
            }
        }
        LabReport.Row reference = report.rows().getFirst();
        assertThat(reference.table()).isEqualTo(TableKind.FULL);
        assertThat(reference.ofFull()).isEqualTo(new LabReport.Spread(1, 0));
        assertThat(reference.cells().getFirst().bytes()).isEqualTo(full);
        // It has learnt the three tastes: by chance 20 of 180 items hold one in nine.
        assertThat(reference.metric("Recall@20").mean()).isGreaterThan(0.25);
        assertThat(report.comparisons())
                .anyMatch(pair -> pair.first().name().equals("pq 2x")
                        && pair.second().name().equals("narrow 2x")
                        && pair.seeds().size() == 2);
        // No checkpoint is left but the full models, which more tables can be made of.
        try (Stream<Path> left = Files.list(place.resolve("training"))) {
            assertThat(left.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder("full-seed1.state", "full-seed2.state");
        }
        assertThat(LabPage.of(report, Map.of("command", "./palate lab <x>")))
                .contains("<svg ", "./palate lab &lt;x&gt;", "mem-com-biased", "Out of reach")
                .doesNotContain("<script", "http://", "https://", "NaN", "Infinity");
    }

    private int itemCount() {
        return ((LabTask.Lists) task).task().items().size();
    }

    /// The process is killed as soon as it has said so many lines: in the first training, between cells and in
    /// later ones.
    @ParameterizedTest
    @ValueSource(ints = {1, 9, 17, 26})
    void aKilledLabGoesOnToTheSameTables(int said) throws IOException, InterruptedException {
        Path killed = folder.resolve("killed");
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LabMain.class.getName(),
                        split.toString(),
                        killed.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        int heard = 0;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            while (heard < said && out.readLine() != null) {
                heard++;
            }
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(process.exitValue()).as("killed, not ended").isNotZero();
        LabReport resumed = Lab.run(task, LabMain.REQUEST, killed, Progress.NONE);
        LabReport whole = Lab.run(task, LabMain.REQUEST, folder.resolve("whole"), Progress.NONE);
        assertThat(outcomes(resumed)).isEqualTo(outcomes(whole));
        assertThat(tables(killed)).isEqualTo(tables(folder.resolve("whole")));
    }

    @Test
    void neitherThreadsNorBeingStoppedChangeAnything() throws IOException {
        Path place = folder.resolve("stopped");
        Lab.Request request = LabMain.request(List.of("full", "hash", "pq-frozen"), List.of(4.0), 2);
        AtomicInteger told = new AtomicInteger();
        assertThatThrownBy(() -> Lab.run(task, request, place, (phase, done, total) -> {
                    if (told.incrementAndGet() == 3) {
                        throw new CancellationException("stopped");
                    }
                }))
                .isInstanceOf(CancellationException.class);
        List<String> phases = new ArrayList<>();
        LabReport resumed = Lab.run(task, request, place, (phase, done, total) -> {
            synchronized (phases) {
                phases.add(phase);
                assertThat(done).isBetween(0, total);
            }
        });
        LabReport whole = Lab.run(
                task,
                LabMain.request(List.of("full", "hash", "pq-frozen"), List.of(4.0), 1),
                folder.resolve("one"),
                Progress.NONE);
        assertThat(outcomes(resumed)).isEqualTo(outcomes(whole));
        assertThat(tables(place)).isEqualTo(tables(folder.resolve("one")));
        assertThat(phases).anyMatch(phase -> phase.startsWith("5 of 6 cells, ") && phase.endsWith(" left"));
        assertThat(phases.getLast()).startsWith("6 of 6 cells, ").endsWith(" 100 %");
    }

    @Test
    void moreTablesAreAddedToWhatIsThereAndOtherSettingsRefused() throws IOException {
        Path place = folder.resolve("more");
        Lab.run(task, LabMain.request(List.of("hash"), List.of(4.0), 1), place, Progress.NONE);
        List<String> before = Files.readAllLines(place.resolve("journal.jsonl"));
        assertThat(before).hasSize(1 + 2 * 2);
        LabReport report =
                Lab.run(task, LabMain.request(List.of("hash", "narrow"), List.of(4.0, 8.0), 1), place, Progress.NONE);
        assertThat(Files.readAllLines(place.resolve("journal.jsonl")))
                .hasSize(1 + 2 * 5)
                .startsWith(before.toArray(String[]::new));
        assertThat(report.rows())
                .extracting(LabReport.Row::name)
                .containsExactly("full", "narrow 4x", "hash 4x", "narrow 8x", "hash 8x");
        Lab.Request other = new Lab.Request(
                TableKind.of(List.of("hash")),
                List.of(4.0),
                List.of(1L),
                new PairwiseSettings(32, 6, 0.05, 0.003, 16),
                1,
                Duration.ZERO);
        assertThatThrownBy(() -> Lab.run(task, other, place, Progress.NONE))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_INPUT))
                .hasMessageContaining("is of other work")
                .hasMessageContaining("\"dimension\":16")
                .hasMessageContaining("or another --out");
    }

    /// Budgets that come out as the same bytes are one adaptive table, and one that follows it.
    @Test
    void nearlyEqualBudgetsAreOneTable() {
        Lab.Request request = LabMain.request(List.of("amtl", "amtl-log-rule", "narrow"), List.of(4.1, 4.1001), 2);
        Path place = folder.resolve("near");
        LabReport report = Lab.run(task, request, place, Progress.NONE);
        for (String kind : List.of("amtl", "amtl-log-rule", "narrow")) {
            List<LabReport.Row> rows = report.rows().stream()
                    .filter(row -> row.table().key().equals(kind))
                    .toList();
            assertThat(rows).extracting(LabReport.Row::ratio).containsExactly(4.1, 4.1001);
            assertThat(rows.getLast().cells()).isEqualTo(rows.getFirst().cells());
        }
        assertThat(Lab.run(task, request, place, Progress.NONE)).isEqualTo(report);
    }

    /// What three cells are made of is damaged, or lost, after its own cell was finished: it is trained again once, to
    /// the same tables.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDamagedStateOfTheFullTableIsTrainedOnceMore(boolean damaged) throws IOException {
        List<String> made = List.of("int8-after", "int4-after", "pq-frozen");
        Path place = folder.resolve("damaged");
        Lab.Request full = new Lab.Request(
                TableKind.of(List.of("full")), List.of(4.0), List.of(1L), LabMain.REQUEST.settings(), 3, Duration.ZERO);
        Lab.run(task, full, place, Progress.NONE);
        Path state = place.resolve("training").resolve("full-seed1.state");
        byte[] bytes = Files.readAllBytes(state);
        if (damaged) {
            byte[] other = bytes.clone();
            other[bytes.length / 2] ^= 1;
            Files.write(state, other);
        } else {
            Files.delete(state);
        }
        Lab.Request more = new Lab.Request(
                TableKind.of(made), full.ratios(), full.seeds(), full.settings(), full.threads(), full.every());
        AtomicInteger trained = new AtomicInteger();
        LabReport found = Lab.run(task, more, place, (phase, done, total) -> {
            // A training of the full table ends with one word that says 100 %, and so does each of the three cells.
            if (phase.contains(" 100 %")) {
                trained.incrementAndGet();
            }
        });
        assertThat(outcomes(found)).isEqualTo(outcomes(Lab.run(task, more, folder.resolve("whole"), Progress.NONE)));
        // The full table's cell of before, one training, three cells.
        assertThat(trained.get()).isEqualTo(1 + 1 + 3);
    }

    /// Everything but times.
    private static List<String> outcomes(LabReport report) {
        return report.rows().stream()
                .flatMap(row -> row.cells().stream()
                        .map(cell -> row.name() + " " + cell.key() + " " + cell.spec() + " " + cell.bytes() + " "
                                + cell.diskBytes() + " " + cell.metrics() + " " + cell.remark() + " " + row.ofFull()))
                .toList();
    }

    private static Map<String, List<Byte>> tables(Path place) throws IOException {
        Map<String, List<Byte>> tables = new TreeMap<>();
        try (Stream<Path> files = Files.list(place.resolve("tables"))) {
            for (Path file : files.toList()) {
                List<Byte> bytes = new ArrayList<>();
                for (byte one : Files.readAllBytes(file)) {
                    bytes.add(one);
                }
                tables.put(String.valueOf(file.getFileName()), bytes);
            }
        }
        assertThat(tables).isNotEmpty();
        return tables;
    }
}
