package dev.palate.retrieval.tuning;

import dev.palate.retrieval.evaluation.ModelName;
import dev.palate.retrieval.evaluation.Split;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A search in a process of its own, to be killed: `TuneMain SPLIT JOURNAL`. Says `start` before the first
/// trial and a line after each one.
final class TuneMain {
    static final Search SEARCH = new Search(ModelName.Alone.ALS, 9, 3, Search.Objective.NDCG, 5);

    private TuneMain() {}

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println("start");
        SuccessiveHalving.run(
                Split.readForTuning(Path.of(arguments[0])).validTask(),
                SEARCH,
                1,
                Path.of(arguments[1]),
                (phase, done, total) -> out.println(phase + " " + done));
    }
}
