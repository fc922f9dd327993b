package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.evaluation.CollaborativeEvaluation.Arm;
import dev.palate.retrieval.evaluation.CollaborativeEvaluation.Themes;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.ranking.Ranker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What is to be found reaches no ranking, and neither the order of the users nor that of the events of different
/// users does: the same lists, scores included, from a shuffled evaluation and from one whose labels were dealt anew.
/// The last test lets a label leak, as published code of collaborative memory does, and is caught by the same
/// comparison.
class LeakageTest {
    private static final List<ModelName> MODELS =
            List.of(ModelName.Fused.FITTED, ModelName.Alone.EASE, ModelName.Alone.ALS, ModelName.Alone.POPULAR);
    private static final Split SPLIT = SampleSplit.of(120, 60);

    @Test
    void inAnotherOrderTheListsAreTheSame() {
        Split shuffled = new Split(
                SPLIT.name(),
                interleaved(SPLIT.train(), 5),
                interleaved(SPLIT.valid(), 6),
                interleaved(SPLIT.test(), 7),
                List.of());
        assertThat(shuffled.train()).isNotEqualTo(SPLIT.train()).containsExactlyInAnyOrderElementsOf(SPLIT.train());

        Map<String, Map<String, String>> lists = lists(SPLIT.testTask());
        assertThat(lists(shuffled.testTask())).isEqualTo(lists);
        assertThat(lists.values()).allSatisfy(ofModel -> assertThat(ofModel).hasSizeGreaterThan(70));
        assertThat(collaborative(shuffled.testTask())).isEqualTo(collaborative(SPLIT.testTask()));
    }

    @Test
    void withOtherLabelsTheListsAreTheSame() {
        List<Split.Row> dealt = dealt(SPLIT.test(), 8);
        assertThat(dealt).doesNotContainAnyElementsOf(SPLIT.test());
        Map<String, Map<String, String>> one = lists(SPLIT.testTask());
        Map<String, Map<String, String>> other =
                lists(new Split(SPLIT.name(), SPLIT.train(), SPLIT.valid(), dealt, List.of()).testTask());
        one.forEach((model, ofModel) -> {
            Map<String, String> both = new TreeMap<>(other.getOrDefault(model, Map.of()));
            both.keySet().retainAll(ofModel.keySet());
            assertThat(both).as(model).hasSizeGreaterThan(50);
            both.forEach((user, list) ->
                    assertThat(list).as("%s, user %s", model, user).isEqualTo(ofModel.get(user)));
        });
    }

    /// One that puts what a user was found to want before everybody after it, as evaluation by ground truth feedback
    /// into a shared memory does.
    @Test
    void aLabelThatLeaksIsSeen() {
        RankingTask task = SPLIT.testTask();
        Ranker honest = new Models(task, ModelSettings.DEFAULT, Models.Content.NONE, Progress.NONE)
                .fit(ModelName.Alone.POPULAR);
        assertThat(inOrder(task, honest, backwards(task))).isEqualTo(inOrder(task, honest, forwards(task)));
        assertThat(inOrder(task, new Leaking(honest, task), backwards(task)))
                .isNotEqualTo(inOrder(task, new Leaking(honest, task), forwards(task)));
    }

    private static final class Leaking implements Ranker {
        private final Ranker honest;
        private final RankingTask task;
        private final List<Integer> found = new ArrayList<>();

        Leaking(Ranker honest, RankingTask task) {
            this.honest = honest;
            this.task = task;
        }

        @Override
        public Ranked rank(History history, int count, BitSet allowed) {
            Ranked ranked = honest.rank(history, count, allowed);
            int[] items = IntStream.concat(
                            found.stream().mapToInt(item -> item).filter(allowed::get), Arrays.stream(ranked.items()))
                    .distinct()
                    .limit(count)
                    .toArray();
            for (int at = 0; at < task.evaluated().length; at++) {
                int user = task.evaluated()[at];
                if (Arrays.equals(task.known().of(user).items(), history.items())) {
                    found.add(task.truth()[at][0]);
                }
            }
            return new Ranked(items, new float[items.length]);
        }
    }

    private static int[] forwards(RankingTask task) {
        return IntStream.range(0, task.evaluated().length).toArray();
    }

    private static int[] backwards(RankingTask task) {
        return IntStream.range(0, task.evaluated().length)
                .map(at -> task.evaluated().length - 1 - at)
                .toArray();
    }

    private static Map<String, String> inOrder(RankingTask task, Ranker ranker, int[] order) {
        Map<String, String> lists = new TreeMap<>();
        for (int at : order) {
            int user = task.evaluated()[at];
            Ranker.Ranked ranked = ranker.rank(task.known().of(user), RankedLists.LENGTH, task.allowed(user));
            lists.put(task.users().id(user), written(task, ranked));
        }
        return lists;
    }

    private static String written(RankingTask task, Ranker.Ranked ranked) {
        StringBuilder list = new StringBuilder();
        for (int rank = 0; rank < ranked.items().length; rank++) {
            list.append(task.items().id(ranked.items()[rank]))
                    .append('=')
                    .append(ranked.scores()[rank])
                    .append(' ');
        }
        return list.toString();
    }

    /// By model and user, items with scores.
    private static Map<String, Map<String, String>> lists(RankingTask task) {
        Map<String, Map<String, String>> lists = new LinkedHashMap<>();
        Evaluation.run(
                task,
                new Evaluation.Request(MODELS, List.of(1L), ModelSettings.DEFAULT, Map.of(), 100, VariedLists.NONE),
                seed -> Models.Content.NONE,
                (name, seed, ranked) -> {
                    Map<String, String> ofModel = new TreeMap<>();
                    for (int at = 0; at < ranked.lists().length; at++) {
                        ofModel.put(task.users().id(task.evaluated()[at]), written(task, ranked.lists()[at]));
                    }
                    lists.put(name, ofModel);
                },
                Progress.NONE);
        return lists;
    }

    /// All numbers of collaborative memory on and off, with clusters, neighbours and fitted weights.
    private static Map<String, Object> collaborative(RankingTask task) {
        return CollaborativeEvaluation.run(
                        task,
                        new CollaborativeEvaluation.Request(
                                Themes.CLUSTERS,
                                List.of(),
                                seed -> Models.Content.NONE,
                                Arm.asked(),
                                List.of(1L),
                                ModelSettings.DEFAULT,
                                100),
                        Progress.NONE)
                .report();
    }

    /// Each user's rows in their order, those of different users dealt out anew.
    private static List<Split.Row> interleaved(List<Split.Row> rows, long seed) {
        Map<String, Deque<Split.Row>> byUser = new HashMap<>();
        rows.forEach(row ->
                byUser.computeIfAbsent(row.user(), user -> new ArrayDeque<>()).add(row));
        List<String> turns = new ArrayList<>(rows.stream().map(Split.Row::user).toList());
        Collections.shuffle(turns, new Random(seed));
        return turns.stream()
                .map(user -> byUser.getOrDefault(user, new ArrayDeque<>()).remove())
                .toList();
    }

    /// The same items to be found, each by another user.
    private static List<Split.Row> dealt(List<Split.Row> rows, long seed) {
        List<Split.Row> order = new ArrayList<>(rows);
        Collections.shuffle(order, new Random(seed));
        List<Split.Row> dealt = new ArrayList<>();
        for (int at = 0; at < order.size(); at++) {
            Split.Row row = order.get(at);
            Split.Row other = order.get((at + 1) % order.size());
            if (!row.item().equals(other.item())) {
                dealt.add(new Split.Row(row.user(), other.item(), row.time()));
            }
        }
        return dealt;
    }
}
