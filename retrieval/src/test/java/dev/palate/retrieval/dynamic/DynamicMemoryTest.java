package dev.palate.retrieval.dynamic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.RetrievalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DynamicMemoryTest {
    private static final int DIMENSION = 19;
    private static final DynamicMemory.Options OPTIONS = new DynamicMemory.Options(DIMENSION, 0.7, 0.01, 3);

    private record Event(String user, String item) {}

    @TempDir
    Path folder;

    private static float[] seed(String item) {
        SplittableRandom random = new SplittableRandom(item.hashCode());
        float[] vector = new float[DIMENSION];
        double squares = 0;
        for (int j = 0; j < DIMENSION; j++) {
            vector[j] = (float) random.nextGaussian();
            squares += vector[j] * vector[j];
        }
        for (int j = 0; j < DIMENSION; j++) {
            vector[j] /= (float) Math.sqrt(squares);
        }
        return vector;
    }

    private static List<Event> log(int count) {
        SplittableRandom random = new SplittableRandom(6);
        List<Event> log = new ArrayList<>();
        for (int at = 0; at < count; at++) {
            // New users and items come all the time.
            log.add(new Event("u" + random.nextInt(2 + at / 20), "i" + random.nextInt(2 + at / 10)));
        }
        return log;
    }

    private static DynamicMemory replay(List<Event> log) {
        DynamicMemory memory = new DynamicMemory(OPTIONS, DynamicMemoryTest::seed);
        log.forEach(event -> memory.apply(event.user, event.item));
        return memory;
    }

    private byte[] bytes(DynamicMemory memory) throws IOException {
        Path file = folder.resolve("bytes");
        memory.write(file, 0);
        return Files.readAllBytes(file);
    }

    @Test
    void replayingTheLogGivesTheSameVectorsBitForBit() throws IOException {
        DynamicMemory one = replay(log(5_000));
        assertThat(bytes(replay(log(5_000)))).isEqualTo(bytes(one));
        assertThat(one.events()).isEqualTo(5_000);
        assertThat(one.users()).isGreaterThan(150);
        assertThat(one.items()).isGreaterThan(300);
    }

    @Test
    void aCheckpointAndTheRestGiveWhatAllOfItGives() throws IOException {
        List<Event> log = log(3_000);
        byte[] whole = bytes(replay(log));
        for (int cut : new int[] {0, 1, 1_499, 2_999, 3_000}) {
            Path file = folder.resolve("checkpoint");
            replay(log.subList(0, cut)).write(file, cut);
            DynamicMemory.Checkpoint read = DynamicMemory.read(file, DynamicMemoryTest::seed);
            assertThat(read.position()).isEqualTo(cut);
            log.subList(cut, log.size()).forEach(event -> read.memory().apply(event.user, event.item));
            assertThat(bytes(read.memory())).isEqualTo(whole);
        }
    }

    @Test
    void forgettingSomebodyIsAReplayWithoutThem() throws IOException {
        List<Event> log = log(2_000);
        List<Event> without =
                log.stream().filter(event -> !event.user.equals("u3")).toList();
        DynamicMemory memory = replay(without);
        assertThat(memory.user("u3")).containsOnly(0);
        assertThat(bytes(memory)).isNotEqualTo(bytes(replay(log)));
        // Nothing of u3 is left in an item either: the same as if u3 had never been.
        assertThat(bytes(memory)).isEqualTo(bytes(replay(without)));
        assertThat(new String(bytes(memory), java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("u3\0");
    }

    @Test
    void anItemBeginsAsItsTextAndDriftsTowardsThoseWhoHaveIt() {
        DynamicMemory memory =
                new DynamicMemory(new DynamicMemory.Options(DIMENSION, 1, 0, 1), DynamicMemoryTest::seed);
        assertThat(memory.item("new")).containsExactly(seed("new"));
        assertThat(memory.itemDirection("new"))
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(seed("new"));
        for (int fan = 0; fan < 5; fan++) {
            for (int at = 0; at < 4; at++) {
                memory.apply("fan" + fan, "liked" + at);
                memory.apply("other" + fan, "else" + at);
            }
        }
        double before = dot(memory.itemDirection("new"), memory.user("fan0"));
        double previous = before;
        for (int fan = 1; fan < 5; fan++) {
            memory.apply("fan" + fan, "new");
            double now = dot(memory.itemDirection("new"), memory.user("fan0"));
            assertThat(now).isGreaterThan(previous);
            previous = now;
        }
        assertThat(memory.eventsOf("new")).isEqualTo(4);
        assertThat(dot(memory.itemDirection("new"), memory.user("fan0")))
                .isGreaterThan(dot(memory.itemDirection("new"), memory.user("other0")));
    }

    @Test
    void aUserIsTheMeanOfWhatTheyHad() {
        DynamicMemory memory = new DynamicMemory(DynamicMemory.Options.of(DIMENSION), DynamicMemoryTest::seed);
        for (String item : List.of("a", "b", "c")) {
            memory.apply("u", item);
        }
        float[] mean = new float[DIMENSION];
        for (String item : List.of("a", "b", "c")) {
            for (int j = 0; j < DIMENSION; j++) {
                mean[j] += seed(item)[j] / 3;
            }
        }
        assertThat(memory.user("u")).usingComparatorWithPrecision(1e-6f).containsExactly(mean);
        // Nobody had anything before, so nobody has moved an item.
        assertThat(memory.item("a")).containsExactly(seed("a"));
        assertThat(memory.user("nobody")).containsOnly(0);
    }

    @Test
    void refusesDamagedCheckpoints() throws IOException {
        Path file = folder.resolve("checkpoint");
        replay(log(200)).write(file, 200);
        byte[] good = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(1);
        for (int trial = 0; trial < 200; trial++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bad);
            assertDamaged(file);
            Files.write(file, Arrays.copyOf(good, random.nextInt(good.length)));
            assertDamaged(file);
        }
        Files.write(file, Arrays.copyOf(good, good.length + 1));
        assertDamaged(file);
        assertThatThrownBy(() -> DynamicMemory.read(folder.resolve("none"), DynamicMemoryTest::seed))
                .isInstanceOfSatisfying(
                        RetrievalException.class,
                        e -> assertThat(e.code()).isEqualTo(RetrievalException.Code.NOT_FOUND));
    }

    private static void assertDamaged(Path file) {
        assertThatThrownBy(() -> DynamicMemory.read(file, DynamicMemoryTest::seed))
                .isInstanceOfSatisfying(
                        RetrievalException.class,
                        e -> assertThat(e.code()).isEqualTo(RetrievalException.Code.BAD_FILE));
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }
}
