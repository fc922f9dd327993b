package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.retrieval.evaluation.ColdEvaluation.Row;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A world in which the text of an item says what it is, and louder what does not matter.
class ColdEvaluationTest {
    private static final int ITEMS = 260;
    private static final int TASTES = 5;

    static ColdTask task() {
        SplittableRandom random = new SplittableRandom(3);
        Set<String> cold = IntStream.range(0, ITEMS)
                .filter(item -> item % 7 == 0)
                .mapToObj(item -> "i" + item)
                .collect(Collectors.toSet());
        List<Split.Row> known = new ArrayList<>();
        List<Split.Row> wanted = new ArrayList<>();
        for (int user = 0; user < 160; user++) {
            Set<Integer> had = new HashSet<>();
            for (int at = 0; at < 24; at++) {
                int taste = random.nextInt(5) == 0 ? random.nextInt(TASTES) : user % TASTES;
                int item = taste + TASTES * random.nextInt(ITEMS / TASTES);
                if (had.add(item)) {
                    (cold.contains("i" + item) ? wanted : known).add(new Split.Row("u" + user, "i" + item, at));
                }
            }
        }
        return ColdTask.of("world", known, wanted, cold);
    }

    private static float[] encode(String text) {
        int item = Integer.parseInt(text.substring(1));
        SplittableRandom random = new SplittableRandom(item);
        float[] vector = new float[16];
        for (int j = 0; j < vector.length; j++) {
            double loudness = j < 10 ? 0.4 : 1.6;
            vector[j] = (float) (3 + loudness * random.nextGaussian() + (j == item % TASTES ? 1.2 : 0));
        }
        return vector;
    }

    static ColdTexts texts(ColdTask task) {
        Map<String, ItemFields> catalog = task.items().ids().stream()
                .collect(Collectors.toMap(id -> id, id -> new ItemFields(id, id, "", "", id, id)));
        return ColdTexts.encode(catalog, task.items(), ColdEvaluationTest::encode, (p, d, n) -> {});
    }

    private static ColdEvaluation evaluate() {
        ColdTask task = task();
        ColdTexts texts = texts(task);
        return ColdEvaluation.of(task, texts, 1, 1, (p, d, n) -> {}, line -> {});
    }

    @Test
    void ranksByMoreThanTheWordsAndIsTheSameEachTime() {
        ColdEvaluation evaluation = evaluate();
        Map<String, Row> rows = evaluation.rows().stream().collect(Collectors.toMap(Row::name, row -> row));
        assertThat(rows.keySet())
                .containsExactlyInAnyOrder(
                        "random",
                        "raw text",
                        "centred text",
                        "centred text, title",
                        "adapter",
                        "aligner",
                        "dynamic memory",
                        "blend");
        assertThat(recall(rows, "centred text")).isGreaterThan(recall(rows, "random") + 0.1);
        assertThat(recall(rows, "aligner")).isGreaterThan(recall(rows, "centred text"));
        // With users as plain means and items as their texts, the memory of a new item is the text, but for scale.
        assertThat(recall(rows, "dynamic memory")).isEqualTo(recall(rows, "centred text, title"), within(0.02));
        assertThat(recall(rows, "blend")).isGreaterThan(recall(rows, "centred text"));
        List<String> once = new ArrayList<>();
        List<String> twice = new ArrayList<>();
        evaluation.print(once::add);
        evaluate().print(twice::add);
        assertThat(twice).isEqualTo(once).hasSizeGreaterThan(12);
    }

    @Test
    void countsHitsForTheEventsSeenBefore() {
        List<LaunchSimulation.Row> launch = evaluate().launch();
        int arrivals = task().arrivals().size();
        for (LaunchSimulation.Row row : launch) {
            assertThat(IntStream.of(row.events()).sum()).isEqualTo(arrivals);
            assertThat(row.events()[0]).isEqualTo((int) task().arrivals().stream()
                    .map(ColdTask.Arrival::place)
                    .distinct()
                    .count());
        }
        assertThat(launch)
                .extracting(LaunchSimulation.Row::name)
                .containsExactly(
                        "text",
                        "aligner",
                        "dynamic memory",
                        "blend",
                        "popularity",
                        "fold-in",
                        "served fold-in",
                        "served fold-in, memory");
        assertThat(LaunchSimulation.bucket(0)).isZero();
        assertThat(List.of(1, 2, 3, 9, 10, 29, 30, 900))
                .extracting(LaunchSimulation::bucket)
                .containsExactly(1, 1, 2, 2, 3, 3, 4, 4);
    }

    private static double recall(Map<String, Row> rows, String name) {
        Row row = Objects.requireNonNull(rows.get(name), name);
        return ColdMetrics.mean(row.metrics().recall());
    }
}
