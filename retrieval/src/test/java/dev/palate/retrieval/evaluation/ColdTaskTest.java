package dev.palate.retrieval.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ColdTaskTest {
    private static final String HEADER = "user_id\titem_id\trating\ttimestamp\n";

    @TempDir
    Path folder;

    private Path split(String train, String test, String cold) throws IOException {
        Files.writeString(folder.resolve("train.tsv"), HEADER + train);
        Files.writeString(folder.resolve("valid.tsv"), HEADER);
        Files.writeString(folder.resolve("test.tsv"), HEADER + test);
        Files.writeString(folder.resolve("cold_items.txt"), cold);
        return folder;
    }

    @Test
    void readsWhatIsToBeFoundInTheOrderOfTime() throws IOException {
        ColdTask task = ColdTask.read(split(
                "u\ta\t5\t10\nu\tb\t5\t20\nv\ta\t5\t5\nw\tb\t5\t1\n",
                "u\tz\t5\t30\nu\ty\t5\t15\nv\tz\t5\t7\nstranger\tz\t5\t1\nu\tb\t5\t2\n",
                "z\ny\nx\n"));
        assertThat(task.items().ids()).containsExactly("a", "b", "x", "y", "z");
        assertThat(task.cold()).containsExactly(2, 3, 4);
        assertThat(task.counts()).containsExactly(2, 2, 0, 0, 0);
        assertThat(task.evaluated()).containsExactly(0, 1);
        assertThat(task.truth()).isDeepEqualTo(new int[][] {{1, 2}, {2}});
        assertThat(task.arrivals())
                .containsExactly(
                        new ColdTask.Arrival(1, 2, 7), new ColdTask.Arrival(0, 1, 15), new ColdTask.Arrival(0, 2, 30));
    }

    @Test
    void refusesColdItemsThatAreKnownAndSplitsWithoutAny() throws IOException {
        Path known = split("u\ta\t5\t10\n", "u\tz\t5\t30\n", "a\nz\n");
        assertThatThrownBy(() -> ColdTask.read(known)).hasMessageContaining("cold item {a}");
        Path nothing = split("u\ta\t5\t10\n", "v\tz\t5\t30\n", "z\n");
        assertThatThrownBy(() -> ColdTask.read(nothing)).hasMessageContaining("nothing can be found");
        Files.delete(folder.resolve("cold_items.txt"));
        assertThatThrownBy(() -> ColdTask.read(folder)).hasMessageContaining("cold_items.txt");
    }

    @Test
    void cutsAnInnerSplitThatKnowsNothingOfTheOuter() {
        ColdTask outer = ColdTask.read(SharedData.path("splits/ml100k_cold"));
        ColdTask inner = outer.inner(11);
        assertThat(outer.cold()).hasSize(168);
        assertThat(outer.evaluated()).hasSize(920);
        Set<String> hidden = new HashSet<>();
        Arrays.stream(outer.cold()).forEach(row -> hidden.add(outer.items().id(row)));
        assertThat(inner.items().ids()).doesNotContainAnyElementsOf(hidden);
        assertThat(inner.cold().length).isBetween(120, 160);
        for (int row : inner.cold()) {
            assertThat(inner.counts()[row]).isZero();
            assertThat(inner.known().itemCounts()[row]).isZero();
        }
        assertThat(inner.inner(1).rows().size()).isLessThan(inner.rows().size());
        assertThat(outer.inner(11).cold()).containsExactly(inner.cold());
        assertThat(outer.inner(12).items().ids()).isNotEqualTo(List.of());
        assertThat(Arrays.equals(outer.inner(12).cold(), inner.cold())).isFalse();
    }
}
