package dev.palate.retrieval.lab;

import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.evaluation.Split;
import java.util.Arrays;
import java.util.List;

/// What tables are measured on: today lists of a split. Predicting clicks from a file of fields is to be the
/// second kind.
public sealed interface LabTask {
    /// For reports and the journal.
    String name();

    /// How many events there are to learn from.
    long events();

    /// What is measured, the first being what reports go by; higher is better.
    List<String> metrics();

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
