package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.ranking.Ranker;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitTest {
    private static final String HEADER = "user_id\titem_id\trating\ttimestamp\n";

    @TempDir
    Path folder;

    @Test
    void readsPlainAndZippedAndRefitsOnTrainAndValid() throws IOException {
        plain("train", HEADER + "u\tb\t4.0\t10\nu\ta\t4\t5\nv\ta\t1\t7\n");
        zipped("valid", HEADER + "u\tc\t4\t11\n");
        plain("test", HEADER + "u\ta\t4\t12\nv\tc\t4\t13.0\nv\tcold\t3\t14\nw\ta\t3\t15\n");
        RankingTask task = Split.read(folder).testTask();
        assertThat(task.items().ids()).containsExactly("a", "b", "c");
        assertThat(task.known().of(task.users().row("u").orElseThrow()).items()).containsExactly(0, 1, 2);
        // u already had a; cold has no event; w is unknown: only v is left.
        assertThat(task.evaluated()).containsExactly(task.users().row("v").orElseThrow());
        assertThat(task.truth()[0]).containsExactly(2);
        assertThat(task.temporal()).isTrue();
        assertThat(task.end()).isEqualTo(11);
    }

    @Test
    void namesWhatIsMissingOrMalformed() throws IOException {
        assertRefused(Code.NOT_FOUND, folder.resolve("nowhere"), "no split folder at ");
        assertRefused(Code.NOT_FOUND, folder, "no train.tsv or train.tsv.gz in the split folder ");
        plain("train", HEADER + "u\ta\t4\t5\n");
        plain("valid", HEADER);
        plain("test", HEADER + "u\tb\t4\n");
        assertRefused(
                Code.BAD_INPUT,
                folder,
                folder.resolve("test.tsv")
                        + " line 2: needs 4 cells separated by tabs, the first two not empty, had 3");
        plain("test", HEADER + "u\tb\t4\tsoon\n");
        assertRefused(Code.BAD_INPUT, folder, folder.resolve("test.tsv") + " line 2: ");
        plain("test", HEADER + "u\tb\t4\t9\n");
        assertThatThrownBy(() -> Split.read(folder).testTask())
                .hasMessageContaining("/test has no row whose user and item both have earlier events, so nothing can be"
                        + " ranked: give a split that is not about cold items");
    }

    @Test
    void coldItemsAreRankedAmongThemselves() throws IOException {
        plain("train", HEADER + "u\ta\t4\t5\nu\tb\t4\t6\nv\ta\t1\t7\n");
        plain("valid", HEADER);
        plain("test", HEADER + "u\tx\t4\t12\nv\ty\t4\t13\nv\tb\t3\t14\nw\tx\t3\t15\n");
        assertThatThrownBy(() -> Split.read(folder).coldTask())
                .hasMessageContaining("has no cold_items.txt: give a split that is about cold items");
        Files.writeString(folder.resolve("cold_items.txt"), "x\ny\nz\n");
        RankingTask task = Split.read(folder).coldTask();
        assertThat(task.items().ids()).containsExactly("a", "b", "x", "y", "z");
        assertThat(task.candidates().stream()).containsExactly(2, 3, 4);
        assertThat(task.cold()).isTrue();
        assertThat(task.truth()).isDeepEqualTo(new int[][] {{2}, {3}});
        Ranker random =
                new Models(task, ModelSettings.DEFAULT, Models.Content.NONE, Progress.NONE).fit(ModelName.Alone.RANDOM);
        RankedLists lists = RankedLists.of(task, random, Progress.NONE);
        for (Ranker.Ranked list : lists.lists()) {
            assertThat(list.items()).containsExactlyInAnyOrder(2, 3, 4);
        }
        assertThat(Metrics.of(lists).mean("Recall@10")).isEqualTo(1);
        assertThat(Split.read(folder).testTask().cold()).isFalse();
    }

    @Test
    void theLastFifthOfEachUserIsToBeFoundWhereverItStood() throws IOException {
        // u's rows by time: a b c d e f g h i j; the parts of the files say nothing. v has four: all known.
        plain("train", HEADER + "u\tj\t4\t19\nu\ta\t4\t10\nu\tb\t4\t11\nu\tc\t4\t12\nu\td\t4\t13\n");
        plain("valid", HEADER + "u\te\t4\t14\nu\ti\t4\t18\nv\ta\t4\t1\nv\tj\t4\t2\nv\th\t4\t3\nv\ti\t4\t99\n");
        plain("test", HEADER + "u\tf\t4\t15\nu\tg\t4\t16\nu\th\t4\t17\n");
        RankingTask test = Split.read(folder).timeTestTask();
        assertThat(test.name()).endsWith("/time80-test");
        assertThat(names(test, test.known().of(0).items())).containsExactly("a", "b", "c", "d", "e", "f", "g", "h");
        assertThat(test.evaluated()).containsExactly(0);
        assertThat(names(test, test.truth()[0])).containsExactlyInAnyOrder("i", "j");
        assertThat(test.temporal()).isFalse();
        RankingTask valid = Split.read(folder).timeValidTask();
        assertThat(names(valid, valid.known().of(0).items())).containsExactly("a", "b", "c", "d", "e", "f", "g");
        assertThat(names(valid, valid.truth()[0])).containsExactly("h");
    }

    private static List<String> names(RankingTask task, int[] items) {
        return IntStream.of(items).mapToObj(task.items()::id).toList();
    }

    private static void assertRefused(Code code, Path folder, String start) {
        assertThatThrownBy(() -> Split.read(folder))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageStartingWith(start);
    }

    private void plain(String part, String text) throws IOException {
        Files.writeString(folder.resolve(part + ".tsv"), text);
    }

    private void zipped(String part, String text) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(part + ".tsv.gz")))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
