package dev.palate.agent.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.agent.AgentException;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatMetricsTest {
    @TempDir
    Path folder;

    private static Set<ItemId> items(String... ids) {
        return java.util.Arrays.stream(ids).map(ItemId::new).collect(Collectors.toSet());
    }

    private static ChatCase chat(String id, Set<ItemId> mentioned, Set<ItemId> targets) {
        return new ChatCase(
                id,
                id.startsWith("a") ? "one" : "two",
                id,
                List.of(new ChatCase.Spoken(ChatCase.Speaker.SEEKER, "hello")),
                mentioned,
                targets);
    }

    private static List<ItemId> list(int... ids) {
        return java.util.Arrays.stream(ids).mapToObj(id -> new ItemId("" + id)).toList();
    }

    @Test
    void valuesByHand() {
        List<ChatCase> cases = List.of(
                chat("a1", items("9"), items("1", "2")),
                chat("a2", items(), items("3")),
                chat("b1", items(), items("77")));
        List<Integer> long60 = new ArrayList<>();
        for (int i = 100; i < 160; i++) {
            long60.add(i == 111 ? 3 : i);
        }
        ChatMetrics metrics = ChatMetrics.of(
                cases,
                List.of(
                        list(9, 2, 5),
                        long60.stream().map(id -> new ItemId("" + id)).toList(),
                        list()));
        assertThat(metrics.of("Recall@1")).containsExactly(0, 0, 0);
        assertThat(metrics.of("Recall@10")).containsExactly(0.5, 0, 0);
        assertThat(metrics.of("Recall@50")).containsExactly(0.5, 1, 0);
        assertThat(metrics.of("MRR@50")).containsExactly(0.5, 1 / 12.0, 0);
        assertThat(metrics.of("Hit@10")).containsExactly(1, 0, 0);
        assertThat(metrics.mentioned()).isEqualTo(1);
        assertThat(metrics.report())
                .containsEntry("cases", 3)
                .containsEntry("one_Recall@50", 0.75)
                .containsEntry("two_Recall@50", 0.0);
    }

    /// The formulas of the referee, written down once more over rank maps as it does, on random lists.
    @Test
    void agreesWithTheRefereesFormulas() {
        SplittableRandom random = new SplittableRandom(7);
        List<ChatCase> cases = new ArrayList<>();
        List<List<ItemId>> lists = new ArrayList<>();
        for (int at = 0; at < 200; at++) {
            Set<ItemId> targets = random.ints(1 + random.nextInt(4), 0, 90)
                    .mapToObj(id -> new ItemId("" + id))
                    .collect(Collectors.toSet());
            cases.add(chat("a" + at, items("" + random.nextInt(90)), targets));
            lists.add(random.ints(400, 0, 90)
                    .distinct()
                    .limit(random.nextInt(70))
                    .mapToObj(id -> new ItemId("" + id))
                    .toList());
        }
        Map<String, Double> expected = new HashMap<>();
        for (int at = 0; at < cases.size(); at++) {
            Set<ItemId> wanted = cases.get(at).targets();
            List<ItemId> list = lists.get(at);
            for (int cut : new int[] {1, 10, 50}) {
                double found = 0;
                for (ItemId target : wanted) {
                    int rank = list.indexOf(target);
                    found += rank >= 0 && rank < cut ? 1 : 0;
                }
                expected.merge("Recall@" + cut, found / wanted.size(), Double::sum);
            }
            int first = wanted.stream()
                    .mapToInt(list::indexOf)
                    .filter(rank -> rank >= 0)
                    .min()
                    .orElse(1_000);
            expected.merge("MRR@50", first < 50 ? 1.0 / (first + 1) : 0, Double::sum);
            expected.merge("Hit@10", first < 10 ? 1.0 : 0.0, Double::sum);
        }
        ChatMetrics metrics = ChatMetrics.of(cases, lists);
        expected.forEach((metric, sum) ->
                assertThat(metrics.mean(metric)).as(metric).isEqualTo(sum / cases.size(), within(1e-9)));
    }

    @Test
    void comparesWhereNothingWasFoundApart() {
        List<ChatCase> cases = List.of(chat("a1", items(), items("1")), chat("a2", items(), items("2")));
        ChatArm worse = arm("worse", Map.of("a1", list(5, 1), "a2", list(6)), Set.of());
        ChatArm better = arm("better", Map.of("a1", list(1), "a2", list(2)), Set.of("a2"));
        ChatEvaluation evaluation = ChatEvaluation.run(cases, List.of(worse, better), 200, 1, Progress.NONE);
        assertThat(evaluation.nothingFound()).isEqualTo(0.5);
        assertThat(evaluation.meanWhereNothingFound(evaluation.arms().getFirst(), "MRR@50"))
                .isZero();
        ChatEvaluation.Comparison all = evaluation.comparisons().stream()
                .filter(one ->
                        one.slice().equals(ChatEvaluation.ALL) && one.metric().equals("MRR@50"))
                .findFirst()
                .orElseThrow();
        assertThat(all.interval().difference()).isEqualTo(0.75, within(1e-12));
        assertThat(all.interval().users()).isEqualTo(2);
        assertThat(evaluation.lists()).first().isEqualTo("case_id\titem_id\trank\tscore");
        assertThat(evaluation.lists()).contains("a1\t1\t1\t-0.0");
    }

    private static ChatArm arm(String name, Map<String, List<ItemId>> lists, Set<String> notUnderstood) {
        return new ChatArm() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Answer answer(ChatCase chat, int size) {
                List<ItemId> items = lists.getOrDefault(chat.id(), List.of());
                List<Double> scores = new ArrayList<>();
                for (int rank = 0; rank < items.size(); rank++) {
                    scores.add(-(double) rank);
                }
                return new Answer(items, scores, !notUnderstood.contains(chat.id()), Map.of());
            }
        };
    }

    @Test
    void halvesGoByTheHashOfTheDialogue() {
        // SHA-256 of "abc" begins with ba, that of "" with e3, that of "a" with ca, that of "hello" with 2c.
        assertThat(chat("abc", items(), items("1")).inFirstHalf()).isFalse();
        ChatCase hello = chat("hello", items(), items("1"));
        assertThat(hello.inFirstHalf()).isTrue();
        assertThat(ChatCase.Half.FIRST.holds(hello)).isTrue();
        assertThat(ChatCase.Half.SECOND.holds(hello)).isFalse();
        assertThat(ChatCase.Half.ALL.holds(hello)).isTrue();
    }

    private List<ChatCase> read(String lines) throws IOException {
        Path file = folder.resolve("cases.jsonl");
        Files.writeString(file, lines);
        return ChatCases.read(file, "id");
    }

    @Test
    void speakersTakeTurnsAndTheSeekerSpokeLast() throws IOException {
        List<ChatCase> cases = read("""
                {"case_id":"c1","source":"s","dialog":"d","turns":[{"text":"hi"},{"text":"what do you like?"},{"text":"war"}],"mentioned":[{"title":"x"}],"targets":[{"id":"7"},{"title":"y"}]}
                {"case_id":"c2","source":"s","turns":[{"text":"hi","speaker":"recommender"}],"mentioned":[],"targets":[{"id":"8"}]}
                {"case_id":"c3","source":"s","turns":[{"text":"hi"}],"mentioned":[],"targets":[{"title":"no id"}]}
                """);
        assertThat(cases).hasSize(2);
        assertThat(cases.getFirst().turns())
                .extracting(ChatCase.Spoken::speaker)
                .containsExactly(ChatCase.Speaker.SEEKER, ChatCase.Speaker.RECOMMENDER, ChatCase.Speaker.SEEKER);
        assertThat(cases.getFirst().targets()).containsExactly(new ItemId("7"));
        assertThat(cases.getLast().turns().getFirst().speaker()).isEqualTo(ChatCase.Speaker.RECOMMENDER);
        assertThat(cases.getLast().dialogue()).isEqualTo("c2");
    }

    @Test
    void badFilesAreSaidToBeBad() {
        String good =
                "{\"case_id\":\"c\",\"turns\":[{\"text\":\"hi\"}],\"mentioned\":[],\"targets\":[{\"id\":\"7\"}]}\n";
        assertRefused("nonsense\n", "line 1 is not JSON");
        assertRefused(good + good, "line 2 has the case_id {c} a second time");
        assertRefused("{\"turns\":[]}\n", "line 1 has no text in field case_id");
        assertRefused("{\"case_id\":\"c\",\"turns\":[]}\n", "needs 1 to 1000 turns in field turns, had 0");
        assertRefused(good.replace("\"text\"", "\"txt\""), "line 1 has no text in turn 1");
        assertRefused(
                good.replace("\"hi\"", "\"hi\",\"speaker\":\"bot\""),
                "has the speaker \"bot\" in turn 1; allowed are seeker and recommender");
        assertRefused(good.replace("[]", "3"), "line 1 has no list in field mentioned");
        assertRefused(good.replace("\"id\"", "\"other\""), "has no case with a target that has a field id, of 1 cases");
        assertThatThrownBy(() -> ChatCases.read(folder.resolve("none.jsonl"), "id"))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("no file of chat cases at");
    }

    private void assertRefused(String lines, String words) {
        assertThatThrownBy(() -> read(lines)).isInstanceOf(AgentException.class).hasMessageContaining(words);
    }
}
