package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.table.PairwiseTraining.Checkpoints;
import dev.palate.retrieval.embedding.table.PairwiseTraining.Options;
import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import dev.palate.retrieval.factor.Histories;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/// A training in a process of its own, to be killed: `PairwiseTrainingMain NUMBER FILE`. Says how many
/// thousands of triples are done.
final class PairwiseTrainingMain {
    static final Options OPTIONS = new Options(40, 0.05, 0.003, 16, 1);
    static final long SEED = 17;
    private static final int USERS = 400;
    private static final int ITEMS = 300;
    private static final int DIMENSION = 24;

    private PairwiseTrainingMain() {}

    static List<TableSpec> specs() {
        return List.of(
                new TableSpec.Full(ITEMS, DIMENSION, 3),
                TableSpec.Quantised.caching(ITEMS, DIMENSION, 8, 0.1, 3),
                new TableSpec.HotCold(
                        20,
                        new TableSpec.Full(20, DIMENSION, 3),
                        TableSpec.MixedRadix.quotientRemainder(ITEMS - 20, DIMENSION, 9, Combination.MULTIPLY, 3)),
                new TableSpec.Masked(ITEMS, DIMENSION, 8, 1, 0.05, 3));
    }

    static Histories histories() {
        SplittableRandom random = new SplittableRandom(5);
        Histories.Builder builder = new Histories.Builder(ITEMS);
        for (int user = 0; user < USERS; user++) {
            for (int event = 0; event < 25; event++) {
                builder.add(user, Math.min(random.nextInt(ITEMS), random.nextInt(ITEMS)), event);
            }
        }
        return builder.withUserCount(USERS).build();
    }

    static PairwiseModel fresh(int number) {
        int[] byRow = histories().itemCounts();
        int[] ids = PairwiseModel.byFrequency(byRow);
        int[] counts = new int[ITEMS];
        for (int row = 0; row < ITEMS; row++) {
            counts[ids[row]] = byRow[row];
        }
        return PairwiseModel.create(
                EmbeddingTables.create(new TableSpec.Full(USERS, DIMENSION, 4)),
                EmbeddingTables.create(specs().get(number), counts),
                ids);
    }

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PairwiseTraining.run(
                fresh(Integer.parseInt(arguments[0])),
                histories(),
                OPTIONS,
                SEED,
                new Checkpoints(Path.of(arguments[1]), Duration.ZERO),
                (phase, done, total) -> out.println(phase + " " + done));
    }
}
