package dev.palate.retrieval.lab;

import dev.palate.retrieval.embedding.network.ClickTraining;
import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.evaluation.ClickEvaluation;
import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.evaluation.RatingClicks;
import dev.palate.retrieval.evaluation.Split;
import java.util.Arrays;
import java.util.List;

/// What tables are measured on: lists of a split, or clicks that are predicted.
public sealed interface LabTask {
    /// For reports and the journal.
    String name();

    /// How many events there are to learn from.
    long events();

    /// What is measured, the first being what reports go by; higher is better.
    List<String> metrics();

    /// The tables that can be measured.
    default List<TableKind> tables() {
        return List.of(TableKind.values());
    }

    /// True where the first metric is one of users, so that two tables can be compared over the same.
    boolean paired();

    /// Every item ranked for every user who has something to find; users and an item bias stay as they are, the
    /// items' vectors are what is compressed.
    ///
    /// @param task what to learn from and what to find
    record Lists(RankingTask task) implements LabTask {
        /// What the plot and the comparisons go by.
        public static final String RECALL = "Recall@20";

        @Override
        public String name() {
            return task.name();
        }

        @Override
        public long events() {
            return task.known().eventCount();
        }

        @Override
        public List<String> metrics() {
            return List.of(RECALL, "NDCG@10", "TailRecall@20", "Recall@10");
        }

        @Override
        public boolean paired() {
            return true;
        }
    }

    /// Ratings as clicks, of which the last two of each user are predicted. Tables with learnt widths are not built for
    /// this.
    ///
    /// @param file where they are from
    /// @param settings of the training, the same for all; its number of threads is not looked at
    /// @param test false to choose settings by the part before the test
    record Clicks(String file, RatingClicks clicks, ClickEvaluation.Settings settings, boolean test)
            implements LabTask {
        /// What the plot goes by.
        public static final String AUC = "AUC";

        static final String VALID_AUC = "AUC of valid";

        /// A cell is trained by one thread.
        public Clicks {
            ClickTraining.Options training = settings.training();
            settings = new ClickEvaluation.Settings(
                    settings.dimension(),
                    settings.hidden(),
                    new ClickTraining.Options(
                            training.epochs(),
                            training.rate(),
                            training.layerRate(),
                            training.regularization(),
                            training.batch(),
                            1));
        }

        @Override
        public String name() {
            return file + " clicks " + (test ? "test" : "valid");
        }

        @Override
        public long events() {
            return clicks.train().clicked().length;
        }

        /// How many rows are predicted.
        public int held() {
            return (test ? clicks.test() : clicks.valid()).clicked().length;
        }

        @Override
        public List<String> metrics() {
            return test ? List.of(AUC, VALID_AUC) : List.of(AUC);
        }

        @Override
        public List<TableKind> tables() {
            return Arrays.stream(TableKind.values())
                    .filter(table -> table != TableKind.AMTL && table != TableKind.AMTL_LOG_RULE)
                    .toList();
        }

        @Override
        public boolean paired() {
            return false;
        }
    }

    /// How a split is cut.
    enum Cut {
        /// As its files say.
        FILES("loo"),
        /// The last fifth of each user's rows is to be found, whatever file they are in.
        TIME_80("time80");

        private final String key;

        Cut(String key) {
            this.key = key;
        }

        /// The name on the command line.
        public String key() {
            return key;
        }

        /// The cut of a name.
        ///
        /// @throws IllegalArgumentException when there is none
        public static Cut of(String key) {
            return Arrays.stream(values())
                    .filter(cut -> cut.key.equals(key))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "--cut must be loo (the split's own files) or time80 (the last fifth of each user's rows"
                                    + " by time), was " + key));
        }

        /// The task of a part.
        ///
        /// @param part `test`, or `valid` for choosing settings
        /// @throws IllegalArgumentException when there is no such part
        public Lists task(Split split, String part) {
            boolean test = part.equals("test");
            if (!test && !part.equals("valid")) {
                throw new IllegalArgumentException("--part must be test, or valid to choose settings by, was " + part);
            }
            return new Lists(
                    switch (this) {
                        case FILES -> test ? split.testTask() : split.validTask();
                        case TIME_80 -> test ? split.timeTestTask() : split.timeValidTask();
                    });
        }
    }
}
