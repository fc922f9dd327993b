package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.TextAdapter;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.semantic.ContentProfile;
import dev.palate.retrieval.semantic.VectorTable;
import dev.palate.retrieval.training.ItemContents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// `evaluate --part cold` learns the adapter of texts as training does, and ranks the items that nobody had by it.
class AdaptedModelsTest {
    private static final int DIMENSION = 16;
    private static final int KNOWN = 600;
    private static final int ITEMS = 720;
    private static final int TASTES = 6;

    private final RankingTask task = task();
    private final VectorTable texts = texts();

    private static String id(int item) {
        return "i%03d".formatted(item);
    }

    private static RankingTask task() {
        SplittableRandom random = new SplittableRandom(4);
        List<Split.Row> train = new ArrayList<>();
        List<Split.Row> test = new ArrayList<>();
        for (int user = 0; user < 200; user++) {
            for (int at = 0; at < 20; at++) {
                int item = user % TASTES + TASTES * random.nextInt(KNOWN / TASTES);
                train.add(new Split.Row("u" + user, id(item), at));
            }
            for (int at = 0; at < 5; at++) {
                int item = KNOWN + user % TASTES + TASTES * random.nextInt((ITEMS - KNOWN) / TASTES);
                test.add(new Split.Row("u" + user, id(item), 100 + at));
            }
        }
        List<String> cold =
                IntStream.range(KNOWN, ITEMS).mapToObj(AdaptedModelsTest::id).toList();
        return new Split("world", train, List.of(), test, cold).coldTask();
    }

    /// By item row: each is of a taste that shows in its text faintly, under louder traits.
    private VectorTable texts() {
        SplittableRandom random = new SplittableRandom(5);
        float[] values = new float[task.items().size() * DIMENSION];
        for (int row = 0; row < task.items().size(); row++) {
            int item = Integer.parseInt(task.items().id(row).substring(1));
            for (int j = 0; j < DIMENSION; j++) {
                double loudness = j < TASTES ? 0.1 : 1;
                values[row * DIMENSION + j] =
                        (float) (loudness * random.nextGaussian() + (j == item % TASTES ? 0.7 : 0));
            }
        }
        return new VectorTable(DIMENSION, values).unit();
    }

    private Models models(boolean withTexts) {
        Map<Signal, Scorer> sources = Map.of(Signal.TEXT, ContentProfile.of(texts, ItemContents.DECAY));
        Models.Content content = Models.Content.of(sources);
        return new Models(task, ModelSettings.DEFAULT, withTexts ? content.with(texts) : content, Progress.NONE);
    }

    private double recall(Models models) {
        return Metrics.of(RankedLists.of(task, models.fit(new ModelName.Source(Signal.TEXT)), Progress.NONE))
                .mean("Recall@20");
    }

    @Test
    void itemsThatNobodyHadAreRankedByIt() {
        Models plain = models(false);
        Models adapted = models(true);
        assertThat(recall(adapted)).isGreaterThan(recall(plain) + 0.05);
        assertThat(plain.trained().adapter()).isEmpty();
        TextAdapter adapter = adapted.trained().adapter().orElseThrow();
        assertThat(adapter.trial().gains()).isTrue();
        assertThat(adapter.network()).isPresent();
    }
}
