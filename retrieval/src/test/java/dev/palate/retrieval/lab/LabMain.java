package dev.palate.retrieval.lab;

import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.evaluation.Split;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/// A lab in a process of its own, to be killed: `LabMain SPLIT FOLDER`. Says how far it is.
final class LabMain {
    static final Lab.Request REQUEST = request(
            List.of("full", "narrow", "int8+5%", "pq", "qr", "hot+hash", "amtl", "amtl-log-rule"), List.of(4.0), 1);
    private static final String HEADER = "user_id\titem_id\trating\ttimestamp\n";

    private LabMain() {}

    static Lab.Request request(List<String> tables, List<Double> ratios, int threads) {
        return new Lab.Request(
                TableKind.of(tables),
                ratios,
                List.of(1L, 2L),
                new PairwiseSettings(16, 6, 0.05, 0.003, 16),
                threads,
                Duration.ZERO);
    }

    /// Users of three tastes with some noise; some items are far more frequent than others.
    static void writeSplit(Path folder) throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        StringBuilder train = new StringBuilder(HEADER);
        StringBuilder valid = new StringBuilder(HEADER);
        StringBuilder test = new StringBuilder(HEADER);
        for (int user = 0; user < 150; user++) {
            for (int step = 0; step < 22; step++) {
                int taste = random.nextInt(5) == 0 ? random.nextInt(3) : user % 3;
                int item = 3 * Math.min(random.nextInt(60), random.nextInt(60)) + taste;
                (step < 20 ? train : step < 21 ? valid : test).append("u%d\ti%d\t4\t%d\n".formatted(user, item, step));
            }
        }
        Files.writeString(folder.resolve("train.tsv"), train);
        Files.writeString(folder.resolve("valid.tsv"), valid);
        Files.writeString(folder.resolve("test.tsv"), test);
    }

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Lab.run(
                LabTask.Cut.FILES.task(Split.read(Path.of(arguments[0])), "test"),
                REQUEST,
                Path.of(arguments[1]),
                (phase, done, total) -> out.println(phase));
    }
}
