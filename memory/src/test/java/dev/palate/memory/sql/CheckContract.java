package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.Difference;
import dev.palate.memory.Differences;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.ColdMemories.Cold;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryCounts;
import dev.palate.memory.memory.MemoryCounts.Group;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.vector.ProductQuantiser;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What `./palate memory check` and `stats` read of the truth, on every database.
abstract class CheckContract extends TruthContract {
    /// More than a page of the comparison, so that its pages are joined well.
    private static final int MEMORIES = 450;

    private static final byte[] CODES = {1, 2};
    private static final String AGAIN =
            "write them again (PATCH /v1/memories/ID), or put a back-up in place: ./palate restore FILE";
    private static final String FORGET = "forget them (DELETE /v1/memories/ID); what should be there is made again";
    private static final String WARM = "./palate memory reindex makes them warm again";

    private static String id(int number) {
        return "m%03d".formatted(number);
    }

    @BeforeEach
    void fill() {
        List<Memories.Write> writes = IntStream.range(0, MEMORIES)
                .mapToObj(i -> likes(id(i), i % 2 == 0 ? ANN : BEN, "genre " + i))
                .map(memory -> new Memories.Write(memory, Actor.AGENT, "test"))
                .toList();
        List<Memory> put = memories().put(writes);
        truth().memories()
                .put(List.of(
                        new Memories.Write(put.get(7).draft().text("Changed").build(), Actor.AGENT, "test")));
        long codebook = truth().coldMemories()
                .keep("test-encoder", 300, ProductQuantiser.train(random(), 16, 1))
                .version();
        List<Cold> cold = IntStream.of(20, 21, 22, 23)
                .mapToObj(put::get)
                .map(memory -> new Cold(memory.id(), memory.subject(), memory.revision(), codebook, CODES))
                .toList();
        assertThat(truth().coldMemories().demote(cold)).isEqualTo(4);
    }

    private static float[][] random() {
        SplittableRandom random = new SplittableRandom(1);
        float[][] rows = new float[300][16];
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) random.nextDouble(-1, 1);
            }
        }
        return rows;
    }

    private int sql(String statement) {
        return truth().database()
                .write(transaction ->
                        transaction.handle().createUpdate(statement).execute());
    }

    private List<String> check() {
        Differences differences = new Differences();
        List<Long> told = new ArrayList<>();
        long memories = truth().compareMemories(differences, told::add);
        assertThat(told).isSorted();
        assertThat(told.isEmpty() ? 0 : told.getLast()).isEqualTo(memories);
        return differences.all().stream().map(Difference::toString).toList();
    }

    @Test
    void aSoundTruthAgreesAndNothingIsMended() {
        assertThat(check()).isEmpty();
        assertThat(truth().mendMemories(done -> {})).isZero();
    }

    @Test
    void memoriesAreCountedByWhatTheyAre() {
        MemoryCounts counts = truth().memoryCounts();
        assertThat(counts.memories()).isEqualTo(MEMORIES);
        assertThat(counts.groups())
                .containsExactly(
                        new Group("preference", "stated", "active", "user", false, MEMORIES - 4),
                        new Group("preference", "stated", "active", "user", true, 4));
        assertThat(counts.revisions()).isEqualTo(MEMORIES + 1);
        assertThat(counts.evidence()).isEqualTo(MEMORIES);
        assertThat(counts.rejections()).isZero();
        assertThat(counts.codebooks()).isEqualTo(1);
        assertThat(counts.codeBytes()).as("two bytes are four letters").isEqualTo(16);
        assertThat(counts.oldest()).isNotNull();
        assertThat(counts.newest()).isAfterOrEqualTo(counts.oldest());
    }

    @Test
    void anEmptyTruthIsCountedToo() {
        for (String table : List.of("memory_evidence", "memory_revision", "cold_memory", "memory", "codebook")) {
            sql("delete from " + table);
        }
        MemoryCounts counts = truth().memoryCounts();
        assertThat(counts.memories()).isZero();
        assertThat(counts.oldest()).isNull();
        assertThat(counts.codeBytes()).isZero();
        assertThat(check()).isEmpty();
    }

    @Test
    void eachDifferenceIsNamedAndWhatCanBeMendedIs() {
        assertThat(sql("delete from memory_evidence where memory_id in ('m003', 'm404')"))
                .isEqualTo(2);
        sql("delete from memory_revision where revision = 2 and memory_id = 'm007'");
        sql("update memory set text = 'other words' where id = 'm005'");
        sql("insert into memory_evidence (type, id, memory_id) values ('memory', 'gone', 'm006')");
        sql("update cold_memory set codes = 'AAAA' where memory_id = 'm020'");
        sql("update cold_memory set revision = 9 where memory_id = 'm021'");
        sql("insert into codebook (version, encoder, dimension, centroids, sample, centroid_values, checksum)"
                + " select 77, encoder, dimension, centroids, sample, centroid_values, checksum + 1 from codebook");
        sql("update cold_memory set codebook = 77 where memory_id = 'm022'");
        sql("update memory set status = 'expired' where id = 'm023'");
        Memory ofGone = Memory.fresh(
                new MemoryId("0190aaaa-bbbb-3ccc-8ddd-000000000000"),
                new Subject.OfItem(new ItemId("gone")),
                MemoryKind.TRAIT,
                "A film",
                0,
                Trust.IMPORTED,
                null,
                List.of(),
                NOW);
        truth().memories().put(List.of(new Memories.Write(ofGone, Actor.SYSTEM, "test")));
        assertThat(check())
                .containsExactlyInAnyOrder(
                        "2 memories with evidence that the ledger lacks (m003, m404); ./palate memory reindex enters it",
                        "1 memories without their newest revision (m007); " + AGAIN,
                        "2 memories that differ from their newest revision (m005, m023); " + AGAIN,
                        "1 memories that rest on one that is gone (m006); " + FORGET,
                        "1 derived memories of items that are gone (" + ofGone.id() + "); " + FORGET,
                        "1 cold memories with codes of another length (m020); " + WARM,
                        "1 cold memories with codes of another revision (m021); " + WARM,
                        "1 cold memories whose codebook is missing or damaged (m022); " + WARM,
                        "1 cold memories that are not active (m023); " + WARM);
        assertThat(truth().mendMemories(done -> {})).isEqualTo(2 + 4);
        assertThat(check())
                .hasSize(4)
                .noneMatch(difference -> difference.contains("cold") || difference.contains("ledger"));
    }
}
