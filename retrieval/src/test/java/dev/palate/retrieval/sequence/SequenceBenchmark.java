package dev.palate.retrieval.sequence;

import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.factor.History;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Times the plain Java pass: `SequenceBenchmark [ITEMS...]`. Weights are random; times do not depend on them.
public final class SequenceBenchmark {
    private static final int EVENTS = 50;
    private static final int WARM_UP = 20_000;
    private static final int ROUNDS = 3_000;

    private SequenceBenchmark() {}

    /// Prints one row per kind of layer and number of items.
    public static void main(String[] arguments) {
        int[] sizes = arguments.length == 0
                ? new int[] {1_679, 16_856}
                : Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        System.out.println("| layer | items | hidden state min | p50 | p99 | and all scores p50 | and the best 20 p50"
                + " | one event appended p50 |");
        for (int items : sizes) {
            for (SequenceLayer layer :
                    List.of(new SequenceLayer.SelfAttention(256), new SequenceLayer.GatedAttention())) {
                run(new SequenceShape(layer, 64, 2, 2, EVENTS), items);
            }
        }
    }

    private static void run(SequenceShape shape, int items) {
        SequenceScorer scorer = new SequenceScorer(RandomSequences.model(shape, items, 1));
        List<History> histories = new ArrayList<>();
        for (int user = 0; user < 64; user++) {
            histories.add(RandomSequences.history(EVENTS, items, user));
        }
        float[] scores = new float[items];
        float sink = 0;
        for (int i = 0; i < WARM_UP; i++) {
            sink += scorer.hidden(histories.get(i % histories.size()))[0];
            if (i % 10 == 0) {
                scorer.score(histories.get(i % histories.size()), scores);
                sink += TopK.select(scores, 20)[0];
            }
        }
        long[] hidden = new long[ROUNDS];
        long[] scored = new long[ROUNDS];
        long[] best = new long[ROUNDS];
        long[] appended = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            History history = histories.get(i % histories.size());
            long start = System.nanoTime();
            sink += scorer.hidden(history)[0];
            hidden[i] = System.nanoTime() - start;
            start = System.nanoTime();
            scorer.score(history, scores);
            scored[i] = System.nanoTime() - start;
            sink += TopK.select(scores, 20)[0];
            best[i] = System.nanoTime() - start;
            History before =
                    new History(Arrays.copyOf(history.items(), EVENTS - 1), Arrays.copyOf(history.times(), EVENTS - 1));
            SequenceScorer.Session session = scorer.open(before);
            start = System.nanoTime();
            session.append(history.items()[EVENTS - 1], history.times()[EVENTS - 1]);
            appended[i] = System.nanoTime() - start;
            sink += session.hidden()[0];
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | %,d | %.0f µs | %.0f | %.0f | %.0f | %.0f | %.0f |%s%n",
                shape.layer() instanceof SequenceLayer.SelfAttention ? "sasrec" : "hstu",
                items,
                at(hidden, 0),
                at(hidden, 0.5),
                at(hidden, 0.99),
                at(scored, 0.5),
                at(best, 0.5),
                at(appended, 0.5),
                Float.isNaN(sink) ? " NaN" : "");
    }

    private static double at(long[] nanos, double share) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[(int) (share * (sorted.length - 1))] / 1e3;
    }
}
