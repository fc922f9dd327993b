package dev.palate.retrieval.embedding.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.ModelFile;
import dev.palate.retrieval.embedding.ModelFile.Section;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/// What every kind of table does.
class EmbeddingTableTest {
    private static final long SEED = Long.getLong("test.seed", 20_260_201L);

    @TempDir
    Path folder;

    static List<TableCases> cases() {
        return TableCases.all();
    }

    @Test
    void everyKindIsHere() {
        assertThat(cases().stream().map(one -> one.spec().getClass()).collect(Collectors.toSet()))
                .isEqualTo(kinds(TableSpec.class).collect(Collectors.toSet()));
    }

    private static Stream<Class<?>> kinds(Class<?> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Stream.of(type.getPermittedSubclasses()).flatMap(EmbeddingTableTest::kinds);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theGradientIsThatOfFiniteDifferences(TableCases one) {
        EmbeddingTable table = EmbeddingTables.create(one.spec());
        SplittableRandom random = new SplittableRandom(SEED);
        long[] ids = one.ids();
        float[] slopes = new float[ids.length * table.dimension()];
        TableGradient gradient = new TableGradient(table.parameterCount());
        for (int i = 0; i < slopes.length; i++) {
            slopes[i] = (float) random.nextDouble(-1, 1);
        }
        for (int i = 0; i < ids.length; i++) {
            table.accumulate(ids[i], slopes, i * table.dimension(), gradient);
        }
        // Changing a parameter of a table with a cache moves rows, which rounds them: all of them are moved before.
        float step = 4e-3f;
        double squares = 0;
        double wrong = 0;
        for (int parameter = 0; parameter < one.smoothParameters(table); parameter++) {
            table.adjust(parameter, new float[] {0}, 1);
            double above = loss(table, ids, slopes, parameter, step);
            double below = loss(table, ids, slopes, parameter, -2 * step);
            table.adjust(parameter, new float[] {step}, 1);
            double difference = (above - below) / (2 * step);
            squares += difference * difference;
            wrong += Math.pow(difference - gradient.value(parameter), 2);
        }
        assertThat(squares).as("the loss depends on the parameters").isGreaterThan(1);
        assertThat(Math.sqrt(wrong / squares)).as("seed %d", SEED).isLessThan(1e-3);
    }

    private static double loss(EmbeddingTable table, long[] ids, float[] slopes, int parameter, float change) {
        table.adjust(parameter, new float[] {change}, 1);
        float[] vectors = new float[slopes.length];
        table.lookup(ids, ids.length, vectors);
        double sum = 0;
        for (int i = 0; i < slopes.length; i++) {
            sum += (double) slopes[i] * vectors[i];
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSeedDecides(TableCases one) {
        long[] ids = one.ids();
        float[] vectors = vectors(EmbeddingTables.create(one.spec()), ids);
        assertThat(vectors(EmbeddingTables.create(one.spec()), ids)).isEqualTo(vectors);
        EmbeddingTable again = EmbeddingTables.create(one.spec());
        float[] single = new float[again.dimension() + 2];
        for (int i = ids.length - 1; i >= 0; i--) {
            single[0] = 7;
            again.lookup(ids[i], single, 1);
            for (int j = 0; j < again.dimension(); j++) {
                assertThat(single[j + 1]).isEqualTo(vectors[i * again.dimension() + j]);
            }
            assertThat(single[0]).isEqualTo(7);
            assertThat(single[again.dimension() + 1]).isZero();
        }
        JsonMapper json = JsonMapper.shared();
        String text = json.writeValueAsString(one.spec());
        assertThat(json.readValue(text, TableSpec.class)).isEqualTo(one.spec());
        TableSpec other = json.readValue(text.replaceAll("\"seed\":11", "\"seed\":12"), TableSpec.class);
        assertThat(vectors(EmbeddingTables.create(other), ids)).isNotEqualTo(vectors);
    }

    private static float[] vectors(EmbeddingTable table, long[] ids) {
        float[] vectors = new float[ids.length * table.dimension()];
        table.lookup(ids, ids.length, vectors);
        for (float value : vectors) {
            assertThat(value).isBetween(-10f, 10f);
        }
        return vectors;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bytesAreThoseOfTheFormula(TableCases one) {
        assertThat(one.spec().bytes()).isEqualTo(one.bytes());
        assertThat(EmbeddingTables.create(one.spec()).residentBytes()).isEqualTo(one.bytes());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void idsOutOfRangeAreRefused(TableCases one) {
        EmbeddingTable table = EmbeddingTables.create(one.spec());
        float[] target = new float[table.dimension()];
        TableGradient gradient = new TableGradient(table.parameterCount());
        for (long id : new long[] {-1, Long.MIN_VALUE, one.spec().lastId() + 1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> table.lookup(id, target, 0))
                    .withMessageContaining("was " + id);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> table.accumulate(id, target, 0, gradient))
                    .withMessageContaining("was " + id);
        }
    }

    /// With room enough any rows can be learnt, so nothing is shared that ought not to be.
    @ParameterizedTest
    @MethodSource("cases")
    void withRoomItIsTheFullTable(TableCases one) {
        EmbeddingTable table = EmbeddingTables.create(one.exact());
        EmbeddingTable full = EmbeddingTables.create(new TableSpec.Full(TableCases.ROWS, 8, SEED));
        TableGradient gradient = new TableGradient(table.parameterCount());
        SparseAdagrad adagrad = new SparseAdagrad(table, 0.05);
        float[] wanted = new float[8];
        float[] vector = new float[8];
        for (int round = 0; round < 4_000; round++) {
            for (int id = 0; id < TableCases.ROWS; id++) {
                full.lookup(id, wanted, 0);
                table.lookup(id, vector, 0);
                for (int i = 0; i < 8; i++) {
                    vector[i] -= wanted[i];
                }
                table.accumulate(id, vector, 0, gradient);
            }
            adagrad.step(gradient);
        }
        for (int id = 0; id < TableCases.ROWS; id++) {
            full.lookup(id, wanted, 0);
            table.lookup(id, vector, 0);
            assertThat(vector).as("id %d, seed %d", id, SEED).containsExactly(wanted, within(1e-3f));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsWrittenIsRead(TableCases one) throws Exception {
        EmbeddingTable table = EmbeddingTables.create(one.spec());
        train(table, one.ids(), 40);
        Path file = folder.resolve("t");
        EmbeddingTables.write(table, file);
        EmbeddingTable read = EmbeddingTables.read(file);
        assertThat(read.spec()).isEqualTo(one.spec());
        assertThat(vectors(read, one.ids())).isEqualTo(vectors(table, one.ids()));
        assertThat(read.residentBytes()).isEqualTo(one.bytes());
        train(table, one.ids(), 40);
        train(read, one.ids(), 40);
        Path second = folder.resolve("u");
        EmbeddingTables.write(table, file);
        EmbeddingTables.write(read, second);
        assertThat(second).as("what was read learns on in the same way").hasSameBinaryContentAs(file);
    }

    private static void train(EmbeddingTable table, long[] ids, int steps) {
        TableGradient gradient = new TableGradient(table.parameterCount());
        SparseAdagrad adagrad = new SparseAdagrad(table, 0.01);
        float[] vector = new float[table.dimension()];
        for (int step = 0; step < steps; step++) {
            long id = ids[step % ids.length];
            table.lookup(id, vector, 0);
            vector[step % vector.length] -= 1;
            table.accumulate(id, vector, 0, gradient);
            adagrad.step(gradient);
        }
    }

    /// The values of golden files are set without arithmetic that depends on the machine.
    @ParameterizedTest
    @MethodSource("cases")
    void filesOfTheFirstVersionStayReadable(TableCases one) throws Exception {
        EmbeddingTable table = EmbeddingTables.create(one.spec());
        float[] delta = new float[table.parameterCount()];
        for (int i = 0; i < delta.length; i++) {
            delta[i] = (i % 13 - 6) / 64f;
        }
        table.adjust(0, delta, delta.length);
        Path written = folder.resolve(one.name());
        EmbeddingTables.write(table, written);
        String name = one.name() + "-v1.palate-table";
        try (InputStream golden = getClass().getResourceAsStream(name)) {
            if (golden == null) {
                Path kept = Files.createDirectories(Path.of("target", "golden-tables"))
                        .resolve(name);
                Files.deleteIfExists(kept);
                Files.copy(written, kept);
                throw new AssertionError("no golden file " + name + ": what is written now is at " + kept);
            }
            byte[] bytes = golden.readAllBytes();
            assertThat(Files.readAllBytes(written)).isEqualTo(bytes);
            Path file = folder.resolve("golden");
            Files.write(file, bytes);
            assertThat(vectors(EmbeddingTables.read(file), one.ids())).isEqualTo(vectors(table, one.ids()));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void partsThatDoNotFitAreRefused(TableCases one) {
        EmbeddingTable table = EmbeddingTables.create(one.spec());
        JsonMapper json = JsonMapper.shared();
        String spec = json.writeValueAsString(one.spec());
        List<String> heads = List.of(
                "{\"version\":2,\"spec\":" + spec + "}",
                "{\"version\":1,\"spec\":" + json.writeValueAsString(new TableSpec.Full(3, 12, 1)) + "}",
                "{\"version\":1,\"spec\":" + spec.replaceAll("\"dimension\":\\d+", "\"dimension\":36") + "}",
                "{\"version\":1,\"spec\":" + spec.replaceAll("\"dimension\":\\d+", "\"dimension\":-1") + "}",
                "{\"version\":1,\"spec\":null}",
                "{\"version\":1");
        for (String head : heads) {
            if (head.contains("\"dimension\":36") && sameBytes(one.spec())) {
                continue; // As many parameters make a table of another dimension: the checksum is what guards that.
            }
            Map<String, Section> sections = new LinkedHashMap<>(table.sections());
            sections.put("table", new Section.Bytes(head.getBytes(StandardCharsets.UTF_8)));
            Path file = folder.resolve("bad");
            new ModelFile(file, sections).write();
            assertThatThrownBy(() -> EmbeddingTables.read(file))
                    .as(head)
                    .isInstanceOfSatisfying(
                            RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_FILE));
        }
    }

    private static boolean sameBytes(TableSpec spec) {
        return spec instanceof TableSpec.Narrow || spec instanceof TableSpec.Robe || spec instanceof TableSpec.Slabs;
    }
}
